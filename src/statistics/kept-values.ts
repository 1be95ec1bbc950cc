/** Which values chunks have, in an array beside that of the records. Called by `keeping.ts`. */
import { type ChunkValues, hasValues, valueWord, wordsPerEntry } from '../model/chunk-values.js'
import { type ChunkRecords, word, wordsPerRecord } from '../model/statistics.js'
import { readElements, valuesForm, writeElements } from './record-array.js'

/** Of the array of the records with that folder. */
export function valuesFolder(records: string): string {
  return `${records}-values`
}

/** Those of some records; undefined where there are none. */
export function readValues(folder: string, records: ChunkRecords): ChunkValues | undefined {
  const { type, start, counts } = records
  if (!hasValues(type)) return undefined
  const words = readElements(valuesFolder(folder), valuesForm(type), start, counts)
  if (!words) return undefined
  const values = { type, start, counts, words }
  forgetStrange(records, values)
  return values
}

/**
 * Forgets what is of something else than its record: the two are written one after the other, perhaps not by the same. Of one
 * fingerprint the values are the same whoever found them; without they are told by when that was.
 */
function forgetStrange({ words: records }: ChunkRecords, { type, words }: ChunkValues): void {
  const width = wordsPerEntry(type)
  for (let record = 0, at = 0; at < words.length; record++, at += width) {
    const own = record * wordsPerRecord
    const isSame =
      words[at + valueWord.fingerprint] === records[own + word.fingerprint] &&
      words[at + valueWord.fingerprint + 1] === records[own + word.fingerprint + 1] &&
      words[at + valueWord.extent] === records[own + word.extent] &&
      (records[own + word.fingerprint + 1] !== 0n || words[at + valueWord.time] === records[own + word.time])
    if (!isSame) words[at + valueWord.extent] = 0n
  }
}

export function writeValues(
  folder: string,
  grid: readonly number[],
  attributes: Readonly<Record<string, unknown>>,
  records: ChunkRecords,
): void {
  const { values } = records
  if (values && sign(records, values)) {
    writeElements(valuesFolder(folder), grid, attributes, valuesForm(values.type), values)
  }
}

/** Entries that are there get the words of their records by which they are told; whether there is any. */
function sign({ words: records }: ChunkRecords, { type, words }: ChunkValues): boolean {
  const width = wordsPerEntry(type)
  let isAny = false
  for (let record = 0, at = 0; at < words.length; record++, at += width) {
    if (words[at + valueWord.extent] === 0n) continue
    isAny = true
    const own = record * wordsPerRecord
    words.set(records.subarray(own, own + word.extent + 1), at)
    words[at + valueWord.time] = records[own + word.time] as bigint
  }
  return isAny
}
