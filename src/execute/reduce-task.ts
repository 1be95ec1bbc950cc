/** A task of a compiled reduction: piece by piece, filter columns first. Called by `stage-run.ts`. */
import type { Bodies, KeySpace, PartialBody } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { type Body, placeFields } from '../operator/body.js'
import { DenseReduce } from '../operator/dense-reduce.js'
import { HashReduce } from '../operator/hash-reduce.js'
import { runLoop } from '../operator/loop.js'
import { loopDims, meets, type Piece } from '../operator/piece.js'
import { Scratch } from '../operator/scratch.js'
import { hull, piecesOf } from './boxes.js'
import { PieceLoader } from './pieces.js'
import type { StageRun } from './stage-run.js'

type Reduce = DenseReduce | HashReduce

export async function reduceTask(run: StageRun, bodies: Bodies<Body>, boxes: readonly Box[]): Promise<PartialBody> {
  const scratch = new Scratch(run.machine)
  const reduce = openReduce(run, bodies, boxes, scratch)
  const loader = new PieceLoader(run)
  const passes = bodies.probe && probe(run, bodies.probe, scratch)
  for (const box of boxes) {
    loader.enter(box)
    for (const piece of piecesOf(box, run.stage.scan.columns)) {
      if (!meets(run.stage.scan.selection, piece)) continue
      const pause = run.check()
      if (pause) await pause
      if (bodies.probe && passes && !passes(await settled(loader.load(bodies.probe.compiled.nest, piece)))) continue
      reduce.consume(await settled(loader.load((bodies.keys ?? bodies.main).compiled.nest, piece)))
    }
  }
  return reduce.partial()
}

function openReduce(run: StageRun, bodies: Bodies<Body>, boxes: readonly Box[], scratch: Scratch): Reduce {
  const { scan, loops, sink } = run.stage
  const keys = (sink as { keys: KeySpace }).keys
  if (!loops) throw new TypeError('a compiled stage has loops')
  if (bodies.keys) return new HashReduce(scan, loops, { ...bodies, keys: bodies.keys }, scratch)
  return new DenseReduce(
    scan,
    loops,
    keys.kind === 'dense' ? keys.dims : [],
    bodies.main,
    scratch,
    hull(boxes, scan.dims.length),
  )
}

/** Whether any cell of a piece passes, judged by filter columns alone: it counts rows, and has no keys. */
function probe(run: StageRun, body: Body, scratch: Scratch): (piece: Piece) => boolean {
  const { machine } = run
  const [count] = placeFields(body, machine, 1) as [number]
  const order = run.stage.loops?.order ?? []
  return (piece) => {
    new BigInt64Array(machine.memory.buffer, count, 1)[0] = 0n
    const dims = loopDims(piece, run.stage.scan.selection, [])
    runLoop({ order, dims, columns: piece.columns, shape: 'register' }, scratch, body.frame, (call) => body.run(call))
    return new BigInt64Array(machine.memory.buffer, count, 1)[0] !== 0n
  }
}

/** Awaits only what is a promise: local chunks cost no turn of the event loop. */
function settled<T>(value: T | Promise<T>): T | Promise<T> {
  return value
}
