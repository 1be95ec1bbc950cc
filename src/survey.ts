/**
 * What queries leave behind of the chunks that they decode anyway: records, for columns whose chunks cost more to decode than
 * to look at. Called by `query.ts`.
 */
import { compileMeasure } from './compile/stage.js'
import type { Fingerprints } from './model/fingerprint.js'
import type { Measure, ScanStage, Settings, Survey, Surveyed } from './model/job.js'
import { cellCount } from './model/schema.js'
import { type ChunkRecords, emptyRecords, isKnownRecord, word, wordsPerRecord } from './model/statistics.js'
import type { StoredColumn } from './model/stored-column.js'
import type { Type } from './model/type.js'
import { planMeasure } from './schedule/survey.js'
import type { ChunkedColumn, Source } from './source/source.js'
import { forgetResized, type Place, readKept, writeKept } from './statistics/keeping.js'
import { chunksUnder, latticeOf } from './statistics/lattice.js'
import { analyzable, groupOf, placeIn } from './statistics.js'

/** A survey that a query makes by the way, and what comes of it. */
export class OpenSurvey {
  #records: ChunkRecords | undefined

  /** `write`: keeps records. */
  constructor(
    readonly survey: Survey,
    readonly type: Type,
    readonly write: (records: ChunkRecords) => void,
  ) {}

  take(surveyed: Surveyed): void {
    this.#records ??= emptyRecords(this.type, this.survey.start, this.survey.counts)
    putRecords(this.#records, surveyed)
  }

  /** Throws where nothing can be written. */
  keep(): void {
    if (this.#records) this.write(this.#records)
  }
}

/** Of smaller chunks the bookkeeping would cost more than its share: bytes. */
const leastBytes = 2 ** 19
/** Of the time that chunks take to be read and decoded. Beside it records are sent and written: less than 5 % in all. */
const share = 0.02
/** Records of more chunks are not held. */
const mostRecords = 1 << 17

/** Those that a stage is to make. */
export async function surveysFor(stage: ScanStage, source: Source, settings: Settings): Promise<OpenSurvey[]> {
  const group = groupOf(source, settings)
  const table = source.schema.tables.find(({ name }) => name === stage.scan.table)
  const isWanted = settings.collect_statistics !== 'off' && stage.tasks.boxes > 0
  const isAlways = settings.collect_statistics === 'always'
  if (!isWanted || group === undefined || !table || source.keeps !== undefined) return []
  const known = analyzable(table)
  const found: OpenSurvey[] = []
  for (const column of stage.scan.columns) {
    const own = column.kind === 'stored' && known.find(({ name }) => name === column.name)
    if (!own || column.coded || column.layout.made || column.layout.form) continue
    const place = await placeIn(group, source, table, own)
    if (!place || !isWorth(place.chunked, isAlways)) continue
    const survey = surveyOf(stage, column, place)
    if (!survey) continue
    // Beside what it takes to fetch a chunk, to note it is nothing.
    const within = isAlways || !place.chunked.read ? survey : { ...survey, share }
    found.push(
      new OpenSurvey(within, column.type, (records) => writeKept(group, source.identity ?? '', place, records)),
    )
  }
  return found
}

/** To fetch a chunk takes longer than to look at it, whatever its codec; what tells its version comes with it. */
function isWorth({ read, fetched, isSlow, layout }: ChunkedColumn, isAlways: boolean): boolean {
  if (!read) return fetched !== undefined
  return isAlways || (isSlow === true && layout.bytes >= leastBytes)
}

function surveyOf({ scan }: ScanStage, column: StoredColumn, place: Place): Survey | undefined {
  const { start, counts } = chunksUnder(latticeOf(column, scan.dims, scan.selection), column, scan.dims)
  const chunks = cellCount(counts)
  const measure = chunks > 0 && chunks <= mostRecords ? compiledMeasure(column, false) : undefined
  if (!measure) return undefined
  const kept = fingerprintsKept(place, start, counts)
  return { column: column.id, shape: place.shape, start, counts, measure, looks: false, asks: true, kept }
}

/** Undefined where values of this type have no code. */
export function compiledMeasure(column: StoredColumn, hasMoments: boolean): Measure | undefined {
  const planned = planMeasure(column, hasMoments)
  return planned && compileMeasure(planned)
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

/** Puts what a task has recorded among the records, and among the values where these are kept. */
export function putRecords({ words: all, values: entries }: ChunkRecords, { chunks, words, values }: Surveyed): void {
  for (const { chunk, words: entry } of values) entries?.words.set(entry, chunk * entry.length)
  chunks.forEach((record, i) => {
    all.set(words.subarray(i * wordsPerRecord, (i + 1) * wordsPerRecord), record * wordsPerRecord)
  })
}
