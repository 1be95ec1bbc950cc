/** A task of a compiled reduction: piece by piece, filter columns first. Called by `stage-run.ts`. */

import type { ColumnId } from '../model/expression.js'
import { type Bodies, type KeySpace, type PartialBody, rangeTotal } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { type Body, placeFields } from '../operator/body.js'
import { DenseReduce } from '../operator/dense-reduce.js'
import { HashReduce } from '../operator/hash-reduce.js'
import { runLoop } from '../operator/loop.js'
import { clip, isRead, loopDims, type Piece } from '../operator/piece.js'
import { Scratch } from '../operator/scratch.js'
import { hull, piecesOf } from './boxes.js'
import { type CellTexts, textsOf } from './coded-cells.js'
import { PieceLoader } from './pieces.js'
import type { StageRun } from './stage-run.js'

type Reduce = DenseReduce | HashReduce

/** Under which `expected` has the groups; texts have the ids of their columns. */
const groupsOf = 'groups'

export async function reduceTask(run: StageRun, bodies: Bodies<Body>, boxes: readonly Box[]): Promise<PartialBody> {
  const scratch = new Scratch(run.machine)
  const texts = textsOf(run)
  const reduce = openReduce(run, bodies, boxes, scratch, texts)
  const loader = new PieceLoader(run, texts)
  const reads = (bodies.keys ?? bodies.main).compiled.nest
  const tested = bodies.probe?.compiled.nest.columns.map(({ id }) => id) ?? []
  const consume = ({ box, piece }: Place): undefined | Promise<void> => {
    loader.enter(box)
    const loaded = loader.load(reads, piece, (id) => !tested.includes(id))
    if (loaded instanceof Promise) return loaded.then((each) => reduce.consume(each))
    reduce.consume(loaded)
    return undefined
  }
  const passes = bodies.probe && probe(run, bodies.probe, scratch, loader)
  const waiting: Place[] = []
  // What waited longer has lost its filter columns to pieces that came after it, whether these passed or not.
  const isDue = (place: Place | undefined, now: number): place is Place =>
    place !== undefined && now - place.number >= run.piecesAhead
  for (const place of placesOf(run, boxes)) {
    const pause = run.check()
    if (pause) await pause
    const passed = passes?.(place) ?? true
    if (passed instanceof Promise ? await passed : passed) {
      if (run.piecesAhead > 0) run.want(place.piece)
      waiting.push(place)
    }
    if (!isDue(waiting[0], place.number)) continue
    const consumed = consume(waiting.shift() as Place)
    if (consumed) await consumed
  }
  for (const place of waiting) await consume(place)
  remember(run, reduce, texts)
  return reduce.partial()
}

/** The next task of this thread makes room for as many at once. */
function remember({ expected }: StageRun, reduce: Reduce, texts: ReadonlyMap<ColumnId, CellTexts>): void {
  if (reduce instanceof HashReduce) expected.set(groupsOf, reduce.groups)
  for (const [column, each] of texts) expected.set(column, each.texts.count)
}

/** The pieces that hold selected cells, box by box. */
function* placesOf(run: StageRun, boxes: readonly Box[]): Generator<Place> {
  const { scan } = run.stage
  let count = 0
  for (const box of boxes) {
    for (const piece of piecesOf(box, scan.columns, scan.verdicts)) {
      if (isRead(scan, piece)) yield { box, piece, number: count++ }
    }
  }
}

/** A piece, and the box that it is a part of. */
interface Place {
  readonly box: Box
  readonly piece: Box
  readonly number: number
}

function openReduce(
  run: StageRun,
  bodies: Bodies<Body>,
  boxes: readonly Box[],
  scratch: Scratch,
  texts: ReadonlyMap<ColumnId, CellTexts>,
): Reduce {
  const { scan, loops, sink } = run.stage
  const keys = (sink as { keys: KeySpace }).keys
  if (!loops) throw new TypeError('a compiled stage has loops')
  if (bodies.keys) {
    const coded =
      keys.kind === 'hash'
        ? keys.keys.map(({ expression: key }) => (key.kind === 'column' ? texts.get(key.column)?.texts : undefined))
        : []
    return new HashReduce(
      scan,
      loops,
      { ...bodies, keys: bodies.keys },
      scratch,
      coded,
      run.memory,
      { groups: run.expected.get(groupsOf) ?? 0, cells: cellsOf(run, boxes) },
      keys,
      run.division,
    )
  }
  return new DenseReduce(
    scan,
    loops,
    keys.kind === 'dense' ? keys.dims : [],
    bodies.main,
    scratch,
    hull(boxes, scan.dims.length),
  )
}

/** Of the selected cells, how many the boxes have. */
function cellsOf({ stage: { scan } }: StageRun, boxes: readonly Box[]): number {
  return boxes.reduce((sum, { start, end }) => {
    const extents = start.map((from, dim) => {
      const to = end[dim] as number
      return rangeTotal(clip(scan.selection[dim] ?? [[from, to]], from, to))
    })
    return sum + extents.reduce((product, extent) => product * extent, 1)
  }, 0)
}

/**
 * Whether any cell of a piece passes, judged by filter columns alone: it counts rows, and has no keys.
 * Where the filter runs ahead of the reduction it has a loader of its own: they are in different boxes.
 */
function probe(
  run: StageRun,
  body: Body,
  scratch: Scratch,
  shared: PieceLoader,
): (place: Place) => boolean | Promise<boolean> {
  const { machine } = run
  const loader = run.piecesAhead > 0 ? new PieceLoader(run, shared.texts) : shared
  const [count] = placeFields(body, machine, 1) as [number]
  const order = run.stage.loops?.order ?? []
  const judge = (piece: Piece) => {
    new BigInt64Array(machine.memory.buffer, count, 1)[0] = 0n
    const dims = loopDims(piece, run.stage.scan.selection, [])
    runLoop({ order, dims, columns: piece.columns, shape: 'register' }, scratch, body.frame, (call) => body.run(call))
    return new BigInt64Array(machine.memory.buffer, count, 1)[0] !== 0n
  }
  return ({ box, piece }) => {
    loader.enter(box)
    const loaded = loader.load(body.compiled.nest, piece)
    return loaded instanceof Promise ? loaded.then(judge) : judge(loaded)
  }
}
