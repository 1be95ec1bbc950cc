/** A stage on one thread: its columns opened, its bodies placed, its tasks run one after another. Called by executors. */
import type { Registry } from '../function/registry.js'
import type { Machine } from '../kernel/machine.js'
import type { ColumnId } from '../model/expression.js'
import type {
  Bodies,
  CompiledNest,
  GroupPart,
  Job,
  JobColumn,
  Partial,
  PartialBody,
  ScanStage,
  Surveyed,
  Work,
} from '../model/job.js'
import type { Box } from '../model/schema.js'
import { withOwnChunks } from '../model/stored-column.js'
import { type Body, placeBody } from '../operator/body.js'
import { type Division, divisionOf } from '../operator/division.js'
import type { Source } from '../source/source.js'
import { boxAt, boxesOf, chunksUnder } from './boxes.js'
import type { ChunkReader, Reading } from './chunk-reader.js'
import { mergeTask } from './merge-task.js'
import { openPartialCache, type PartialCache } from './partial-cache.js'
import { Prefetch } from './prefetch.js'
import { boxFilter } from './prune.js'
import { reduceTask } from './reduce-task.js'
import { rowTask } from './row-task.js'
import { openReaders, openSurveyors } from './stage-readers.js'
import { type Surveyor, surveyTask } from './survey.js'
import { runUnits } from './units.js'
import { earlyColumns, runOf, wantsOf, wantsUnder } from './wants.js'
import { emptyWork } from './work.js'

/** What a task works with. */
export interface StageRun {
  readonly stage: ScanStage
  readonly machine: Machine
  readonly source: Source
  readonly registry: Registry
  /** One per column of the scan; absent where the column has no chunks. */
  readonly readers: readonly (ChunkReader | undefined)[]
  /** Pieces whose filter may be judged before the first of them is reduced, so that their other columns are on their way. */
  readonly piecesAhead: number
  /** Fetches what a part of the grid needs of some columns, or of all, as far as there is room: some of its cells passed the filter. */
  want(part: Box, columns?: readonly JobColumn[]): void
  readonly bodies: Bodies<Body> | undefined
  /** How many groups and texts the last task of this thread met: the next one makes room for as many at once. */
  readonly expected: Map<ColumnId | 'groups', number>
  /** How many groups are divided; absent where they cannot be. */
  readonly division: Division | undefined
  /** Bytes that this thread may use. */
  readonly memory: number
  /** Bytes that all threads may use: of what comes of their tasks together. */
  readonly memoryLimit: number
  /** The same for boxes all of whose cells pass some parts of the filter. */
  readonly variants: readonly { readonly decided: number; readonly run: StageRun }[]
  /** Called at every piece and batch: throws 'cancelled', and where the thread has other duties gives them their turn. */
  readonly check: Check
}

export type Check = () => Promise<void> | undefined

/** How a task gives way: `check` at every piece, `isCancelled` while it waits. */
export interface Interrupt {
  readonly check: Check
  isCancelled(): boolean
}

export interface OpenStage {
  /** Tasks run one after another, in the order of the calls; what a waiting one wants is fetched meanwhile. */
  run(task: number): Promise<Partial>
  /** Merges parts of what tasks left behind, in their order; the parts are used up. */
  merge(task: number, parts: readonly GroupPart[]): Promise<Partial>
  /** When no task is under way any more. */
  idle(): Promise<void>
}

/** Places slots and bodies in the machine, where they stay until its owner releases them. */
export async function openStage(
  job: Job,
  machine: Machine,
  source: Source,
  registry: Registry,
  interrupt: Interrupt,
): Promise<OpenStage> {
  const { stage, settings } = job
  const memory = settings.memory_limit / settings.threads
  let work = emptyWork()
  const prefetch = new Prefetch({
    requests: Math.max(2, Math.floor(mostRequests / settings.threads)),
    room: () => Math.min(mostWaiting, memory - machine.memory.buffer.byteLength),
  })
  const piecesAhead = source.isRemote ? aheadOf(stage, memory) : 0
  const reading: Reading = { machine, work: () => work, prefetch }
  const readers = await openReaders(stage, source, reading, piecesAhead)
  const surveyors = openSurveyors(stage, readers, machine)
  const check = source.isRemote ? withTurns(interrupt.check) : interrupt.check
  const common = {
    machine,
    source,
    registry,
    piecesAhead,
    expected: new Map(),
    division: divisionOf(stage, settings),
    memory,
    memoryLimit: settings.memory_limit,
    check,
  }
  const runWith = (own: ScanStage, variants: StageRun['variants']): StageRun => {
    const run: StageRun = {
      ...common,
      stage: own,
      readers: own.scan.columns.map(({ id }) => readers[stage.scan.columns.findIndex((column) => column.id === id)]),
      bodies: own.compiled && placeBodies(own.compiled.bodies, machine),
      want(part, columns = own.scan.columns) {
        for (const each of wantsUnder(run, columns, part)) prefetch.want(each, work)
      },
      variants,
    }
    return run
  }
  const variants = (stage.variants ?? []).map(({ decided, scan, loops, compiled }) => ({
    decided,
    run: runWith({ ...stage, scan, loops, compiled }, []),
  }))
  const run = runWith(stage, variants)
  const mayPass = settings.pruning ? boxFilter(stage.scan, registry) : undefined
  const kept = await openPartialCache(job, source, registry)
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  async function runTask(task: number, own: Work, make: () => Promise<PartialBody>): Promise<Partial> {
    work = own
    const mark = machine.mark()
    const started = performance.now()
    const watch = startWatch(interrupt, prefetch)
    try {
      const body = await make()
      return { task, body, work, surveyed: surveyedBy(surveyors) }
    } finally {
      clearInterval(watch)
      machine.release(mark)
      work.msByStage.task = performance.now() - started
    }
  }

  async function runOrFind(cache: PartialCache, task: number, boxes: readonly Box[], own: Work): Promise<Partial> {
    const before = last
    const started = performance.now()
    const found = await cache.find(boxes, { traffic: own })
    own.msByStage.cache = performance.now() - started
    own.cached += found.cached
    const [only, ...others] = found.units
    if (!only) return before.then(() => runTask(task, own, () => runBoxes(run, boxes)))
    if (only.body && others.length === 0) return { task, body: only.body, work: own }
    const wanted = found.units.flatMap((unit) => (unit.body ? [] : unit.boxes))
    if (source.isRemote) prefetch.follow(wantsOf(run, wanted), own)
    await before
    return runTask(task, own, () => runUnits(run, cache, found, own, runBoxes))
  }

  return {
    run(task) {
      const own = emptyWork()
      const boxes = taskBoxes(stage, task).filter((box) => {
        const isKept = mayPass?.(box) ?? true
        if (!isKept) own.pruned += chunksUnder(stage.scan.columns, box)
        return isKept
      })
      waiting++
      if (source.isRemote && !kept) prefetch.follow(wantsOf(run, boxes), own)
      const done = (
        kept ? runOrFind(kept, task, boxes, own) : last.then(() => runTask(task, own, () => runBoxes(run, boxes)))
      ).finally(() => {
        // What a LIMIT left over is not read after all.
        if (--waiting === 0) prefetch.stop()
      })
      // One whose partial was kept ends before those that came before it.
      last = Promise.allSettled([last, done]).then(() => undefined)
      return done
    },
    merge(task, parts) {
      const done = last.then(async () => mergeTask(run, task, parts))
      last = done.catch(() => undefined)
      return done
    },
    async idle() {
      await last
    },
  }
}

/** Requests that all threads may have under way at once, and bytes that may wait to be decoded in one. */
const mostRequests = 32
const mostWaiting = 256e6

/** While a task waits for bytes nobody checks whether it still should. */
const watchMs = 50

function startWatch({ isCancelled }: Interrupt, prefetch: Prefetch): NodeJS.Timeout {
  return setInterval(() => {
    if (isCancelled()) prefetch.stop()
  }, watchMs)
}

/** Longer than this, bytes that arrived do not wait for a turn of the event loop. */
const turnMs = 1

function withTurns(check: Check): Check {
  let last = performance.now()
  return () => {
    const pause = check()
    if (pause || performance.now() - last < turnMs) return pause
    return new Promise((resume) => {
      setImmediate(() => {
        last = performance.now()
        resume()
      })
    })
  }
}

/** A piece ahead costs a slot of each filter column: as many as fit beside what a task holds, and a few at most. */
function aheadOf(stage: ScanStage, memory: number): number {
  if (!stage.compiled?.bodies.probe) return 0
  const early = withOwnChunks(earlyColumns(stage)).reduce((sum, { layout }) => sum + layout.bytes, 0)
  return Math.max(0, Math.min(mostPiecesAhead, Math.floor((memory / 2 - stage.taskBytes) / 2 / Math.max(1, early))))
}

const mostPiecesAhead = 8

function runBoxes(run: StageRun, boxes: readonly Box[]): Promise<PartialBody> {
  if (run.stage.surveysOnly) return surveyTask(run, boxes)
  if (run.bodies?.main.compiled.nest.sink.kind !== 'reduce') return rowTask(run, boxes)
  // All boxes of a task are run alike.
  const own = boxes[0] ? runOf(run, boxes[0]) : run
  return reduceTask(own, own.bodies as Bodies<Body>, boxes)
}

function taskBoxes(stage: ScanStage, task: number): Box[] {
  const [first, past] = boxesOf(stage.tasks, task)
  return Array.from({ length: past - first }, (_, i) => boxAt(stage.tasks, stage.scan.dims, first + i))
}

function surveyedBy(surveyors: readonly Surveyor[]): Surveyed[] {
  return surveyors.flatMap((surveyor, survey) => {
    const found = surveyor.take()
    return found ? [{ survey, ...found }] : []
  })
}

function placeBodies(compiled: Bodies<CompiledNest>, machine: Machine): Bodies<Body> {
  const place = (nest: CompiledNest | undefined) => nest && placeBody(nest, machine)
  return {
    main: placeBody(compiled.main, machine),
    probe: place(compiled.probe),
    keys: place(compiled.keys),
    direct: place(compiled.direct),
    collects: compiled.collects?.map((nest) => placeBody(nest, machine)),
  }
}
