/**
 * The loop nest over one piece of a grid (a box in which every column has one chunk): lays out rows and runs in the
 * machine's memory and calls a compiled body block by block. Called by the operators that run compiled bodies.
 */
import type { Machine } from '../kernel/machine.js'
import type { IndexRange } from '../model/job.js'
import { columnWord, frame } from '../model/nest.js'
import { type Axis, type Call, callsOf, coalesce, rowsOf, runsOf, type Shape } from './axis.js'
import type { Scratch } from './scratch.js'
import { type Span, spanOf, type Window } from './window.js'

/** One dimension of a piece; indexes count from the start of the piece. */
export interface LoopDim {
  readonly extent: number
  readonly ranges: readonly IndexRange[]
  readonly codes?: Int32Array | undefined
}

export interface LoopColumn {
  /** Address of the piece's first cell; with a window, its place in the chunk. */
  readonly base: number
  /** Bytes from index to index along each dimension of the grid; 0 where the column does not have it. */
  readonly strides: readonly number[]
  /** Where the cells are decoded as the loop comes to them. */
  readonly window?: Window | undefined
}

export interface Loop {
  /** Dimensions, outermost first. */
  readonly order: readonly number[]
  readonly dims: readonly LoopDim[]
  readonly columns: readonly LoopColumn[]
  readonly shape: Shape
  /** Cells per call; less than a block where the body fills a buffer. */
  readonly mostCells?: number | undefined
}

/** Writes the frame at `address` for each block, and calls `run`, until every selected cell has been visited once. */
export function runLoop(loop: Loop, scratch: Scratch, address: number, run: (call: Call) => void): void {
  const axes = loop.order.map((dim) => axisOf(loop, dim))
  if (axes.some((axis) => axis.ranges.length === 0)) return
  const inner = coalesce(axes, loop.shape, loop.columns.length)
  const row = axes.pop()
  const runs = runsOf(inner, loop.shape, loop.mostCells)
  const rows = row ? rowsOf(row) : Int32Array.of(0, 0)
  const codes = loop.shape === 'scatter' ? (inner.codes ?? new Int32Array(inner.extent)) : new Int32Array(0)
  const tables = placeTables(scratch, [runs, rows, codes])
  // Through `view`, since a call may make the memory grow.
  const put = (offset: number, value: number) => scratch.machine.view.setInt32(address + offset, value, true)
  if (loop.shape === 'scatter') put(frame.codes, tables[2] as number)
  loop.columns.forEach((_, k) => {
    put(columnWord(k) + 4, row?.strides[k] ?? 0)
    put(columnWord(k) + 8, inner.strides[k] ?? 0)
  })
  const calls = callsOf(runs, rows.length / 2, loop.mostCells)
  const windows = loop.columns.flatMap(({ window }, k) =>
    window
      ? [{ k, window, spans: calls.map((call) => spanOf(call, rows, runs, row?.strides[k], inner.strides[k])) }]
      : [],
  )
  visit(axes, loop.columns, (bases, group) => {
    put(frame.group, group)
    for (let k = 0; k < bases.length; k++) put(columnWord(k), bases[k] as number)
    for (const [number, call] of calls.entries()) {
      for (const { k, window, spans } of windows) {
        const base = bases[k] as number
        const [first, last] = spans[number] as Span
        put(columnWord(k), base + window.show(base + first, base + last))
      }
      put(frame.runs, (tables[0] as number) + call.run * 12)
      put(frame.runCount, call.runs)
      put(frame.rows, (tables[1] as number) + call.row * 8)
      put(frame.rowCount, call.rows)
      run(call)
    }
  })
}

/** Where the cells of a call are in a column, as its frame tells, if they lie side by side. */
export function addressOf(
  { rows, runs }: Call,
  { view }: Machine,
  address: number,
  column: number,
  bytes: number,
): number | undefined {
  const at = (offset: number) => view.getInt32(address + offset, true)
  const words = columnWord(column)
  if (rows !== 1 || runs !== 1 || at(words + 8) !== bytes) return undefined
  const [row, first] = [view.getInt32(at(frame.rows), true), view.getInt32(at(frame.runs), true)]
  return at(words) + row * at(words + 4) + first * bytes
}

function axisOf(loop: Loop, dim: number): Axis {
  const { extent, ranges, codes } = loop.dims[dim] as LoopDim
  return { extent, ranges, codes, strides: loop.columns.map((column) => column.strides[dim] ?? 0) }
}

/** Copies tables into memory, one behind the other; gives their addresses. */
function placeTables(scratch: Scratch, tables: readonly Int32Array[]): number[] {
  let address = scratch.reserve(tables.reduce((sum, table) => sum + table.byteLength, 0))
  const words = new Int32Array(scratch.machine.memory.buffer)
  return tables.map((table) => {
    const at = address
    words.set(table, at >> 2)
    address += table.byteLength
    return at
  })
}

/** Visits the selected indexes of the outer axes: addresses of the columns there, and the sum of the codes. */
function visit(
  axes: readonly Axis[],
  columns: readonly LoopColumn[],
  each: (bases: readonly number[], group: number) => void,
): void {
  const turn = (level: number, bases: readonly number[], group: number): void => {
    const axis = axes[level]
    if (!axis) {
      each(bases, group)
      return
    }
    for (const [start, end] of axis.ranges) {
      for (let i = start; i < end; i++) {
        const moved = bases.map((base, k) => base + i * (axis.strides[k] as number))
        turn(level + 1, moved, group + (axis.codes?.[i] ?? 0))
      }
    }
  }
  turn(
    0,
    columns.map((column) => column.base),
    0,
  )
}
