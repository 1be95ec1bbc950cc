/** The rows of a box as vectors: filter columns first, the others only where rows may come into the result. Called by `row-task.ts`. */
import { interpret } from '../function/interpret.js'
import { type ColumnId, columnsOf } from '../model/expression.js'
import { type IndexRange, type JobColumn, rangeTotal, type Verdicts, verdict } from '../model/job.js'
import { type Box, boxShape, cellCount } from '../model/schema.js'
import { isCoded, isEarly } from '../model/stored-column.js'
import type { Vector } from '../model/vector.js'
import { clip, isRead, isSkipped, type Piece } from '../operator/piece.js'
import { columnOf, type Rows, trueRows } from '../operator/rows.js'
import { Scratch } from '../operator/scratch.js'
import { cStrides, SelectCells } from '../operator/select-cells.js'
import { piecesOf } from './boxes.js'
import { type ColumnInput, partsOf, readAt, readBox } from './cells.js'
import { textsOf } from './coded-cells.js'
import { PieceLoader } from './pieces.js'
import type { StageRun } from './stage-run.js'

/** Cells that are made into vectors at once. */
const batchCells = 65536

/** Tells by a few columns which rows may come into the result, before the others are read. */
export interface Judge {
  readonly columns: ReadonlySet<ColumnId>
  /** Positions of such rows; undefined where all may. */
  pass(rows: Rows): Int32Array | undefined
}

/** A compiled filter: positions in the box of the cells that pass, in C order. */
export type Select = (box: Box) => Promise<Int32Array>

/** The rows of a box that pass, in C order, with all columns of the scan. */
export async function* rowsOfBox(
  run: StageRun,
  box: Box,
  select: Select | undefined,
  judge: Judge | undefined,
): AsyncGenerator<Rows> {
  const { predicate } = run.stage.scan
  // Numbers of texts are for compiled filters only.
  const columns = run.stage.scan.columns.filter((column) => !isCoded(column))
  const tested = predicate ? columnsOf(predicate) : new Set<ColumnId>()
  const hasChunks = ({ kind }: JobColumn) => kind === 'stored' || kind === 'vector'
  const early = columns.filter((column) => !hasChunks(column) || tested.has(column.id))
  const judged = columns.filter(({ id }) => judge?.columns.has(id))
  const late = columns.filter((column) => !early.includes(column))
  const inputs = new Map<ColumnId, ColumnInput>()
  const open = async (some: readonly JobColumn[]) => {
    for (const column of some) if (!inputs.has(column.id)) inputs.set(column.id, await openColumn(run, column, box))
  }
  /** Of the positions those that may come into the result. */
  const promising = async (part: Box, positions: Int32Array | undefined): Promise<Int32Array | undefined> => {
    if (!judge) return positions
    await open(judged)
    const rows = positions ? pick(judged, part, positions, inputs) : whole(judged, part, inputs)
    return among(positions, judge.pass(rows))
  }
  await open(early)
  if (select) {
    const positions = await select(box)
    for (let at = 0; at < positions.length; at += batchCells) {
      const kept = (await promising(box, positions.subarray(at, at + batchCells))) as Int32Array
      if (kept.length === 0) continue
      if (late.some(({ id }) => !inputs.has(id))) wantBox(run, box)
      await open(late)
      yield pick(columns, box, kept, inputs)
    }
    return
  }
  for (const part of partsInOrder(box, batchCells)) {
    const passed = await filter(run, part, early, inputs)
    const positions = passed?.length === 0 ? passed : await promising(part, passed)
    if (positions?.length === 0) continue
    if (late.some(({ id }) => !inputs.has(id))) wantBox(run, box)
    await open(late)
    if (positions) yield pick(columns, part, positions, inputs)
    else yield whole(columns, part, inputs)
  }
}

/** Columns are loaded one after another; where their bytes come from afar they come together. */
function wantBox(run: StageRun, box: Box): void {
  if (!run.source.isRemote) return
  const { scan } = run.stage
  for (const piece of piecesOf(box, scan.columns, scan.verdicts)) if (isRead(scan, piece)) run.want(piece)
}

/** Positions in the part that pass selection and predicate; undefined where all do. */
async function filter(
  run: StageRun,
  part: Box,
  early: readonly JobColumn[],
  inputs: ReadonlyMap<ColumnId, ColumnInput>,
): Promise<Int32Array | undefined> {
  const { predicate, selection, verdicts } = run.stage.scan
  const selected = readPositions(part, selectedPositions(part, selection), verdicts)
  if (!predicate || selected?.length === 0) return selected
  const rows = selected ? pick(early, part, selected, inputs) : whole(early, part, inputs)
  const passed = trueRows(interpret(predicate, columnOf(rows), rows.length, run.registry))
  return among(selected, passed.length === rows.length ? undefined : passed)
}

/** Of some positions those at the given places; undefined stands for all. */
function among(positions: Int32Array | undefined, places: Int32Array | undefined): Int32Array | undefined {
  return positions && places ? places.map((place) => positions[place] as number) : (places ?? positions)
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
  return positionsIn(ranges, cStrides(shape))
}

function positionsIn(ranges: readonly (readonly IndexRange[])[], strides: readonly number[]): Int32Array {
  let positions: Int32Array = Int32Array.of(0)
  ranges.forEach((list, dim) => {
    positions = spreadOver(positions, list, strides[dim] as number)
  })
  return positions
}

/** Of some positions of a box those that statistics have neither ruled out nor answered. */
function readPositions(
  part: Box,
  positions: Int32Array | undefined,
  verdicts: Verdicts | undefined,
): Int32Array | undefined {
  if (!verdicts?.codes.some((code) => code === verdict.none || code === verdict.answered)) return positions
  const shape = boxShape(part)
  const read = new Uint8Array(cellCount(shape))
  const strides = cStrides(shape)
  let isAll = true
  for (const { start, end } of piecesOf(part, [], verdicts)) {
    if (isSkipped(verdicts, { start, end })) isAll = false
    else {
      const ranges = start.map((from, dim): IndexRange[] => {
        const origin = part.start[dim] as number
        return [[from - origin, (end[dim] as number) - origin]]
      })
      for (const position of positionsIn(ranges, strides)) read[position] = 1
    }
  }
  if (isAll) return positions
  return (positions ?? Int32Array.from(read.keys())).filter((position) => read[position] === 1)
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
    const parts = partsOf(column, box).filter((part) => isRead(run.stage.scan, part))
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
export function openSelect(run: StageRun): Select | undefined {
  const { bodies, stage } = run
  if (!bodies || !stage.loops) return undefined
  const main = bodies.main.compiled.nest
  const cells = new SelectCells(stage.scan, stage.loops, bodies.main, new Scratch(run.machine))
  const loader = new PieceLoader(run, textsOf(run))
  async function* load(box: Box): AsyncGenerator<Piece> {
    for (const piece of piecesOf(box, stage.scan.columns.filter(isEarly), stage.scan.verdicts)) {
      if (isRead(stage.scan, piece)) yield loader.load(main, piece)
    }
  }
  return (box) => {
    loader.enter(box)
    return cells.select(box, load(box))
  }
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
