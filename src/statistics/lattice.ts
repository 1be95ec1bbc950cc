/** A lattice laid over the selected part of a grid, and which chunks of a column lie under each of its boxes. Called by `verdicts.ts`, `answers.ts` and `schedule`. */
import type { GridScan, IndexRange, Verdicts } from '../model/job.js'
import { type Box, cellCount, type Dimension } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'

export type Lattice = Omit<Verdicts, 'codes'>

/** One whose boxes are the chunks of a column; along dimensions that it has not, all of the grid. */
export function latticeOf(
  { dims: own, layout }: StoredColumn,
  dims: readonly Dimension[],
  selection: readonly (readonly IndexRange[])[],
): Lattice {
  const size = dims.map((dim, d) => {
    const axis = own.indexOf(d)
    return Math.max(1, axis < 0 ? dim.size : (layout.chunk[axis] as number))
  })
  const hull = dims.map(({ size: all }, d) => hullOf(selection[d] ?? [[0, all]]))
  const start = hull.map(([first], d) => Math.floor(first / (size[d] as number)))
  const counts = hull.map(([, past], d) => Math.max(0, Math.ceil(past / (size[d] as number)) - (start[d] as number)))
  return { size, start, counts }
}

function hullOf(ranges: readonly IndexRange[]): IndexRange {
  return [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0]
}

export function latticeBoxes({ counts }: Lattice): number {
  return cellCount(counts)
}

/** Cuts a lattice along its leading dimensions into parts of at most so many boxes (one at least), in C order. */
export function* latticeParts(lattice: Lattice, most: number): Generator<Lattice> {
  const { size, start, counts } = lattice
  const boxes = latticeBoxes(lattice)
  const dim = counts.findIndex((count) => count > 1)
  if (boxes <= most || dim < 0) {
    yield lattice
    return
  }
  const count = counts[dim] as number
  const step = Math.max(1, Math.floor(most / (boxes / count)))
  for (let at = 0; at < count; at += step) {
    const from = start.with(dim, (start[dim] as number) + at)
    yield* latticeParts({ size, start: from, counts: counts.with(dim, Math.min(step, count - at)) }, most)
  }
}

/** The cells of the lattice box at a place, counted from the first one. */
export function boxOf({ size, start }: Lattice, place: readonly number[], dims: readonly Dimension[]): Box {
  const low = place.map((at, d) => ((start[d] as number) + at) * (size[d] as number))
  return { start: low, end: low.map((at, d) => Math.min(at + (size[d] as number), (dims[d] as Dimension).size)) }
}

/** Visits every place of a lattice in C order, with its number. The array is the same each time. */
export function eachPlace(counts: readonly number[], visit: (place: readonly number[], number: number) => void): void {
  const place = counts.map(() => 0)
  const total = cellCount(counts)
  for (let number = 0; number < total; number++) {
    visit(place, number)
    for (let d = place.length - 1; d >= 0; d--) {
      place[d] = (place[d] as number) + 1
      if ((place[d] as number) < (counts[d] as number)) break
      place[d] = 0
    }
  }
}

/** The chunks of a column that a lattice meets, numbered in C order over the box of the chunk grid that holds them. */
export interface ChunksUnder {
  readonly start: readonly number[]
  readonly counts: readonly number[]
  /** Whether one chunk, not more, lies under each box of the lattice. */
  readonly isOne: boolean
  /** The first of the chunks under the box at a place. */
  first(place: readonly number[]): number
  /** All of them. */
  each(place: readonly number[], visit: (chunk: number) => void): void
}

export function chunksUnder(
  lattice: Lattice,
  { dims: own, layout }: StoredColumn,
  dims: readonly Dimension[],
): ChunksUnder {
  const along = own.map((dim, axis) => {
    const chunk = layout.chunk[axis] as number
    const [size, origin, count] = [lattice.size[dim], lattice.start[dim], lattice.counts[dim]] as [
      number,
      number,
      number,
    ]
    const end = (at: number) => Math.min((at + 1) * size, (dims[dim] as Dimension).size)
    const [low, high] = [new Float64Array(count), new Float64Array(count)]
    for (let i = 0; i < count; i++) {
      low[i] = Math.floor(((origin + i) * size) / chunk)
      high[i] = Math.ceil(end(origin + i) / chunk)
    }
    return { dim, low, high }
  })
  const start = along.map(({ low }) => low[0] ?? 0)
  const counts = along.map(({ high }, axis) => Math.max(0, (high.at(-1) ?? 0) - (start[axis] as number)))
  const strides = counts.map((_, axis) => cellCount(counts.slice(axis + 1)))
  const isOne = along.every(({ low, high }) => low.every((at, i) => high[i] === at + 1))
  const first = (place: readonly number[]) => {
    let chunk = 0
    for (let axis = 0; axis < along.length; axis++) {
      const { dim, low } = along[axis] as (typeof along)[number]
      chunk += ((low[place[dim] as number] as number) - (start[axis] as number)) * (strides[axis] as number)
    }
    return chunk
  }
  const each = (place: readonly number[], visit: (chunk: number) => void) => {
    const turn = (axis: number, before: number): void => {
      const here = along[axis]
      if (!here) {
        visit(before)
        return
      }
      const at = place[here.dim] as number
      for (let i = here.low[at] as number; i < (here.high[at] as number); i++) {
        turn(axis + 1, before + (i - (start[axis] as number)) * (strides[axis] as number))
      }
    }
    if (isOne) visit(first(place))
    else turn(0, 0)
  }
  return { start, counts, isOne, first, each }
}

/** For each lattice box along a dimension whether all its indexes are selected. */
export function wholeAlong(
  { dims, selection }: Pick<GridScan, 'dims' | 'selection'>,
  { size, start, counts }: Lattice,
  dim: number,
): boolean[] {
  const length = size[dim] as number
  const ranges = selection[dim]
  return Array.from({ length: counts[dim] as number }, (_, at) => {
    const first = ((start[dim] as number) + at) * length
    const past = Math.min(first + length, dims[dim]?.size ?? 0)
    return !ranges || ranges.some((range) => covers(range, first, past))
  })
}

function covers([start, end]: IndexRange, first: number, past: number): boolean {
  return start <= first && past <= end
}
