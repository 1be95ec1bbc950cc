/** ANALYZE: reads every chunk once and keeps what is known of its values. Called by `statement.ts`. */
import { partsInOrder } from './execute/box-rows.js'
import { addWork } from './execute/work.js'
import { emptyValues, hasValues } from './model/chunk-values.js'
import { ChunkQLError } from './model/error.js'
import { type Fingerprints, isKnown } from './model/fingerprint.js'
import { type GridScan, type Schedule, verdict, type Work } from './model/job.js'
import { type Box, boxShape, type Column, cellCount, chunkCounts, type Table } from './model/schema.js'
import { type ChunkRecords, emptyRecords, isKnownRecord, word, wordsPerRecord } from './model/statistics.js'
import type { StoredColumn } from './model/stored-column.js'
import { type QueryOptions, run } from './query.js'
import { surveyStage } from './schedule/survey.js'
import type { Session } from './session.js'
import type { Source } from './source/source.js'
import { settled } from './statistics/fingerprint.js'
import { fingerprintsOf, type Place, writeKept } from './statistics/keeping.js'
import { groupOf, placeIn } from './statistics.js'
import { compiledMeasure, putRecords } from './survey.js'

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
    let [chunks, known] = [0, 0]
    const grid = chunkCounts(column, table.dims)
    for (const part of partsInOrder({ start: grid.map(() => 0), end: grid }, () => recordsAtOnce)) {
      const records = await collect(session, target, column, place, part, options, work)
      writeKept(group, source.identity ?? '', place, records)
      for (let record = 0; record * wordsPerRecord < records.words.length; record++) {
        chunks++
        if (isVerifiable(records, record)) known++
      }
    }
    done.push({ column: column.name, chunks, known })
  }
  return done
}

/** Whether it will be used. */
function isVerifiable(records: ChunkRecords, record: number): boolean {
  return isKnownRecord(records, record) && records.words[record * wordsPerRecord + word.fingerprint + 1] !== 0n
}

async function collect(
  session: Session,
  { name, source, table }: AnalyzeTarget,
  column: Column,
  place: Place,
  part: Box,
  options: QueryOptions,
  work: Work,
): Promise<ChunkRecords> {
  const stage = surveyStage(name, table, column, part, session.settings)
  const [read] = stage.scan.columns as [StoredColumn]
  const isText = column.type.kind === 'varchar'
  const measure = isText ? undefined : compiledMeasure(read, true)
  if (!measure && !isText) throw new ChunkQLError('unsupported', `of ${column.name} no statistics can be kept`)
  const [start, counts] = [part.start, boxShape(part)]
  const values = hasValues(column.type) ? emptyValues(column.type, start, counts) : undefined
  const records = { ...emptyRecords(column.type, start, counts), values }
  // Where many can be asked for at once, threads need not ask for each.
  const asks = place.chunked.read !== undefined
  const survey = { column: read.id, shape: place.shape, start, counts, measure, looks: true, asks }
  const surveyed = async (scan: GridScan) => {
    const from = { kind: 'stage', stage: { ...stage, scan, surveys: [survey] } } as const
    const schedule: Schedule = { from, columns: [], steps: [], header: { columns: [] } }
    const sources = new Map([[name, source]])
    const result = run(session, { schedule, sources, ms: {} }, options, (found) => putRecords(records, found))
    for await (const _ of result.batches);
    addWork(work, result.work)
    work.chunksTotal += result.work.chunksTotal
  }
  if (asks || place.chunked.fetched) await surveyed(stage.scan)
  const { chunk: size } = read.layout
  if (!asks)
    await surveyUntold(place, records, (codes) => surveyed({ ...stage.scan, verdicts: { size, start, counts, codes } }))
  return records
}

/** Of chunks whose version was not told with their bytes it is asked, before they are read and after. */
async function surveyUntold(
  place: Place,
  records: ChunkRecords,
  read: (codes: Uint8Array) => Promise<void>,
): Promise<void> {
  const untold = [...new Array(cellCount(records.counts)).keys()].filter((record) => !isVerifiable(records, record))
  const before = await fingerprintsOf(place, records, untold)
  // Those of which the server tells nothing have their records, if they were read.
  const again = untold.filter((record, i) => isKnown(before, i) || !isKnownRecord(records, record))
  if (again.length === 0) return
  const codes = new Uint8Array(cellCount(records.counts)).fill(verdict.none)
  for (const record of again) codes[record] = verdict.maybe
  await read(codes)
  setFingerprints(records, untold, settled(before, await fingerprintsOf(place, records, untold)))
}

/** What changed while it was read has none. */
function setFingerprints({ words }: ChunkRecords, which: readonly number[], fingerprints: Fingerprints): void {
  const kept = new BigUint64Array(words.buffer)
  which.forEach((record, i) => {
    kept.set(fingerprints.subarray(2 * i, 2 * i + 2), record * wordsPerRecord + word.fingerprint)
  })
}

function nowhere({ settings }: Session): ChunkQLError {
  const isStore = settings.statistics_location === 'store'
  return new ChunkQLError('unsupported', 'statistics of this source cannot be kept', {
    hint: isStore
      ? "only a store that is a local folder keeps them itself: SET statistics_location = 'cache'"
      : 'stores made of functions are not there for others',
  })
}
