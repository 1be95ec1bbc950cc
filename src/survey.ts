/**
 * What queries leave behind of the chunks that they decode anyway: records, for columns whose chunks cost more to decode than
 * to look at. Called by `query.ts`.
 */
import { compileMeasure } from './compile/stage.js'
import type { Registry } from './function/registry.js'
import type { Fingerprints } from './model/fingerprint.js'
import type { ScanStage, Settings, Survey, Surveyed } from './model/job.js'
import { cellCount } from './model/schema.js'
import { type ChunkRecords, emptyRecords, isKnownRecord, word, wordsPerRecord } from './model/statistics.js'
import type { StoredColumn } from './model/stored-column.js'
import { planMeasure } from './schedule/survey.js'
import type { Source } from './source/source.js'
import { forgetResized, type Place, readKept, writeKept } from './statistics/keeping.js'
import { chunksUnder, latticeOf } from './statistics/lattice.js'
import { analyzable, groupOf, placeIn } from './statistics.js'

/** A survey with the records that came of it. */
export interface OpenSurvey {
  readonly survey: Survey
  readonly records: ChunkRecords
  keep(): void
}

/** Of smaller chunks the bookkeeping would cost more than its share: bytes. */
const leastBytes = 2 ** 19
/** Records of more chunks are not held. */
const mostRecords = 1 << 17

/** Those that a stage is to make. */
export async function surveysFor(
  stage: ScanStage,
  source: Source,
  settings: Settings,
  registry: Registry,
): Promise<OpenSurvey[]> {
  const group = groupOf(source, settings)
  const table = source.schema.tables.find(({ name }) => name === stage.scan.table)
  // What comes from afar would be asked for once more.
  if (
    settings.collect_statistics === 'off' ||
    stage.tasks.boxes === 0 ||
    group === undefined ||
    !table ||
    source.isRemote
  )
    return []
  const known = analyzable(table)
  const found: OpenSurvey[] = []
  for (const column of stage.scan.columns) {
    const own = column.kind === 'stored' && known.find(({ name }) => name === column.name)
    if (!own || column.coded || column.layout.made || column.layout.bytes < leastBytes) continue
    const place = await placeIn(group, source, table, own)
    const isAskedAtOnce = place?.chunked.isSlow && place.chunked.read
    const survey = isAskedAtOnce ? surveyOf(stage, column, place, registry) : undefined
    if (!place || !survey) continue
    const records = emptyRecords(column.type, survey.start, survey.counts)
    const keep = () => writeKept(group, source.identity ?? '', place, records)
    found.push({ survey, records, keep })
  }
  return found
}

function surveyOf({ scan }: ScanStage, column: StoredColumn, place: Place, registry: Registry): Survey | undefined {
  const { start, counts } = chunksUnder(latticeOf(column, scan.dims, scan.selection), column, scan.dims)
  const planned = planMeasure(column, false, registry)
  const measure = planned && compileMeasure(planned, registry)
  const chunks = cellCount(counts)
  if (!measure || chunks === 0 || chunks > mostRecords) return undefined
  const kept = fingerprintsKept(place, start, counts)
  return { column: column.id, shape: place.shape, start, counts, measure, asks: true, kept }
}

function fingerprintsKept(place: Place, start: readonly number[], counts: readonly number[]): Fingerprints {
  const kept = new BigUint64Array(2 * cellCount(counts))
  const records = readKept(place, start, counts)
  if (!records) return kept
  forgetResized(place, records)
  const words = new BigUint64Array(records.words.buffer)
  for (let record = 0; 2 * record < kept.length; record++) {
    if (!isKnownRecord(records, record)) continue
    const at = record * wordsPerRecord + word.fingerprint
    kept.set(words.subarray(at, at + 2), 2 * record)
  }
  return kept
}

/** Puts what a task has recorded among the records. */
export function takeRecords({ words: all }: ChunkRecords, { chunks, words }: Surveyed): void {
  chunks.forEach((record, i) => {
    all.set(words.subarray(i * wordsPerRecord, (i + 1) * wordsPerRecord), record * wordsPerRecord)
  })
}

export function keepRecords(open: readonly OpenSurvey[]): void {
  for (const { records, keep } of open) if (isAnyKnown(records)) keep()
}

function isAnyKnown(records: ChunkRecords): boolean {
  for (let record = 0; record * wordsPerRecord < records.words.length; record++) {
    if (isKnownRecord(records, record)) return true
  }
  return false
}
