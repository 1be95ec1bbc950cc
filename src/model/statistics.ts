/**
 * What is known of the values in each chunk of a column: one record of 64-bit words per chunk, over a box of the chunk grid.
 * Collected by ANALYZE and by scans, kept by `statistics/`, used by `schedule`.
 */
import { type ChunkValues, end, textEnd, valuesIn } from './chunk-values.js'
import type { Interval } from './interval.js'
import { isBig, isFloat, isObjectType, type Type, type Value } from './type.js'

/**
 * The words of a record, in the order in which they are kept. `min` and `max` leave out NaN and NULL; with the sums they are
 * DOUBLE for floats, UBIGINT or BIGINT for all else. Of texts they tell what is known of the ends (`end`), which lie beside.
 * `extent` is 0 where nothing is known.
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
  /** 1 where all cells have one value: no NULL, no NaN. */
  constant: 14,
  /** How the cells lie in C order, as bits of `sorted`; 0 also where nobody looked, and where there is a NULL or a NaN. */
  sorted: 15,
} as const

export const wordsPerRecord = 16

/** No value is less than the one before it, none greater; of equal values both. */
export const sorted = { ascending: 1, descending: 2 } as const

/** Records of a box of the chunk grid, in C order. */
export interface ChunkRecords {
  readonly type: Type
  readonly start: readonly number[]
  readonly counts: readonly number[]
  readonly words: BigInt64Array<ArrayBuffer>
  /** The same memory. */
  readonly floats: Float64Array<ArrayBuffer>
  /** Of the same chunks, where something of them is known. */
  readonly values?: ChunkValues | undefined
}

/** What statistics can be kept of: what has an order and lies in a word, and texts. */
export function hasStatistics(type: Type): boolean {
  return type.kind === 'varchar' || (!isObjectType(type) && type.kind !== 'null')
}

export function emptyRecords(type: Type, start: readonly number[], counts: readonly number[]): ChunkRecords {
  const length = counts.reduce((product, count) => product * count, wordsPerRecord)
  return recordsOf(type, start, counts, new BigInt64Array(length))
}

export function recordsOf(
  type: Type,
  start: readonly number[],
  counts: readonly number[],
  words: BigInt64Array<ArrayBuffer>,
): ChunkRecords {
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

/** Whether an end of a chunk is a value of it: texts may be cut. */
export function isWholeEnd({ type, words, values }: ChunkRecords, record: number, which: number): boolean {
  if (type.kind !== 'varchar') return true
  return values !== undefined && words[record * wordsPerRecord + which] === end.whole
}

/** The least or greatest value of a chunk that has one, or one beyond it (`isWholeEnd`); undefined where none is known. */
export function endIn(
  { type, words, floats, values }: ChunkRecords,
  record: number,
  which: typeof word.min | typeof word.max,
): Value | undefined {
  const at = record * wordsPerRecord + which
  if (isFloat(type)) return floats[at] as number
  const value = words[at] as bigint
  if (type.kind === 'varchar') {
    return values && value !== end.unknown ? textEnd(values, record, which === word.min ? 'min' : 'max') : undefined
  }
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

/** The values of a chunk but NULL, where they are few and known. The record must be known. */
export function valuesOf({ values }: ChunkRecords, record: number): readonly Value[] | undefined {
  return values && valuesIn(values, record)
}

/** The cells of chunk `index` that the array has, as one number that is never 0. */
export function extentOf(index: readonly number[], chunk: readonly number[], shape: readonly number[]): bigint {
  return index.reduce((number, at, axis) => {
    const size = chunk[axis] as number
    const cells = Math.max(0, Math.min(size, (shape[axis] as number) - at * size))
    return number * BigInt(size + 1) + BigInt(cells)
  }, 1n)
}
