/** Runs a schedule: tasks on an executor, their partials merged in task order, then the steps. Called by `query.ts`. */
import type { Registry } from '../function/registry.js'
import type { Machine } from '../kernel/machine.js'
import { machines } from '../kernel/machine-pool.js'
import { ChunkQLError } from '../model/error.js'
import type { GroupPart, Job, Partial, PartialBody, ScanStage, Schedule, Sink, Surveyed, Work } from '../model/job.js'
import type { NamedAggregate, NamedExpression, OutputColumn } from '../model/plan.js'
import { type Batch, unpack } from '../model/vector.js'
import { divisionOf } from '../operator/division.js'
import { GroupRows } from '../operator/group-rows.js'
import { MergeCollected } from '../operator/merge-collected.js'
import { MergeDense } from '../operator/merge-dense.js'
import { MergeHash } from '../operator/merge-hash.js'
import { inLoopOrder } from '../operator/piece.js'
import { columnOf, type Rows } from '../operator/rows.js'
import { StateArrays } from '../operator/state-arrays.js'
import { runSteps } from '../operator/steps.js'
import { taskCount } from './boxes.js'
import { free } from './buffers.js'
import { Exchange, type WholeMerge } from './exchange.js'
import { cancel, type Executor, mostTasksPerThread, type RunningJob, start } from './executor.js'
import { addWork } from './work.js'

export interface Progress {
  /** Chunks read, and chunks that are to be read. */
  readonly done: number
  readonly total: number
  /** Bytes read so far. */
  readonly bytes: number
}

export interface ExecuteContext {
  readonly executor: Executor
  readonly registry: Registry
  readonly job: Omit<Job, 'stage' | 'tasksPerThread'>
  /** The bytes come from afar: threads fetch ahead. */
  readonly isRemote: boolean
  readonly work: Work
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly onSurveyed?: ((surveyed: Surveyed) => void) | undefined
}

/** The result's batches, in the order of the query. Stops its tasks when the caller stops. */
export async function* execute(schedule: Schedule, context: ExecuteContext): AsyncGenerator<Batch> {
  context.signal?.throwIfAborted()
  const from =
    schedule.from.kind === 'values'
      ? values(schedule.from.batch, schedule.columns)
      : runStage(schedule.from.stage, context)
  const output = outputIds(schedule)
  for await (const rows of runSteps(schedule.steps, from, context.registry, context.job.settings.memory_limit)) {
    if (rows.length > 0) yield { length: rows.length, columns: output.map((id) => columnOf(rows)(id)) }
  }
}

function outputIds({ columns, steps }: Schedule): number[] {
  let ids = columns.map(({ id }) => id)
  for (const step of steps) {
    if (step.kind === 'project' || step.kind === 'unnest') ids = step.columns.map(({ id }) => id)
    else if (step.kind === 'aggregate') ids = [...step.keys, ...step.aggregates].map(({ id }) => id)
  }
  return ids
}

async function* values(batch: Batch, columns: readonly OutputColumn[]): AsyncGenerator<Rows> {
  yield rowsOf(batch, columns)
}

function rowsOf(batch: Batch, columns: readonly { readonly id: number }[]): Rows {
  return {
    length: batch.length,
    columns: new Map(batch.columns.map((vector, k) => [(columns[k] as { id: number }).id, vector])),
  }
}

async function* runStage(stage: ScanStage, context: ExecuteContext): AsyncGenerator<Rows> {
  const tasks = openTasks(stage, context)
  try {
    if (stage.sink.kind === 'reduce') yield* reduce(stage, stage.sink, tasks, context)
    else yield* rows(tasks.partials(), stage.sink.columns)
  } finally {
    tasks.close()
  }
}

async function* rows(partials: AsyncIterable<Partial>, columns: readonly NamedExpression[]): AsyncGenerator<Rows> {
  for await (const { body } of partials) {
    for (const batch of (body as Extract<PartialBody, { kind: 'rows' }>).batches) yield rowsOf(batch, columns)
  }
}

async function* reduce(
  stage: ScanStage,
  sink: ReduceSink,
  tasks: StageTasks,
  context: ExecuteContext,
): AsyncGenerator<Rows> {
  const last = taskCount(stage.tasks) - 1
  const exchange = openExchange(stage, sink, context)
  if (exchange) {
    yield* exchanged(exchange, sink, tasks, last)
    return
  }
  const loan = machines.borrow(context.job.settings.memory_limit)
  try {
    const merge = openMerge(stage, sink, context, loan.machine)
    for await (const { body, task } of tasks.partials()) {
      merge.absorb(body as never, last - task)
      free(body)
    }
    yield merge.result()
  } finally {
    loan.release()
  }
}

/** Where partials are divided, what was merged of them comes batch by batch. */
async function* exchanged(
  exchange: Exchange,
  { keyExpressions, aggregates }: ReduceSink,
  tasks: StageTasks,
  last: number,
): AsyncGenerator<Rows> {
  try {
    for await (const { body, task } of tasks.partials()) exchange.absorb(body as never, last - task)
    if (exchange.whole) {
      yield exchange.whole.result(keyExpressions, aggregates)
      return
    }
    for await (const { body } of tasks.merged(exchange.shares())) {
      const { length, columns } = body as Extract<PartialBody, { kind: 'merged' }>
      yield { length, columns: new Map(columns.map(({ id, vector }) => [id, unpack(vector)])) }
    }
  } finally {
    exchange.release()
  }
}

function openExchange(stage: ScanStage, sink: ReduceSink, { job }: ExecuteContext): Exchange | undefined {
  const { compiled, scan } = stage
  const division = divisionOf(stage, job.settings)
  if (!compiled || sink.keys.kind !== 'hash' || !division) return undefined
  const { keys } = sink
  const { memory_limit } = job.settings
  const openWhole = (): WholeMerge => {
    const loan = machines.borrow(memory_limit)
    const states = new StateArrays(loan.machine, compiled.bodies.main.fields, compiled)
    return { merge: new MergeHash(states, keys, memory_limit, [], scan), release: () => loan.release() }
  }
  return new Exchange(division, openWhole, memory_limit)
}

type ReduceSink = Extract<Sink, { kind: 'reduce' }>

interface Merge {
  /** `more`: how many partials are still to come. */
  absorb(body: never, more: number): void
  result(): Rows
}

function openMerge(stage: ScanStage, sink: ReduceSink, context: ExecuteContext, machine: Machine): Merge {
  const { keyExpressions, aggregates, keys } = sink
  const { compiled, loops } = stage
  if (compiled?.bodies.main.nest.sink.kind !== 'reduce' || !loops) {
    return new GroupRows(keyExpressions, aggregates, context.registry, context.job.settings.memory_limit)
  }
  const states = new StateArrays(machine, compiled.bodies.main.fields, compiled)
  if (keys.kind === 'hash') {
    const { memory_limit } = context.job.settings
    const collected = (loops.collected ?? []).map(
      (indexes) =>
        new MergeCollected(
          indexes.map((k) => aggregates[k] as NamedAggregate),
          context.registry,
          memory_limit,
        ),
    )
    const merge = new MergeHash(states, keys, memory_limit, collected, stage.scan)
    return { absorb: (body, more) => merge.absorb(body, more), result: () => merge.result(keyExpressions, aggregates) }
  }
  const dims = keys.kind === 'dense' ? inLoopOrder(keys.dims, loops) : []
  const merge = new MergeDense(states, dims, loops.presence)
  if (stage.answered) merge.absorbStates(stage.answered)
  return { absorb: (body) => merge.absorb(body), result: () => merge.result(keyExpressions, aggregates) }
}

/** The tasks of a stage under way. */
interface StageTasks {
  /** What the tasks over boxes leave behind. */
  partials(): AsyncGenerator<Partial>
  /** What comes of parts that are merged together. */
  merged(shares: Iterable<readonly GroupPart[]>): AsyncGenerator<Partial>
  close(): void
}

function openTasks(stage: ScanStage, context: ExecuteContext): StageTasks {
  const { executor, work, signal } = context
  // One waits at the thread while the other runs: 5 % of a scan of LZ4 went by between tasks.
  const tasksPerThread = context.isRemote ? tasksAhead(stage) : 2
  const running = start({ ...context.job, stage, tasksPerThread })
  const stopped = stopOn(running, signal)
  const waiting: Promise<Partial>[] = []

  /** In the order of the tasks, which run ahead of who takes their results by a bounded number, so that those that wait fit memory. */
  async function* inOrder(tasks: Iterator<Promise<Partial>>): AsyncGenerator<Partial> {
    const most = tasksPerThread * executor.slots
    for (;;) {
      while (waiting.length < most) {
        const { done, value } = tasks.next()
        if (done) break
        waiting.push(quiet(value))
      }
      if (waiting.length === 0) return
      // It waits among the others until it has ended: a machine that it uses is not to be given to anybody else.
      const partial = await Promise.race([waiting[0] as Promise<Partial>, stopped.promise])
      waiting.shift()
      addWork(work, partial.work)
      for (const each of partial.surveyed ?? []) context.onSurveyed?.(each)
      yield partial
    }
  }

  function* runs(): Generator<Promise<Partial>> {
    for (let task = 0; task < taskCount(stage.tasks); task++) yield executor.run(running, task)
  }

  function* merges(shares: Iterable<readonly GroupPart[]>): Generator<Promise<Partial>> {
    let task = 0
    for (const parts of shares) yield executor.merge(running, task++, parts)
  }

  return {
    async *partials() {
      for await (const partial of inOrder(runs())) {
        context.onProgress?.({
          done: work.read + work.cached,
          total: work.chunksTotal - work.pruned - work.answered,
          bytes: work.bytesRead,
        })
        yield partial
      }
    },
    merged: (shares) => inOrder(merges(shares)),
    close() {
      cancel(running)
      stopped.forget()
      // Its tasks notice the flag at their next block; nobody waits for them, but the job is kept until they have.
      void Promise.allSettled(waiting).then(() => executor.release(running))
    },
  }
}

/** Enough tasks that their chunks keep a distant store busy; few where a LIMIT may make them vain. */
function tasksAhead({ tasks, sink, scan }: ScanStage): number {
  const chunks = tasks.boxesPerTask * Math.max(1, scan.columns.filter(({ kind }) => kind === 'stored').length)
  const isLimited = sink.kind === 'rows' && sink.limit !== undefined
  return Math.max(2, Math.min(isLimited ? 4 : mostTasksPerThread, Math.ceil(16 / chunks)))
}

/** A failure is seen when its turn comes; until then it must not count as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** A promise that fails when the caller gives up. */
function stopOn(running: RunningJob, signal: AbortSignal | undefined): { promise: Promise<never>; forget: () => void } {
  let onAbort = () => {}
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => {
      cancel(running)
      reject(new ChunkQLError('cancelled', 'the query was cancelled'))
    }
  })
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) onAbort()
  return { promise: quiet(promise), forget: () => signal?.removeEventListener('abort', onAbort) }
}
