/** Cells that are decoded while a loop runs over them, a stretch at a time: what it has read is still in the core's cache. Called by `loop.ts`. */
import type { Call } from './axis.js'

export interface Window {
  /**
   * Brings the cells from the first to the last that a call reads, by their places in the chunk: bytes, never less than before.
   * Returns where a cell at place 0 would lie. What was shown before may be gone.
   */
  show(first: number, last: number): number
}

/** Bytes from the base to the first and to the last cell of a call. */
export type Span = readonly [first: number, last: number]

export function spanOf(call: Call, rows: Int32Array, runs: Int32Array, rowStride = 0, cellStride = 0): Span {
  const rowAt = (row: number) => (rows[2 * row] as number) * rowStride
  const runAt = (run: number) => (runs[3 * run] as number) * cellStride
  const lastRun = call.run + call.runs - 1
  const length = runs[3 * lastRun + 1] as number
  return [
    rowAt(call.row) + runAt(call.run),
    rowAt(call.row + call.rows - 1) + runAt(lastRun) + (length - 1) * cellStride,
  ]
}

/** Whether a loop reads the cells of a column in the order in which they lie, each once. */
export function isInOrder(order: readonly number[], extents: readonly number[], strides: readonly number[]): boolean {
  const walked = order.filter((dim) => (extents[dim] as number) > 1).map((dim) => strides[dim] ?? 0)
  return walked.every((stride, i) => stride > 0 && (i === 0 || stride < (walked[i - 1] as number)))
}
