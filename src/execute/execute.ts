/** Runs a schedule: tasks on an executor, their partials merged in task order, then the steps. Called by `query.ts`. */
import type { Registry } from '../function/registry.js'
import type { Machine } from '../kernel/machine.js'
import { machines } from '../kernel/machine-pool.js'
import type { Job, Partial, PartialBody, ScanStage, Schedule, Sink, Surveyed, Work } from '../model/job.js'
import type { NamedExpression, OutputColumn } from '../model/plan.js'
import { type Batch, unpack } from '../model/vector.js'
import { divisionOf } from '../operator/division.js'
import { GroupRows } from '../operator/group-rows.js'
import { openCollected } from '../operator/merge-collected.js'
import { MergeDense } from '../operator/merge-dense.js'
import { MergeHash } from '../operator/merge-hash.js'
import { inLoopOrder } from '../operator/piece.js'
import { columnOf, type Rows, rowsOf } from '../operator/rows.js'
import { StateArrays } from '../operator/state-arrays.js'
import { runSteps } from '../operator/steps.js'
import { taskCount } from './boxes.js'
import { free } from './buffers.js'
import { Exchange, type WholeMerge } from './exchange.js'
import type { Executor } from './executor.js'
import { openTasks, type StageTasks } from './stage-tasks.js'

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
    yield* exchanged(exchange, sink, tasks, last, answeredGroups(stage, sink))
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
  answered: HashPartial | undefined,
): AsyncGenerator<Rows> {
  try {
    if (answered) exchange.absorb(answered, last + 1)
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

function openExchange(stage: ScanStage, sink: ReduceSink, { job, registry }: ExecuteContext): Exchange | undefined {
  const { compiled, scan, loops } = stage
  const division = divisionOf(stage, job.settings)
  if (!compiled || sink.keys.kind !== 'hash' || !division) return undefined
  const { keys } = sink
  const { memory_limit } = job.settings
  const openWhole = (): WholeMerge => {
    const loan = machines.borrow(memory_limit)
    const states = new StateArrays(loan.machine, compiled.bodies.main.fields, compiled)
    const collected = openCollected(loops?.collected, sink.aggregates, registry, memory_limit)
    return { merge: new MergeHash(states, keys, memory_limit, collected, scan), release: () => loan.release() }
  }
  return new Exchange(division, openWhole, memory_limit)
}

type HashPartial = Extract<PartialBody, { kind: 'hash' }>

/** What statistics have answered where values of cells are keys, as a task leaves it. */
function answeredGroups({ answered }: ScanStage, { keys }: ReduceSink): HashPartial | undefined {
  if (!answered?.records || keys.kind !== 'hash') return undefined
  const { groups, records, fields } = answered
  // A merge uses up what it is given.
  const copies = fields.map((field) => field.slice(0))
  const values = keys.keys.map(() => undefined)
  return { kind: 'hash', count: groups.length, records: records.slice(0), fields: copies, values, collected: [] }
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
    const rows = new GroupRows(keyExpressions, aggregates, context.registry, context.job.settings.memory_limit)
    if (stage.answeredRows) rows.absorb(stage.answeredRows)
    return rows
  }
  const states = new StateArrays(machine, compiled.bodies.main.fields, compiled)
  if (keys.kind === 'hash') {
    const { memory_limit } = context.job.settings
    const collected = openCollected(loops.collected, aggregates, context.registry, memory_limit)
    const merge = new MergeHash(states, keys, memory_limit, collected, stage.scan)
    const answered = answeredGroups(stage, sink)
    if (answered) merge.absorb(answered, taskCount(stage.tasks))
    return { absorb: (body, more) => merge.absorb(body, more), result: () => merge.result(keyExpressions, aggregates) }
  }
  const dims = keys.kind === 'dense' ? inLoopOrder(keys.dims, loops) : []
  const merge = new MergeDense(states, dims, loops.presence)
  if (stage.answered) merge.absorbStates(stage.answered)
  return { absorb: (body) => merge.absorb(body), result: () => merge.result(keyExpressions, aggregates) }
}
