/** EXPLAIN and EXPLAIN ANALYZE: the plan as data and as a text for people. Called by `statement.ts` and `index.ts`. */
import type { Parameters } from './bind/context.js'
import { taskCount } from './execute/boxes.js'
import { countChunks, emptyWork } from './execute/work.js'
import type { ScanStage, Work } from './model/job.js'
import type { Plan } from './model/plan.js'
import { printPlan } from './model/print-plan.js'
import type { SelectSyntax } from './model/syntax.js'
import { VARCHAR } from './model/type.js'
import { vectorOf } from './model/vector.js'
import { prepare, type QueryOptions, run } from './query.js'
import type { Session } from './session.js'
import type { Listing } from './show.js'

export interface Explanation {
  readonly plan: Plan
  /** The rules of the optimizer that changed the plan. */
  readonly rules: readonly string[]
  readonly analyzed: boolean
  readonly chunks: {
    readonly total: number
    /** By coordinates or by statistics. */
    readonly pruned: number
    readonly prunedByStatistics: number
    /** Not read: statistics tell what is asked of them. */
    readonly answered: number
    readonly read: number
  }
  /** Rows of the result (analyzed only). */
  readonly rows: number
  readonly ms: number
  readonly work: Work
  readonly listing: Listing
  toString(): string
}

export async function explainPlan(
  session: Session,
  query: SelectSyntax,
  analyze: boolean,
  parameters: Parameters,
  options: QueryOptions,
): Promise<Explanation> {
  const started = performance.now()
  const prepared = await prepare(session, query, parameters)
  const { plan, fired, schedule } = prepared
  let rows = 0
  let work: Work = { ...emptyWork(), msByStage: { ...prepared.ms } }
  if (analyze) {
    const result = run(session, prepared, options)
    for await (const batch of result.batches) rows += batch.length
    work = result.work
  }
  const stage = schedule.from.kind === 'stage' ? schedule.from.stage : undefined
  const { total, pruned, prunedByStatistics, answered } = stage ? countChunks(stage) : nothing
  const planned = pruned + prunedByStatistics
  const chunks = { total, pruned: analyze ? work.pruned : planned, prunedByStatistics, answered, read: work.read }
  const ms = performance.now() - started
  const notes = stage ? scanNotes(stage, chunks, analyze ? work : undefined) : []
  const tree = printPlan(plan, (node) => (node.kind === 'scan' ? notes : []))
  const tail = analyze ? [`Total: ${time(ms)}, ${counted(rows, 'row')}`, stagesLine(work)] : []
  const text = [tree, ...(fired.length > 0 ? [`Rules: ${fired.join(', ')}`] : []), ...tail].join('\n')
  return {
    plan,
    rules: fired,
    analyzed: analyze,
    chunks,
    rows,
    ms,
    work,
    listing: asListing(text),
    toString: () => text,
  }
}

function scanNotes(stage: ScanStage, chunks: Explanation['chunks'], work: Work | undefined): string[] {
  const notes = [chunksLine(chunks, work)]
  if (work)
    notes.push(
      `bytes: ${bytes(work.bytesRead)} read in ${counted(work.requests, 'request')}, ${bytes(work.bytesDecoded)} decoded`,
    )
  notes.push(`tasks: ${taskCount(stage.tasks)} over boxes of ${stage.tasks.box.join(' x ') || '1'}`)
  notes.push(`engine: ${engineOf(stage)}`)
  return notes
}

function cachedNote({ cached }: Work): string {
  return cached > 0 ? `, ${cached} answered by cached partials` : ''
}

const nothing = { total: 0, pruned: 0, prunedByStatistics: 0, answered: 0 }

function chunksLine(chunks: Explanation['chunks'], work: Work | undefined): string {
  const { total, pruned, prunedByStatistics, answered, read } = chunks
  const parts = [`${total} total`, `${pruned - prunedByStatistics} pruned`]
  if (prunedByStatistics > 0) parts.push(`${prunedByStatistics} pruned by statistics`)
  if (answered > 0) parts.push(`${answered} answered by statistics`)
  if (work) parts.push(`${read} read${cachedNote(work)}`)
  return `chunks: ${parts.join(', ')}`
}

function engineOf(stage: ScanStage): string {
  const sink = stage.compiled?.bodies.main.nest.sink
  if (!sink) return 'interpreted'
  if (sink.kind !== 'reduce' || stage.sink.kind !== 'reduce') return 'compiled filter'
  const { kind } = stage.sink.keys
  return `compiled, ${kind === 'none' ? 'no' : kind} keys, ${sink.shape} loops`
}

/** Stages on the main thread, then those of the workers (added up over threads). */
function stagesLine(work: Work): string {
  const parts = Object.entries(work.msByStage).map(([name, ms]) => `${name} ${time(ms)}`)
  return `Stages: ${parts.join(', ')}`
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}

function time(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`
}

function bytes(count: number): string {
  if (count < 1e3) return `${count} B`
  if (count < 1e6) return `${(count / 1e3).toFixed(1)} kB`
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(2)} GB`
}

function asListing(text: string): Listing {
  return {
    header: { columns: [{ name: 'explain', type: VARCHAR, nullable: false }] },
    batch: { length: 1, columns: [vectorOf(VARCHAR, [text])] },
  }
}
