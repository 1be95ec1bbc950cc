/** The box of a task: the shape that decodes the fewest bytes within the memory limit. Called by `schedule.ts`. */
import { ChunkQLError } from '../model/error.js'
import { type IndexRange, rangeTotal, type TaskSpace } from '../model/job.js'
import { cellCount, type Dimension } from '../model/schema.js'
import type { StoredColumn as Stored } from '../model/stored-column.js'

export interface BoxChoice {
  readonly box: readonly number[]
  /** Bytes that are decoded at once. */
  readonly taskBytes: number
  /** Bytes that the whole grid costs. */
  readonly decodedBytes: number
  /** Chunks that the whole grid reads, those again that several boxes meet. */
  readonly chunkReads: number
}

/** Without columns a box may be as large as the grid; loops of 32-bit counts still have to fit. */
const mostCells = 2 ** 28
/** Cells that no column is read for: some tens of milliseconds. */
const mostEmptyCells = 2 ** 24

/**
 * `slab`: boxes must follow each other in C order, so that rows come out in the order of the grid.
 * Throws 'memory' where not even the smallest box fits.
 */
export function chooseBox(
  columns: readonly Stored[],
  dims: readonly Dimension[],
  slab: boolean,
  memory: number,
): BoxChoice {
  // Nothing is read: boxes only keep a task short, so that it can be cancelled and seen to advance.
  if (columns.length === 0) return { box: emptyBox(dims), taskBytes: 0, decodedBytes: 0, chunkReads: 0 }
  const shapes = slab ? slabs(columns, dims) : boxes(columns, dims, sizesAlong)
  const best = cheapest(shapes, columns, dims, memory)
  const data = columns.reduce((sum, column) => sum + columnBytes(column, dims), 0)
  if (!slab && (best.taskBytes > memory || best.decodedBytes > 1.5 * data)) {
    const finer = cheapest(boxes(columns, dims, multiplesAlong), columns, dims, memory)
    if (finer.taskBytes <= memory && (best.taskBytes > memory || finer.decodedBytes < best.decodedBytes)) return finer
  }
  if (best.taskBytes > memory) refuse(best.taskBytes, memory)
  return best
}

/** Whole in the inner dimensions, as far as its cells go. */
function emptyBox(dims: readonly Dimension[]): number[] {
  let left = mostEmptyCells
  return dims
    .toReversed()
    .map(({ size }) => {
      const length = Math.max(1, Math.min(size, left))
      left = Math.floor(left / length)
      return length
    })
    .reverse()
}

/** Of the boxes that fit memory the one that decodes least; where none fits the smallest. */
function cheapest(
  shapes: readonly (readonly number[])[],
  columns: readonly Stored[],
  dims: readonly Dimension[],
  memory: number,
): BoxChoice {
  const choices = shapes.map((box) => costOf(box, columns, dims))
  const fitting = choices.filter(({ taskBytes, box }) => taskBytes <= memory && cellCount(box) <= mostCells)
  const byCost = (a: BoxChoice, b: BoxChoice) => a.decodedBytes - b.decodedBytes || a.taskBytes - b.taskBytes
  const byMemory = (a: BoxChoice, b: BoxChoice) => a.taskBytes - b.taskBytes
  return (fitting.length > 0 ? fitting.toSorted(byCost) : choices.toSorted(byMemory))[0] as BoxChoice
}

/** Bytes of all chunks of a column. */
function columnBytes({ dims: own, layout }: Stored, dims: readonly Dimension[]): number {
  const counts = own.map((dim, axis) => Math.ceil((dims[dim]?.size ?? 0) / (layout.chunk[axis] as number)))
  return layout.bytes * cellCount(counts)
}

function refuse(least: number, memory: number): never {
  const message = `the chunks that must be decoded together take ${mb(least)}, a thread may use ${mb(memory)}`
  throw new ChunkQLError('memory', message, { hint: 'raise the limit with SET memory_limit, or use fewer threads' })
}

const mb = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`

type SizesAlong = (columns: readonly Stored[], dims: readonly Dimension[], dim: number) => number[]

/** All combinations of the sizes found along each dimension; of a grid without dimensions the one box. */
function boxes(columns: readonly Stored[], dims: readonly Dimension[], along: SizesAlong): number[][] {
  return dims.reduce<number[][]>(
    (lists, _, dim) => lists.flatMap((list) => along(columns, dims, dim).map((size) => [...list, size])),
    [[]],
  )
}

/** The chunk sizes along a dimension, doubled and doubled again. */
function multiplesAlong(columns: readonly Stored[], dims: readonly Dimension[], dim: number): number[] {
  const { size } = dims[dim] as Dimension
  const found = new Set(sizesAlong(columns, dims, dim))
  for (const chunk of chunkSizes(columns, dim)) for (let n = chunk; n < size; n *= 2) found.add(n)
  return [...found]
}

/** The chunk sizes along a dimension, and their common multiple. */
function sizesAlong(columns: readonly Stored[], dims: readonly Dimension[], dim: number): number[] {
  const { size } = dims[dim] as Dimension
  const chunks = chunkSizes(columns, dim)
  const multiple = chunks.reduce(leastCommonMultiple, 1)
  const found = chunks.length === 0 ? [size] : [...chunks, multiple]
  return [...new Set(found.map((length) => Math.max(1, Math.min(length, size))))]
}

function chunkSizes(columns: readonly Stored[], dim: number): number[] {
  return columns.flatMap(({ dims, layout }) => (dims.includes(dim) ? [layout.chunk[dims.indexOf(dim)] as number] : []))
}

/** Whole in all dimensions behind one, single indexes before it. */
function slabs(columns: readonly Stored[], dims: readonly Dimension[]): number[][] {
  if (dims.length === 0) return [[]]
  return dims.flatMap((_, level) =>
    [1, ...sizesAlong(columns, dims, level)].map((length) =>
      dims.map(({ size }, dim) => Math.max(1, dim < level ? 1 : dim > level ? size : Math.min(length, size))),
    ),
  )
}

function costOf(box: readonly number[], columns: readonly Stored[], dims: readonly Dimension[]): BoxChoice {
  let taskBytes = 0
  let decodedBytes = 0
  let chunkReads = 0
  for (const { dims: own, layout } of columns) {
    let meetings = 1
    let touched = 1
    dims.forEach(({ size }, dim) => {
      const length = box[dim] as number
      const axis = own.indexOf(dim)
      const counts =
        axis < 0 ? { meetings: Math.ceil(size / length), touched: 1 } : meet(size, length, layout.chunk[axis] as number)
      meetings *= counts.meetings
      touched *= counts.touched
    })
    taskBytes += touched * layout.bytes
    decodedBytes += meetings * layout.bytes
    chunkReads += meetings
  }
  return { box, taskBytes, decodedBytes, chunkReads }
}

/** Along one dimension: how often a box meets a chunk, and how many chunks one box touches at most. */
function meet(size: number, box: number, chunk: number): { meetings: number; touched: number } {
  const boxes = Math.ceil(size / box)
  const chunks = Math.ceil(size / chunk)
  if (box % chunk === 0) return { meetings: chunks, touched: Math.min(chunks, box / chunk) }
  if (chunk % box === 0) return { meetings: boxes, touched: 1 }
  return { meetings: boxes + chunks - 1, touched: Math.min(chunks, Math.floor((box + chunk - 2) / chunk) + 1) }
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return (a / x) * b
}

/**
 * Bytes of a task: enough that messages cost nothing, few enough that all threads have work and progress is seen. Powers of
 * two, so that a store that has grown is mostly cut where it was.
 */
const leastTaskBytes = 2 ** 22
const mostTaskBytes = 2 ** 26
/** Bytes to decode per group: a task with many groups leaves a large partial, which is sent and merged. */
const partialShare = 1000
/** Tasks of a table of a few hundred MB: where nobody knows how many groups there are, each may leave all of them behind. */
const tasksOfUnknown = 10
const tasksOfKnown = 64

export function taskSpace(
  choice: BoxChoice,
  selection: readonly (readonly IndexRange[])[],
  limited: boolean,
  groups: number | 'unknown' = 1,
): TaskSpace {
  const { box } = choice
  const kept = selection.map((ranges, dim) => boxRanges(ranges, box[dim] as number))
  const counts = kept.map(rangeTotal)
  const boxes = cellCount(counts)
  const partial = groups === 'unknown' ? choice.decodedBytes / tasksOfUnknown : groups * partialShare
  const share = Math.max(1, choice.decodedBytes / tasksOfKnown, partial)
  const wanted = Math.min(mostTaskBytes, Math.max(leastTaskBytes, 2 ** Math.floor(Math.log2(share))))
  const short = Math.max(1, Math.floor(mostCells / Math.max(1, cellCount(box))))
  const perTask = Math.min(short, Math.max(1, Math.floor(wanted / Math.max(1, choice.taskBytes))))
  // Where a LIMIT may stop early, tasks begin with a single box.
  return { box, kept, boxes, boxesPerTask: limited ? 1 : Math.min(perTask, 4096) }
}

/** The boxes that a selection meets along one dimension. */
function boxRanges(ranges: readonly IndexRange[], size: number): IndexRange[] {
  const met: [number, number][] = []
  for (const [start, end] of ranges) {
    const first = Math.floor(start / size)
    const past = Math.ceil(end / size)
    const last = met.at(-1)
    if (last && first <= last[1]) last[1] = Math.max(last[1], past)
    else met.push([first, past])
  }
  return met
}
