/** Axes of a loop nest: merging neighbours that run on evenly, and the tables of rows and runs. Called by `loop.ts`. */
import { type IndexRange, rangeTotal } from '../model/job.js'

/** How groups move along the innermost axis. */
export type Shape = 'register' | 'vector' | 'scatter'

/** Calls are this short because wasm has no on-stack replacement: a long call would stay in the baseline compiler. */
export const blockCells = 65536

export interface Axis {
  /** Cells of the piece along this axis. */
  readonly extent: number
  /** Bytes from index to index, per column; 0 where the column does not have the dimension. */
  readonly strides: readonly number[]
  /** Selected indexes, ascending and disjoint. */
  readonly ranges: readonly IndexRange[]
  /** Group number contributed by each index, already times its stride; absent where the axis has no key. */
  readonly codes?: Int32Array | undefined
}

/** Takes the innermost axis off the list and merges outer ones into it as long as memory and groups run on evenly. */
export function coalesce(axes: Axis[], shape: Shape, columns: number): Axis {
  let inner = axes.pop() ?? { extent: 1, strides: new Array<number>(columns).fill(0), ranges: [[0, 1]] }
  while (shape !== 'scatter') {
    const outer = axes.at(-1)
    const merged = outer && merge(outer, inner)
    if (!merged) return inner
    axes.pop()
    inner = merged
  }
  return inner
}

function merge(outer: Axis, inner: Axis): Axis | undefined {
  const [range] = outer.ranges
  if (!range || outer.ranges.length > 1 || !isWhole(inner)) return undefined
  const evenly = outer.strides.every((stride, k) => stride === inner.extent * (inner.strides[k] ?? 0))
  if (!evenly) return undefined
  const codes = mergeCodes(outer, inner, range)
  if (codes === null) return undefined
  const merged: Axis = {
    extent: outer.extent * inner.extent,
    strides: inner.strides,
    ranges: [[range[0] * inner.extent, range[1] * inner.extent]],
  }
  return codes ? { ...merged, codes } : merged
}

function isWhole(axis: Axis): boolean {
  const [range] = axis.ranges
  return axis.ranges.length === 1 && range?.[0] === 0 && range[1] === axis.extent
}

/** The group numbers along two merged axes; null where they do not continue each other, so that merging buys nothing. */
function mergeCodes(outer: Axis, inner: Axis, [from, to]: IndexRange): Int32Array | undefined | null {
  if (!outer.codes && !inner.codes) return undefined
  if (!outer.codes || !inner.codes || outer.extent * inner.extent > 16 * blockCells) return null
  const span = (inner.codes[inner.extent - 1] as number) - (inner.codes[0] as number) + 1
  if (span !== inner.extent || !stepsBy(outer.codes, span, from, to)) return null
  const codes = new Int32Array(outer.extent * inner.extent)
  for (let i = from; i < to; i++) {
    const base = outer.codes[i] as number
    for (let j = 0; j < inner.extent; j++) codes[i * inner.extent + j] = base + (inner.codes[j] as number)
  }
  return codes
}

function stepsBy(codes: Int32Array, step: number, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if ((codes[i] as number) - (codes[i - 1] as number) !== step) return false
  return true
}

/** Triples (first cell, cells, code): of at most so many cells, ending where the group does not go on as the shape expects. */
export function runsOf(axis: Axis, shape: Shape, most = blockCells): Int32Array {
  const codes = shape === 'scatter' ? undefined : axis.codes
  const step = shape === 'vector' ? 1 : 0
  const triples: number[] = []
  for (const [start, end] of axis.ranges) {
    for (let first = start; first < end; ) {
      const limit = Math.min(end, first + most)
      const past = codes ? runEnd(codes, first, limit, step) : limit
      triples.push(first, past - first, codes?.[first] ?? 0)
      first = past
    }
  }
  return Int32Array.from(triples)
}

function runEnd(codes: Int32Array, first: number, most: number, step: number): number {
  let past = first + 1
  while (past < most && codes[past] === (codes[past - 1] as number) + step) past++
  return past
}

/** Pairs (index, code) of the selected indexes. */
export function rowsOf(axis: Axis): Int32Array {
  const pairs = new Int32Array(2 * rangeTotal(axis.ranges))
  let at = 0
  for (const [start, end] of axis.ranges) {
    for (let i = start; i < end; i++) {
      pairs[at++] = i
      pairs[at++] = axis.codes?.[i] ?? 0
    }
  }
  return pairs
}

/** Rows and runs of one call. */
export interface Call {
  readonly run: number
  readonly runs: number
  readonly row: number
  readonly rows: number
  readonly cells: number
}

/** Calls of at most a block of cells each: many rows with all runs, or one row with some runs. */
export function callsOf(table: Int32Array, rowCount: number, most = blockCells): Call[] {
  const pieces = runGroups(table, most)
  const [only] = pieces
  if (!only) return []
  const rowsPerCall = pieces.length === 1 ? Math.max(1, Math.floor(most / Math.max(1, only.cells))) : 1
  const calls: Call[] = []
  for (let row = 0; row < rowCount; row += rowsPerCall) {
    const taken = Math.min(rowsPerCall, rowCount - row)
    // Written out: this runs for every chunk, and copying an object by its names is slow.
    for (const { run, runs, cells } of pieces) calls.push({ run, runs, row, rows: taken, cells: cells * taken })
  }
  return calls
}

type RunGroup = Pick<Call, 'run' | 'runs' | 'cells'>

function runGroups(runs: Int32Array, most: number): RunGroup[] {
  const groups: RunGroup[] = []
  let run = 0
  let cells = 0
  const count = runs.length / 3
  for (let i = 0; i < count; i++) {
    const length = runs[3 * i + 1] as number
    if (cells > 0 && cells + length > most) {
      groups.push({ run, runs: i - run, cells })
      run = i
      cells = 0
    }
    cells += length
  }
  if (count > run) groups.push({ run, runs: count - run, cells })
  return groups
}
