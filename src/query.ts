/** The way of a query: parse, bind, optimize, schedule, compile, execute. The one file that knows their order. Called by `index.ts`. */
import { bind } from './bind/bind.js'
import type { Parameters } from './bind/context.js'
import { pathsOf } from './bind/paths.js'
import { compileStage } from './compile/stage.js'
import { type ExecuteContext, execute, type Progress } from './execute/execute.js'
import { inlineExecutor } from './execute/inline-executor.js'
import { versionsOf } from './execute/versions.js'
import { chunksWith, countChunks, emptyWork } from './execute/work.js'
import { ChunkQLError, isChunkQLError } from './model/error.js'
import type { ScanStage, Schedule, Surveyed, Work } from './model/job.js'
import type { Plan } from './model/plan.js'
import type { SelectSyntax, Statement } from './model/syntax.js'
import type { Batch, Header, Vector } from './model/vector.js'
import { coordinatesWanted } from './optimize/coordinates.js'
import { optimize } from './optimize/optimize.js'
import { parse } from './parse/parse.js'
import { schedule } from './schedule/schedule.js'
import type { Session } from './session.js'
import type { Source } from './source/source.js'
import { learnFor } from './statistics.js'
import { surveysFor } from './survey.js'

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** A query made ready, and its batches as they come. */
export interface Result {
  readonly header: Header
  readonly batches: AsyncIterable<Batch>
  /** What was done; complete when the batches have ended. */
  readonly work: Work
  /** For statements whose answer is a text, such as EXPLAIN. */
  readonly text?: string | undefined
}

/** A query through all stages but the last. */
export interface Prepared {
  readonly plan: Plan
  readonly fired: readonly string[]
  readonly schedule: Schedule
  readonly sources: ReadonlyMap<string, Source>
  /** Milliseconds per stage. */
  readonly ms: Readonly<Record<string, number>>
}

export function parseStatements(sql: string): readonly Statement[] {
  return withSql(sql, () => parse(sql))
}

export async function prepare(session: Session, query: SelectSyntax, parameters: Parameters): Promise<Prepared> {
  const { registry } = session.functions
  const { settings } = session
  const clock = stopwatch()
  const sources = await session.sourcesFor(pathsOf(query))
  const bound = bind(query, { catalog: session.catalogOf(sources), registry, parameters, settings })
  clock.lap('bind')
  const coordinate = await loadCoordinates(bound, sources)
  clock.lap('coordinates')
  const { plan, fired } = optimize(bound, { registry, settings, coordinate })
  clock.lap('optimize')
  const ready = await makeReady(plan, session, coordinate, sources)
  clock.lap('compile')
  return { plan, fired, schedule: ready, sources, ms: clock.laps }
}

/** Schedules for the best way that has code: once, and where statistics tell something of its chunks, once more with that. */
async function makeReady(
  plan: Plan,
  session: Session,
  coordinate: Coordinates,
  sources: ReadonlyMap<string, Source>,
): Promise<Schedule> {
  const { functions, settings } = session
  const context = { registry: functions.registry, settings, coordinate }
  for (let refused = 0; ; refused++) {
    const plain = schedule(plan, context, refused)
    if (plain.from.kind !== 'stage') return plain
    const { stage: read } = plain.from
    const source = sources.get(read.scan.source) as Source
    const known = settings.pruning ? await learnFor(read, source, settings, functions.registry) : undefined
    const ready = known ? schedule(plan, { ...context, known }, refused) : plain
    if (ready.from.kind !== 'stage') return ready
    const stage = compileStage(ready.from.stage, functions.registry)
    if (!stage) continue
    const counted = known ? { ...stage, chunks: chunksWith(read, stage) } : stage
    return { ...ready, from: { kind: 'stage', stage: counted } }
  }
}

/** What is needed of a query to run it. */
type Runnable = Pick<Prepared, 'schedule' | 'sources' | 'ms'>

/** `onSurveyed`: takes the records of the stage's surveys; where nobody does, the stage may have some of its own. */
export function run(
  session: Session,
  prepared: Runnable,
  options: QueryOptions,
  onSurveyed?: (surveyed: Surveyed) => void,
): Result {
  const { schedule: ready, sources } = prepared
  const work = emptyWork()
  const { from } = ready
  Object.assign(work.msByStage, prepared.ms)
  if (from.kind === 'stage') {
    const { total, pruned, prunedByStatistics, answered } = countChunks(from.stage)
    work.chunksTotal = total
    work.pruned = pruned + prunedByStatistics
    work.prunedByStatistics = prunedByStatistics
    work.answered = answered
  }
  const stage = from.kind === 'stage' ? from.stage : undefined
  const source = stage && (sources.get(stage.scan.source) as Source)
  const context: ExecuteContext = {
    // Without a scan nothing is run on it.
    executor:
      stage && source
        ? session.executorFor(stage, source)
        : inlineExecutor(undefined as never, session.functions.registry),
    registry: session.functions.registry,
    job: {
      id: session.nextJob(),
      source: source?.ref ?? null,
      versions: stage && source ? versionsOf(stage.scan, source) : [],
      settings: session.settings,
      use: session.functions.modules,
    },
    isRemote: source?.isRemote ?? false,
    work,
    onSurveyed,
    ...options,
  }
  const batches =
    stage && source && !onSurveyed ? executeSurveyed(session, ready, stage, source, context) : execute(ready, context)
  return { header: ready.header, batches, work }
}

/** What the stage finds out of its chunks on the way is kept when the query has ended, however it did. */
async function* executeSurveyed(
  session: Session,
  ready: Schedule,
  stage: ScanStage,
  source: Source,
  context: ExecuteContext,
): AsyncGenerator<Batch> {
  const open = await surveysFor(stage, source, session.settings)
  const surveys = open.map(({ survey }) => survey)
  const onSurveyed = (surveyed: Surveyed) => open[surveyed.survey]?.take(surveyed)
  const from = { kind: 'stage', stage: { ...stage, surveys } } as const
  try {
    yield* execute({ ...ready, from }, { ...context, onSurveyed })
  } finally {
    for (const each of open) session.later(() => each.keep())
  }
}

type Coordinates = (source: string, table: string, column: string) => Vector | undefined

/** The values of the one-dimensional columns that a plan names: small beside chunks, and what pruning and grouping need. */
async function loadCoordinates(plan: Plan, sources: ReadonlyMap<string, Source>): Promise<Coordinates> {
  const name = (source: string, table: string, column: string) => JSON.stringify([source, table, column])
  const loaded = new Map<string, Vector>()
  for (const { source, table, column } of coordinatesWanted(plan)) {
    const vector = await (sources.get(source) as Source).coordinate(table, column)
    loaded.set(name(source, table, column), vector)
  }
  return (source, table, column) => loaded.get(name(source, table, column))
}

/** Errors learn the text that they are about, so that they can show the line. */
export function withSql<T>(sql: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw tell(error, sql)
  }
}

export function tell(error: unknown, sql: string): unknown {
  if (isChunkQLError(error)) error.sql ??= sql
  return error
}

/**
 * Stores that are opened and coordinates that are read for a query are others' too: who gives up waits for them no longer,
 * but they come.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new ChunkQLError('cancelled', 'the query was cancelled'))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
  work.catch(() => undefined)
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function stopwatch(): { readonly laps: Record<string, number>; lap(name: string): void } {
  const laps: Record<string, number> = {}
  let last = performance.now()
  return {
    laps,
    lap(name) {
      const now = performance.now()
      laps[name] = now - last
      last = now
    },
  }
}
