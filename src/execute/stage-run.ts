/** A stage on one thread: its columns opened, its bodies placed, its tasks run one after another. Called by executors. */
import type { Registry } from '../function/registry.js'
import type { Machine } from '../kernel/machine.js'
import type { Bodies, CompiledNest, Job, JobColumn, Partial, PartialBody, ScanStage, Work } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { type Body, placeBody } from '../operator/body.js'
import type { Source } from '../source/source.js'
import { boxAt, boxesOf, chunksTouched, chunksUnder } from './boxes.js'
import { ChunkReader } from './chunk-reader.js'
import { boxFilter } from './prune.js'
import { reduceTask } from './reduce-task.js'
import { rowTask } from './row-task.js'
import { emptyWork } from './work.js'

/** What a task works with. */
export interface StageRun {
  readonly stage: ScanStage
  readonly machine: Machine
  readonly source: Source
  readonly registry: Registry
  /** One per column of the scan; absent where the column has no chunks. */
  readonly readers: readonly (ChunkReader | undefined)[]
  readonly bodies: Bodies<Body> | undefined
  /** Bytes that this thread may use. */
  readonly memory: number
  /** Called at every piece and batch: throws 'cancelled', and where the thread has other duties gives them their turn. */
  readonly check: Check
}

export type Check = () => Promise<void> | undefined

export interface OpenStage {
  run(task: number): Promise<Partial>
}

/** Places slots and bodies in the machine, where they stay until its owner releases them. */
export async function openStage(
  job: Job,
  machine: Machine,
  source: Source,
  registry: Registry,
  check: Check,
): Promise<OpenStage> {
  const { stage } = job
  let work = emptyWork()
  const readers = await openReaders(stage, machine, source, () => work)
  const bodies = stage.compiled && placeBodies(stage.compiled.bodies, machine)
  const { memory_limit, threads } = job.settings
  const run: StageRun = { stage, machine, source, registry, readers, bodies, memory: memory_limit / threads, check }
  const mayPass = job.settings.pruning ? boxFilter(stage.scan, registry) : undefined
  return {
    async run(task) {
      work = emptyWork()
      const mark = machine.mark()
      const started = performance.now()
      const boxes = taskBoxes(stage, task)
      const kept = mayPass ? boxes.filter(mayPass) : boxes
      for (const box of boxes) if (!kept.includes(box)) work.pruned += chunksUnder(stage.scan.columns, box)
      const body = await runBoxes(run, kept)
      machine.release(mark)
      work.msByStage.task = performance.now() - started
      return { task, body, work }
    },
  }
}

function runBoxes(run: StageRun, boxes: readonly Box[]): Promise<PartialBody> {
  const reduces = run.bodies?.main.compiled.nest.sink.kind === 'reduce'
  return run.bodies && reduces ? reduceTask(run, run.bodies, boxes) : rowTask(run, boxes)
}

function taskBoxes(stage: ScanStage, task: number): Box[] {
  const [first, past] = boxesOf(stage.tasks, task)
  return Array.from({ length: past - first }, (_, i) => boxAt(stage.tasks, stage.scan.dims, first + i))
}

function openReaders(
  stage: ScanStage,
  machine: Machine,
  source: Source,
  work: () => Work,
): Promise<(ChunkReader | undefined)[]> {
  const open = async (column: JobColumn): Promise<ChunkReader | undefined> => {
    if (column.kind !== 'stored') return undefined
    const chunked = await source.column(stage.scan.table, column.name)
    return new ChunkReader(chunked, machine, work, chunksTouched(column, stage.tasks.box))
  }
  return Promise.all(stage.scan.columns.map(open))
}

function placeBodies(compiled: Bodies<CompiledNest>, machine: Machine): Bodies<Body> {
  const place = (nest: CompiledNest | undefined) => nest && placeBody(nest, machine)
  return {
    main: placeBody(compiled.main, machine),
    probe: place(compiled.probe),
    keys: place(compiled.keys),
    direct: place(compiled.direct),
  }
}
