/** Arithmetic of boxes: which box a number means, and the pieces into which the chunks of several columns cut a box. */
import { type IndexRange, type JobColumn, rangeTotal, type TaskSpace, type Verdicts } from '../model/job.js'
import { type Box, cellCount, type Dimension } from '../model/schema.js'
import { type StoredColumn, withOwnChunks } from '../model/stored-column.js'

export function taskCount({ boxes, boxesPerTask, alike = [boxes] }: TaskSpace): number {
  return alike.reduce((sum, count) => sum + Math.ceil(count / boxesPerTask), 0)
}

/** The numbers of a task's boxes. */
export function boxesOf({ boxes, boxesPerTask, alike = [boxes] }: TaskSpace, task: number): IndexRange {
  let [before, left] = [0, task]
  for (const count of alike) {
    const tasks = Math.ceil(count / boxesPerTask)
    const first = before + left * boxesPerTask
    before += count
    if (left < tasks) return [first, Math.min(before, first + boxesPerTask)]
    left -= tasks
  }
  throw new RangeError(`task ${task} of ${taskCount({ boxes, boxesPerTask, alike } as TaskSpace)}`)
}

/** The box with a number, counted over those listed, or over the kept boxes in C order; cut off at the grid's edge. */
export function boxAt(tasks: TaskSpace, dims: readonly Dimension[], number: number): Box {
  const counts = tasks.kept.map(rangeTotal)
  const start: number[] = []
  const end: number[] = []
  let rest = tasks.listed?.[number] ?? number
  for (let dim = 0; dim < dims.length; dim++) {
    const inner = cellCount(counts.slice(dim + 1))
    const index = nthOf(tasks.kept[dim] ?? [], Math.floor(rest / inner))
    rest %= inner
    const size = tasks.box[dim] as number
    start.push(index * size)
    end.push(Math.min((index + 1) * size, (dims[dim] as Dimension).size))
  }
  return { start, end }
}

function nthOf(ranges: readonly IndexRange[], n: number): number {
  let left = n
  for (const [start, end] of ranges) {
    if (left < end - start) return start + left
    left -= end - start
  }
  throw new RangeError(`box ${n} of ${rangeTotal(ranges)}`)
}

/** The least box around several; around none an empty one. */
export function hull(boxes: readonly Box[], dims: number): Box {
  const [first, ...others] = boxes
  if (!first) return { start: new Array<number>(dims).fill(0), end: new Array<number>(dims).fill(0) }
  const start = [...first.start]
  const end = [...first.end]
  for (const box of others) {
    for (let dim = 0; dim < start.length; dim++) {
      start[dim] = Math.min(start[dim] as number, box.start[dim] as number)
      end[dim] = Math.max(end[dim] as number, box.end[dim] as number)
    }
  }
  return { start, end }
}

/** The parts of a box in which no column crosses into another chunk, and no two verdicts hold, in C order. */
export function* piecesOf(box: Box, columns: readonly JobColumn[], verdicts?: Verdicts): Generator<Box> {
  const cuts = box.start.map((start, dim) => cutsOf(dim, start, box.end[dim] as number, columns, verdicts))
  const counts = cuts.map((cut) => cut.length - 1)
  const total = cellCount(counts)
  // Most boxes are one chunk: of tiny ones there are many.
  if (total === 1) yield box
  for (let number = 0; total > 1 && number < total; number++) {
    let rest = number
    const at = counts.map((_, dim) => {
      const inner = cellCount(counts.slice(dim + 1))
      const index = Math.floor(rest / inner)
      rest %= inner
      return index
    })
    yield {
      start: at.map((index, dim) => cuts[dim]?.[index] as number),
      end: at.map((index, dim) => cuts[dim]?.[index + 1] as number),
    }
  }
}

function cutsOf(
  dim: number,
  start: number,
  end: number,
  columns: readonly JobColumn[],
  verdicts: Verdicts | undefined,
): number[] {
  let cuts: Set<number> | undefined
  const cut = (size: number | undefined) => {
    if (size === undefined) return
    for (let at = (Math.floor(start / size) + 1) * size; at < end; at += size) {
      cuts ??= new Set()
      cuts.add(at)
    }
  }
  for (const column of columns) if (column.kind === 'stored') cut(column.layout.chunk[column.dims.indexOf(dim)])
  cut(verdicts?.size[dim])
  return cuts ? [start, ...[...cuts].sort((a, b) => a - b), end] : [start, end]
}

/** How many chunks of all columns lie under a box. */
export function chunksUnder(columns: readonly JobColumn[], box: Box): number {
  return withOwnChunks(columns).reduce((sum, column) => sum + chunksOf(column, box), 0)
}

function chunksOf({ dims, layout }: StoredColumn, box: Box): number {
  const counts = dims.map((dim, axis) => {
    const size = layout.chunk[axis] as number
    return Math.ceil((box.end[dim] as number) / size) - Math.floor((box.start[dim] as number) / size)
  })
  return cellCount(counts)
}

/** The chunks of a column under a box, in C order. */
export function chunksIn({ dims, layout }: StoredColumn, { start, end }: Box): number[][] {
  let chunks: number[][] = [[]]
  for (const [axis, dim] of dims.entries()) {
    const size = layout.chunk[axis] as number
    const first = Math.floor((start[dim] as number) / size)
    const count = Math.ceil((end[dim] as number) / size) - first
    if (count === 1) for (const chunk of chunks) chunk.push(first)
    else chunks = chunks.flatMap((chunk) => Array.from({ length: count }, (_, i) => [...chunk, first + i]))
  }
  return chunks
}

/** How many chunks of a column a box touches at most, wherever it lies on its own lattice. */
export function chunksTouched(column: StoredColumn, box: readonly number[]): number {
  return cellCount(
    column.dims.map((dim, axis) => {
      const chunk = column.layout.chunk[axis] as number
      const size = box[dim] as number
      return size % chunk === 0 ? size / chunk : Math.floor((size + chunk - 2) / chunk) + 1
    }),
  )
}
