/**
 * The loop nest over one piece of a grid (a box in which every column has one chunk): lays out rows and runs in the
 * machine's memory and calls a compiled body block by block. Called by the operators that run compiled bodies.
 */
import type { Machine } from '../kernel/machine.js'
import type { IndexRange } from '../model/job.js'
import { columnWord, frame } from '../model/nest.js'
import { type Axis, type Call, callsOf, coalesce, rowsOf, runsOf, type Shape } from './axis.js'

/** One dimension of a piece; indexes count from the start of the piece. */
export interface LoopDim {
  readonly extent: number
  readonly ranges: readonly IndexRange[]
  readonly codes?: Int32Array | undefined
}

export interface LoopColumn {
  /** Address of the piece's first cell. */
  readonly base: number
  /** Bytes from index to index along each dimension of the grid; 0 where the column does not have it. */
  readonly strides: readonly number[]
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
export function runLoop(loop: Loop, machine: Machine, address: number, run: (call: Call) => void): void {
  const axes = loop.order.map((dim) => axisOf(loop, dim))
  if (axes.some((axis) => axis.ranges.length === 0)) return
  const mark = machine.mark()
  const inner = coalesce(axes, loop.shape, loop.columns.length)
  const row = axes.pop()
  const runs = runsOf(inner, loop.shape)
  const rows = row ? rowsOf(row) : Int32Array.of(0, 0)
  const tables = placeTables(machine, [runs, rows, loop.shape === 'scatter' ? codeTable(inner) : new Int32Array(0)])
  const words = new Int32Array(machine.memory.buffer)
  const at = (offset: number) => (address + offset) >> 2
  if (loop.shape === 'scatter') words[at(frame.codes)] = tables[2] as number
  loop.columns.forEach((_, k) => {
    words[at(columnWord(k)) + 1] = row?.strides[k] ?? 0
    words[at(columnWord(k)) + 2] = inner.strides[k] ?? 0
  })
  const calls = callsOf(runs, rows.length / 2, loop.mostCells)
  visit(axes, loop.columns, (bases, group) => {
    words[at(frame.group)] = group
    for (let k = 0; k < bases.length; k++) words[at(columnWord(k))] = bases[k] as number
    for (const call of calls) {
      words[at(frame.runs)] = (tables[0] as number) + call.run * 12
      words[at(frame.runCount)] = call.runs
      words[at(frame.rows)] = (tables[1] as number) + call.row * 8
      words[at(frame.rowCount)] = call.rows
      run(call)
    }
  })
  machine.release(mark)
}

function axisOf(loop: Loop, dim: number): Axis {
  const { extent, ranges, codes } = loop.dims[dim] as LoopDim
  return { extent, ranges, codes, strides: loop.columns.map((column) => column.strides[dim] ?? 0) }
}

/** Copies tables into memory. All are allocated first: a growth of the memory would detach the view. */
function placeTables(machine: Machine, tables: readonly Int32Array[]): number[] {
  const addresses = tables.map((table) => machine.allocate(table.byteLength))
  const words = new Int32Array(machine.memory.buffer)
  tables.forEach((table, i) => {
    words.set(table, (addresses[i] as number) >> 2)
  })
  return addresses
}

function codeTable(inner: Axis): Int32Array {
  return inner.codes ?? new Int32Array(inner.extent)
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
