/**
 * What is known of the values in each chunk of a column: one record of 64-bit words per chunk, over a box of the chunk grid.
 * Collected by ANALYZE and by scans, kept by `statistics/`, used by `schedule`.
 */
import type { Interval } from './interval.js'
import { isBig, isFloat, isObjectType, type Type, type Value } from './type.js'

/**
 * The words of a record, in the order in which they are kept. `min` and `max` leave out NaN and NULL; with the sums they are
 * DOUBLE for floats, UBIGINT or BIGINT for all else. `extent` is 0 where nothing is known.
 */
export const word = {
  fingerprint: 0,
  /** Which cells of the chunk are the array's: at its edges that is told by the array, not by the chunk. */
  extent: 2,
  cells: 3,
  nulls: 4,
  nans: 5,
  min: 6,
  max: 7,
  /** Whether the four words behind are known. */
  hasMoments: 8,
  sum: 9,
  /** Of integers: the upper 64 bits of the sum. */
  sumHigh: 10,
  mean: 11,
  /** The sum of squared distances from the mean. */
  m2: 12,
  /** Milliseconds since 1970. */
  time: 13,
} as const

export const wordsPerRecord = 14

/** Records of a box of the chunk grid, in C order. */
export interface ChunkRecords {
  readonly type: Type
  readonly start: readonly number[]
  readonly counts: readonly number[]
  readonly words: BigInt64Array<ArrayBuffer>
  /** The same memory. */
  readonly floats: Float64Array<ArrayBuffer>
}

/** What statistics can be kept of: what has an order and lies in a word. */
export function hasStatistics(type: Type): boolean {
  return !isObjectType(type) && type.kind !== 'null'
}

export function emptyRecords(type: Type, start: readonly number[], counts: readonly number[]): ChunkRecords {
  const length = counts.reduce((product, count) => product * count, wordsPerRecord)
  const words = new BigInt64Array(length)
  return { type, start, counts, words, floats: new Float64Array(words.buffer) }
}

/** The number of a chunk in a box of the chunk grid that holds it. */
export function recordOf({ start, counts }: Pick<ChunkRecords, 'start' | 'counts'>, chunk: readonly number[]): number {
  let record = 0
  for (let axis = 0; axis < chunk.length; axis++) {
    record = record * (counts[axis] as number) + (chunk[axis] as number) - (start[axis] as number)
  }
  return record
}

export function isKnownRecord({ words }: ChunkRecords, record: number): boolean {
  return words[record * wordsPerRecord + word.extent] !== 0n
}

export function countIn({ words }: ChunkRecords, record: number, which: number): number {
  return Number(words[record * wordsPerRecord + which])
}

/** The least or greatest value of a chunk that has one. */
export function endIn({ type, words, floats }: ChunkRecords, record: number, which: number): Value {
  const at = record * wordsPerRecord + which
  if (isFloat(type)) return floats[at] as number
  const value = words[at] as bigint
  if (type.kind === 'boolean') return value !== 0n
  if (type.kind === 'uint64') return BigInt.asUintN(64, value)
  return isBig(type) ? value : Number(value)
}

/** What the values of a chunk lie between. The record must be known. */
export function intervalIn(records: ChunkRecords, record: number): Interval {
  const nulls = countIn(records, record, word.nulls)
  const nans = countIn(records, record, word.nans)
  const flags = { mayBeNull: nulls > 0, mayBeNaN: nans > 0 }
  if (nulls + nans === countIn(records, record, word.cells)) {
    return { lo: undefined, hi: undefined, ...flags, empty: true }
  }
  return { lo: endIn(records, record, word.min), hi: endIn(records, record, word.max), ...flags }
}

/** The cells of chunk `index` that the array has, as one number that is never 0. */
export function extentOf(index: readonly number[], chunk: readonly number[], shape: readonly number[]): bigint {
  return index.reduce((number, at, axis) => {
    const size = chunk[axis] as number
    const cells = Math.max(0, Math.min(size, (shape[axis] as number) - at * size))
    return number * BigInt(size + 1) + BigInt(cells)
  }, 1n)
}
