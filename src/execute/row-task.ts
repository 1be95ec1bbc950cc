/** A task over rows in C order: filters, then emits, sorts or groups them by the interpreter. Called by `stage-run.ts`. */
import { interpret } from '../function/interpret.js'
import type { ColumnId, Expression } from '../model/expression.js'
import { type IndexRange, type JobColumn, type PartialBody, rangeTotal } from '../model/job.js'
import { type Box, boxShape, cellCount } from '../model/schema.js'
import type { Vector } from '../model/vector.js'
import { GroupRows } from '../operator/group-rows.js'
import { clip, meets } from '../operator/piece.js'
import { columnOf, concatRows, type Rows, trueRows } from '../operator/rows.js'
import { Scratch } from '../operator/scratch.js'
import { cStrides, SelectCells } from '../operator/select-cells.js'
import { openSort, projectRows, type RowSort } from '../operator/steps.js'
import { piecesOf } from './boxes.js'
import { type ColumnInput, partsOf, readAt, readBox } from './cells.js'
import { PieceLoader } from './pieces.js'
import type { StageRun } from './stage-run.js'

/** Cells that are made into vectors at once. */
const batchCells = 65536

interface RowSink {
  consume(rows: Rows): void
  full(): boolean
  partial(): PartialBody
}

export async function rowTask(run: StageRun, boxes: readonly Box[]): Promise<PartialBody> {
  const sink = openSink(run)
  const select = openSelect(run)
  for (const box of boxes) {
    const pause = run.check()
    if (pause) await pause
    if (sink.full()) break
    for await (const rows of rowsOfBox(run, box, select)) {
      const pause = run.check()
      if (pause) await pause
      if (rows.length > 0) sink.consume(rows)
      if (sink.full()) break
    }
  }
  return sink.partial()
}

function openSink(run: StageRun): RowSink {
  const { sink } = run.stage
  switch (sink.kind) {
    case 'reduce': {
      const groups = new GroupRows(sink.keyExpressions, sink.aggregates, run.registry, run.memory)
      return { consume: (rows) => groups.consume(rows), full: () => false, partial: () => groups.partial() }
    }
    case 'rows':
      return collect(run, sink.limit ?? Number.POSITIVE_INFINITY, inOrder())
    case 'sort':
      return collect(run, Number.POSITIVE_INFINITY, openSort(sink.keys, sink.limit, run.registry))
    default:
      return sink satisfies never
  }
}

/** Rows as they come. */
function inOrder(): RowSort {
  const kept: Rows[] = []
  return {
    consume: (rows) => {
      kept.push(rows)
    },
    result: () => concatRows(kept),
  }
}

/** Projects rows and hands them on until there are enough. */
function collect(run: StageRun, limit: number, kept: RowSort): RowSink {
  const { columns } = run.stage.sink as { columns: readonly { id: ColumnId; name: string; expression: Expression }[] }
  let count = 0
  return {
    consume(rows) {
      kept.consume(projectRows(rows, columns, run.registry))
      count += rows.length
    },
    full: () => count >= limit,
    partial() {
      const rows = kept.result()
      const vectors = rows && columns.map(({ id }) => columnOf(rows)(id))
      return { kind: 'rows', batches: rows && vectors ? [{ length: rows.length, columns: vectors }] : [] }
    },
  }
}

type Select = (box: Box) => Promise<Int32Array>

/** The rows of a box that pass, in C order, with all columns of the scan. */
async function* rowsOfBox(run: StageRun, box: Box, select: Select | undefined): AsyncGenerator<Rows> {
  const { columns } = run.stage.scan
  const early = columns.filter((column) => column.kind !== 'stored' || column.phase === 'filter')
  const late = columns.filter((column) => !early.includes(column))
  const inputs = new Map<ColumnId, ColumnInput>()
  const open = async (some: readonly JobColumn[]) => {
    for (const column of some) inputs.set(column.id, await openColumn(run, column, box))
  }
  await open(early)
  if (select) {
    const positions = await select(box)
    if (positions.length > 0) {
      wantBox(run, box)
      await open(late)
    }
    for (let at = 0; at < positions.length; at += batchCells) {
      yield pick(columns, box, positions.subarray(at, at + batchCells), inputs)
    }
    return
  }
  for (const part of partsInOrder(box, batchCells)) {
    const positions = await filter(run, part, early, inputs)
    if (positions?.length === 0) continue
    const missing = late.filter(({ id }) => !inputs.has(id))
    if (missing.length > 0) wantBox(run, box)
    await open(missing)
    if (positions) yield pick(columns, part, positions, inputs)
    else yield whole(columns, part, inputs)
  }
}

/** Columns are loaded one after another; where their bytes come from afar they come together. */
function wantBox(run: StageRun, box: Box): void {
  if (!run.source.isRemote) return
  for (const piece of piecesOf(box, run.stage.scan.columns)) if (meets(run.stage.scan.selection, piece)) run.want(piece)
}

/** Positions in the part that pass selection and predicate; undefined where all do. */
async function filter(
  run: StageRun,
  part: Box,
  early: readonly JobColumn[],
  inputs: ReadonlyMap<ColumnId, ColumnInput>,
): Promise<Int32Array | undefined> {
  const { predicate, selection } = run.stage.scan
  const selected = selectedPositions(part, selection)
  if (!predicate || selected?.length === 0) return selected
  const rows = selected ? pick(early, part, selected, inputs) : whole(early, part, inputs)
  const passed = trueRows(interpret(predicate, columnOf(rows), rows.length, run.registry))
  if (!selected) return passed.length === rows.length ? undefined : passed
  return passed.map((row) => selected[row] as number)
}

function whole(columns: readonly JobColumn[], part: Box, inputs: ReadonlyMap<ColumnId, ColumnInput>): Rows {
  const vectors = columns.map((column): [ColumnId, Vector] => [
    column.id,
    readBox(column, part, inputs.get(column.id) as ColumnInput),
  ])
  return { length: cellCount(boxShape(part)), columns: new Map(vectors) }
}

function pick(
  columns: readonly JobColumn[],
  part: Box,
  positions: Int32Array,
  inputs: ReadonlyMap<ColumnId, ColumnInput>,
): Rows {
  const vectors = columns.map((column): [ColumnId, Vector] => [
    column.id,
    readAt(column, part, positions, inputs.get(column.id) as ColumnInput),
  ])
  return { length: positions.length, columns: new Map(vectors) }
}

/** Positions of the selected cells of a box; undefined where all are. */
function selectedPositions(part: Box, selection: StageRun['stage']['scan']['selection']): Int32Array | undefined {
  const shape = boxShape(part)
  const ranges = shape.map((extent, dim) => {
    const start = part.start[dim] as number
    return clip(selection[dim] ?? [[start, start + extent]], start, start + extent)
  })
  if (ranges.every((list, dim) => rangeTotal(list) === shape[dim])) return undefined
  const strides = cStrides(shape)
  let positions: Int32Array = Int32Array.of(0)
  ranges.forEach((list, dim) => {
    positions = spreadOver(positions, list, strides[dim] as number)
  })
  return positions
}

/** Each position once for every index of the ranges, moved there. */
function spreadOver(positions: Int32Array, ranges: readonly IndexRange[], stride: number): Int32Array {
  const spread = new Int32Array(positions.length * rangeTotal(ranges))
  let at = 0
  for (const position of positions) {
    for (const [start, end] of ranges) for (let i = start; i < end; i++) spread[at++] = position + i * stride
  }
  return spread
}

/** Loads all chunks of a column under a box, or its values. */
async function openColumn(run: StageRun, column: JobColumn, box: Box): Promise<ColumnInput> {
  if (column.kind === 'stored') {
    const reader = run.readers[run.stage.scan.columns.indexOf(column)]
    // Chunks without selected cells are never read, nor are cells in them.
    const parts = partsOf(column, box).filter((part) => meets(run.stage.scan.selection, part))
    for (const { chunk } of parts) await reader?.load(chunk)
    return { reader, from: 0 }
  }
  if (column.kind !== 'vector') return { from: 0 }
  const [dim] = column.dims
  const from = dim === undefined ? 0 : (box.start[dim] as number)
  const to = dim === undefined ? 1 : (box.end[dim] as number)
  return { vector: await run.source.vectors?.(run.stage.scan.table, column.name, from, to), from }
}

/** A compiled filter, where there is one. */
function openSelect(run: StageRun): Select | undefined {
  const { bodies, stage } = run
  if (!bodies || !stage.loops) return undefined
  const cells = new SelectCells(stage.scan, stage.loops, bodies.main, new Scratch(run.machine))
  const loader = new PieceLoader(run)
  return async (box) => {
    loader.enter(box)
    const pieces = []
    for (const piece of piecesOf(box, stage.scan.columns.filter(isEarly))) {
      if (!meets(stage.scan.selection, piece)) continue
      pieces.push(await loader.load(bodies.main.compiled.nest, piece))
    }
    return cells.select(box, pieces)
  }
}

function isEarly(column: JobColumn): boolean {
  return column.kind !== 'stored' || column.phase === 'filter'
}

/** Cuts a box along its leading dimensions into parts of at most so many cells (one at least), in C order. */
export function* partsInOrder(box: Box, most: number): Generator<Box> {
  const shape = boxShape(box)
  const cells = cellCount(shape)
  const dim = shape.findIndex((extent) => extent > 1)
  if (cells <= most || dim < 0) {
    yield box
    return
  }
  const extent = shape[dim] as number
  const step = Math.max(1, Math.floor(most / (cells / extent)))
  for (let at = box.start[dim] as number; at < (box.end[dim] as number); at += step) {
    const end = Math.min(at + step, box.end[dim] as number)
    yield* partsInOrder({ start: box.start.with(dim, at), end: box.end.with(dim, end) }, most)
  }
}
