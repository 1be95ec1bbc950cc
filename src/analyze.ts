/** ANALYZE: reads every chunk once and keeps what is known of its values. Called by `statement.ts`. */
import { partsInOrder } from './execute/box-rows.js'
import { addWork } from './execute/work.js'
import { ChunkQLError } from './model/error.js'
import type { Work } from './model/job.js'
import { type Column, chunkCounts, type Table } from './model/schema.js'
import { type ChunkRecords, hasStatistics, word, wordsPerRecord } from './model/statistics.js'
import { makeReady, type Prepared, type QueryOptions, run } from './query.js'
import type { Session } from './session.js'
import type { Source } from './source/source.js'
import { Collector, collectionPlan, type Subject } from './statistics/collection.js'
import { settled } from './statistics/fingerprint.js'
import { fingerprintsOf, type Place, writeKept } from './statistics/keeping.js'
import { groupOf, placeIn } from './statistics.js'

/** Records that are collected at once, and lost together where the work is cancelled. */
const recordsAtOnce = 1 << 17

export interface Analyzed {
  readonly column: string
  readonly chunks: number
  /** Of these, those whose statistics will be used. */
  readonly known: number
}

export interface AnalyzeTarget {
  /** Its name in the catalog. */
  readonly name: string
  readonly source: Source
  readonly table: Table
  readonly columns: readonly Column[]
}

/** Those with chunks of values that have an order; coordinates are known without. */
export function analyzable({ columns, dims }: Table): Column[] {
  return columns.filter(
    ({ layout, refused, type, role, dims: own }) =>
      layout &&
      !refused &&
      hasStatistics(type) &&
      own.length > 0 &&
      role !== 'coordinate' &&
      !(own.length === 1 && dims.length > 1),
  )
}

export async function analyze(
  session: Session,
  target: AnalyzeTarget,
  options: QueryOptions,
  work: Work,
): Promise<Analyzed[]> {
  const { source, table, columns } = target
  const group = groupOf(source, session.settings)
  if (group === undefined) throw nowhere(session)
  const done: Analyzed[] = []
  for (const column of columns) {
    const place = await placeIn(group, source, table, column)
    if (!place) throw new ChunkQLError('unsupported', `of ${column.name} no statistics can be kept`)
    const subject = { source: target.name, table, column }
    let [chunks, known] = [0, 0]
    const grid = chunkCounts(column, table.dims)
    for (const part of partsInOrder({ start: grid.map(() => 0), end: grid }, recordsAtOnce)) {
      const records = await collect(session, source, subject, place, part, options, work)
      writeKept(group, source.identity ?? '', place, records)
      for (let record = 0; record * wordsPerRecord < records.words.length; record++) {
        chunks++
        if (records.words[record * wordsPerRecord + word.fingerprint + 1] !== 0n) known++
      }
    }
    done.push({ column: column.name, chunks, known })
  }
  return done
}

async function collect(
  session: Session,
  source: Source,
  subject: Subject,
  place: Place,
  part: Parameters<typeof collectionPlan>[1],
  options: QueryOptions,
  work: Work,
): Promise<ChunkRecords> {
  const { registry } = session.functions
  const collector = new Collector(subject, part, registry)
  const { records } = collector
  const all = Array.from({ length: records.words.length / wordsPerRecord }, (_, record) => record)
  const before = await fingerprintsOf(place, records, all)
  const plan = collectionPlan(subject, part, registry)
  const sources = new Map([[subject.source, source]])
  const schedule = await makeReady(plan, session, () => undefined, sources, true)
  const prepared: Prepared = { plan, fired: [], schedule, sources, ms: {} }
  const result = run(session, prepared, options)
  const now = Date.now()
  for await (const batch of result.batches) collector.consume(batch, now)
  addWork(work, result.work)
  work.chunksTotal += result.work.chunksTotal
  // What changed while it was read has no fingerprint.
  const kept = new BigUint64Array(records.words.buffer)
  const fingerprints = settled(before, await fingerprintsOf(place, records, all))
  for (const record of all) {
    kept.set(fingerprints.subarray(2 * record, 2 * record + 2), record * wordsPerRecord + word.fingerprint)
  }
  return records
}

function nowhere({ settings }: Session): ChunkQLError {
  const isStore = settings.statistics_location === 'store'
  return new ChunkQLError('unsupported', 'statistics of this source cannot be kept', {
    hint: isStore
      ? "only a store that is a local folder keeps them itself: SET statistics_location = 'cache'"
      : 'arrays in memory and stores made of functions are not there for others',
  })
}
