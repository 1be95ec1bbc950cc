/** The rows of a box as vectors: filter columns first, the others only where rows may come into the result. Called by `row-task.ts`. */
import { interpret } from '../function/interpret.js'
import { type ColumnId, columnsOf } from '../model/expression.js'
import { type JobColumn, verdict } from '../model/job.js'
import { type Box, boxShape, cellCount } from '../model/schema.js'
import { columnsOfSink } from '../model/sink-columns.js'
import { isCoded, isEarly } from '../model/stored-column.js'
import type { Vector } from '../model/vector.js'
import { isRead, type Piece } from '../operator/piece.js'
import { columnOf, type Rows, trueRows } from '../operator/rows.js'
import { Scratch } from '../operator/scratch.js'
import { ascending, SelectCells } from '../operator/select-cells.js'
import { BoxInputs } from './box-inputs.js'
import { piecesOf } from './boxes.js'
import { readAt, readBox } from './cells.js'
import { textsOf } from './coded-cells.js'
import { PieceLoader } from './pieces.js'
import { among, areAll, cellsOf, isPassing, positionsIn } from './positions.js'
import type { StageRun } from './stage-run.js'

/** Cells that are made into vectors at once. */
const batchCells = 65536
/** Where a LIMIT may stop early so many are looked at first, and then more and more. */
const firstCells = 4096

/** Tells by a few columns which rows may come into the result, before the others are read. */
export interface Judge {
  readonly columns: ReadonlySet<ColumnId>
  /** Positions of such rows; undefined where all may. */
  pass(rows: Rows): Int32Array | undefined
}

/** Which rows are wanted of those that pass. */
export interface RowsWanted {
  /** How many more; absent: all. */
  readonly left?: (() => number) | undefined
  readonly judge?: Judge | undefined
}

/** A compiled filter: positions in the box of the cells that pass, in C order. */
export type Select = (box: Box) => Promise<Int32Array>

/** The rows of a box that pass, in C order, with the columns that the sink reads. */
export async function* rowsOfBox(
  run: StageRun,
  box: Box,
  select: Select | undefined,
  { left, judge }: RowsWanted,
): AsyncGenerator<Rows> {
  const { scan, sink } = run.stage
  const read = columnsOfSink(sink)
  // Numbers of texts are for compiled filters only.
  const columns = scan.columns.filter((column) => !isCoded(column) && read.has(column.id))
  const judged = columns.filter(({ id }) => judge?.columns.has(id))
  const inputs = new BoxInputs(run, box)
  /** Of the positions those that may come into the result. */
  const promising = async (part: Box, positions: Int32Array | undefined): Promise<Int32Array | undefined> => {
    if (!judge) return positions
    return among(positions, judge.pass(await rowsAt(judged, part, positions, inputs)))
  }
  for (const part of partsFor(box, select !== undefined, left !== undefined)) {
    const passed = await (select ? select(part) : filter(run, part, inputs))
    for (const some of batchesOf(passed, cellCount(boxShape(part)), left)) {
      const kept = await promising(part, some)
      if (kept?.length !== 0) yield rowsAt(columns, part, kept, inputs)
    }
  }
}

/** The parts of a box that are filtered one after the other. */
function* partsFor(box: Box, isCompiled: boolean, isLimited: boolean): Generator<Box> {
  const atOnce = isCompiled ? Number.POSITIVE_INFINITY : batchCells
  let most = isLimited ? firstCells : atOnce
  for (const part of partsInOrder(box, () => most)) {
    yield part
    most = Math.min(atOnce, most * 4)
  }
}

/** Positions as they are made into rows, at most as many at once as are wanted. */
function* batchesOf(
  positions: Int32Array | undefined,
  cells: number,
  left = () => Number.POSITIVE_INFINITY,
): Generator<Int32Array | undefined> {
  if (!positions && cells <= left()) {
    yield undefined
    return
  }
  const all = positions ?? Int32Array.from({ length: left() }, (_, i) => i)
  for (let at = 0, count = 0; at < all.length; at += count) {
    count = Math.min(batchCells, left())
    if (count <= 0) return
    yield all.subarray(at, at + count)
  }
}

/** Positions in the part that pass selection and predicate; undefined where all do. */
async function filter(run: StageRun, part: Box, inputs: BoxInputs): Promise<Int32Array | undefined> {
  const { scan } = run.stage
  const { predicate } = scan
  if (!predicate) return cellsOf(part, scan, (code) => code < verdict.none)
  const tested = cellsOf(part, scan, (code) => code === verdict.maybe)
  const passing = areAll(scan.verdicts, part, (code) => code !== verdict.all)
    ? undefined
    : cellsOf(part, scan, (code) => code === verdict.all)
  if (tested?.length === 0) return passing ?? tested
  const read = columnsOf(predicate)
  const columns = scan.columns.filter((column) => !isCoded(column) && read.has(column.id))
  const rows = await rowsAt(columns, part, tested, inputs)
  const passed = trueRows(interpret(predicate, columnOf(rows), rows.length, run.registry))
  const kept = among(tested, passed.length === rows.length ? undefined : passed)
  return passing && kept ? ascending([kept, passing]) : (passing ?? kept)
}

/** Some columns at the positions, or of all cells. */
async function rowsAt(
  columns: readonly JobColumn[],
  part: Box,
  positions: Int32Array | undefined,
  inputs: BoxInputs,
): Promise<Rows> {
  await inputs.load(columns, part, positions)
  const vectors = columns.map((column): [ColumnId, Vector] => {
    const input = inputs.of(column)
    return [column.id, positions ? readAt(column, part, positions, input) : readBox(column, part, input)]
  })
  return { length: positions?.length ?? cellCount(boxShape(part)), columns: new Map(vectors) }
}

/** A compiled filter, where there is one. */
export function openSelect(run: StageRun): Select | undefined {
  const { bodies, stage } = run
  if (!bodies || !stage.loops) return undefined
  const { scan } = stage
  const main = bodies.main.compiled.nest
  const cells = new SelectCells(scan, stage.loops, bodies.main, new Scratch(run.machine))
  const loader = new PieceLoader(run, textsOf(run))
  const early = scan.columns.filter(isEarly)
  async function* load(box: Box, passing: Int32Array[]): AsyncGenerator<Piece> {
    for (const piece of piecesOf(box, early, scan.verdicts)) {
      if (!isRead(scan, piece)) continue
      if (isPassing(scan, piece)) passing.push(positionsIn(piece, box, scan.selection))
      else yield loader.load(main, piece)
    }
  }
  return async (box) => {
    loader.enter(box)
    const passing: Int32Array[] = []
    const tested = await cells.select(box, load(box, passing))
    return passing.length > 0 ? ascending([tested, ...passing]) : tested
  }
}

/** Cuts a box along its leading dimensions into parts of at most so many cells (one at least), in C order. `most` may change on the way. */
export function* partsInOrder(box: Box, most: () => number): Generator<Box> {
  const shape = boxShape(box)
  const cells = cellCount(shape)
  const dim = shape.findIndex((extent) => extent > 1)
  if (cells <= most() || dim < 0) {
    yield box
    return
  }
  const extent = shape[dim] as number
  const past = box.end[dim] as number
  for (let at = box.start[dim] as number; at < past; ) {
    const end = Math.min(past, at + Math.max(1, Math.floor(most() / (cells / extent))))
    yield* partsInOrder({ start: box.start.with(dim, at), end: box.end.with(dim, end) }, most)
    at = end
  }
}
