/**
 * Which values a chunk has, where they are few, and of texts the first and the last one: one entry of 64-bit words per chunk,
 * over a box of the chunk grid. Collected by ANALYZE, kept beside the records, of which each counts only with its own.
 */
import { isInteger, type Type, type Value } from './type.js'

/** The words that all entries begin with. With the first three they tell of which record they are. */
export const valueWord = {
  fingerprint: 0,
  extent: 2,
  time: 3,
  /** Whether the values are known: there are few. */
  hasValues: 4,
  /** How many there are: NULL is none of them. */
  count: 5,
  /** Of numbers one after another, ascending. Of texts the ends, then a list in JSON. */
  values: 6,
} as const

/** What is known of an end of texts: nothing; one that none passes; that it is a text of the chunk. */
export const end = { unknown: 0n, bound: 1n, whole: 2n } as const

/** Different values of a chunk that are kept, and for texts bytes in all. */
export const mostValues = 32
export const listBytes = 256
/** Bytes of UTF-8 of an end. */
export const endBytes = 64

const endWords = endBytes / 8
const listStart = valueWord.values + 2 * endWords

export interface ChunkValues {
  readonly type: Type
  readonly start: readonly number[]
  readonly counts: readonly number[]
  readonly words: BigInt64Array<ArrayBuffer>
}

/** Of what few values are told one by one. */
export function hasValues(type: Type): boolean {
  return isInteger(type) || type.kind === 'boolean' || type.kind === 'varchar'
}

export function wordsPerEntry({ kind }: Type): number {
  return kind === 'varchar' ? listStart + listBytes / 8 : valueWord.values + mostValues
}

export function emptyValues(type: Type, start: readonly number[], counts: readonly number[]): ChunkValues {
  const length = counts.reduce((product, count) => product * count, wordsPerEntry(type))
  return { type, start, counts, words: new BigInt64Array(length) }
}

/** The values of the chunk, ascending; undefined where they are not known. */
export function valuesIn(values: ChunkValues, record: number): readonly Value[] | undefined {
  const { type, words } = values
  const first = record * wordsPerEntry(type)
  if (words[first + valueWord.extent] === 0n || words[first + valueWord.hasValues] === 0n) return undefined
  if (type.kind === 'varchar') return listOfTexts(textAt(words, first + listStart, listBytes))
  const count = Number(words[first + valueWord.count])
  const start = first + valueWord.values
  return Array.from(words.subarray(start, start + count), (value) => asValue(value, type))
}

/** What is damaged tells nothing. */
function listOfTexts(json: string): readonly string[] | undefined {
  try {
    const texts = JSON.parse(json)
    return Array.isArray(texts) && texts.every((text) => typeof text === 'string') ? texts : undefined
  } catch {
    return undefined
  }
}

function asValue(value: bigint, { kind }: Type): Value {
  if (kind === 'boolean') return value !== 0n
  if (kind === 'uint64') return BigInt.asUintN(64, value)
  return kind === 'int64' ? value : Number(value)
}

/** The record tells whether it is whole. Undefined where the entry is not there. */
export function textEnd({ type, words }: ChunkValues, record: number, which: 'min' | 'max'): string | undefined {
  const first = record * wordsPerEntry(type)
  if (words[first + valueWord.extent] === 0n) return undefined
  return textAt(words, first + valueWord.values + (which === 'min' ? 0 : endWords), endBytes)
}

/** Sets the values of an entry, which must be ascending and not too many. Texts that take too many bytes stay unknown. */
export function setValues(entry: BigInt64Array<ArrayBuffer>, values: readonly Value[], type: Type): void {
  if (type.kind === 'varchar') {
    const list = encoder.encode(JSON.stringify(values))
    if (list.length > listBytes) return
    bytesOf(entry, listStart, listBytes).set(list)
  } else
    values.forEach((value, i) => {
      entry[valueWord.values + i] = BigInt(value as number | bigint | boolean)
    })
  entry[valueWord.hasValues] = 1n
  entry[valueWord.count] = BigInt(values.length)
}

/** Sets an end of texts, cut where it is too long; what is known of it then. */
export function setTextEnd(entry: BigInt64Array<ArrayBuffer>, text: string, which: 'min' | 'max'): bigint {
  const kept = isPlain(text) ? text : which === 'min' ? cutDown(text) : cutUp(text)
  if (kept === undefined) return end.unknown
  const at = valueWord.values + (which === 'min' ? 0 : endWords)
  bytesOf(entry, at, endBytes).set(encoder.encode(kept))
  return kept === text ? end.whole : end.bound
}

const encoder = new TextEncoder()
// A byte order mark at the start belongs to the text.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function bytesOf(words: BigInt64Array, at: number, bytes: number): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset + 8 * at, bytes)
}

/** Zeros behind are padding. */
function textAt(words: BigInt64Array, at: number, bytes: number): string {
  const padded = bytesOf(words, at, bytes)
  return decoder.decode(padded.subarray(0, padded.findLastIndex((byte) => byte !== 0) + 1))
}

/** Whether a text comes back as it was. */
function isPlain(text: string): boolean {
  return fits(text) && !text.endsWith('\0') && !loneSurrogate.test(text)
}

const loneSurrogate = /\p{Surrogate}/u

function fits(text: string): boolean {
  return text.length <= endBytes && encoder.encode(text).length <= endBytes
}

/** The longest beginning of a text that comes back as it was: no text that begins so comes before it. */
function cutDown(text: string): string {
  let kept = ''
  for (const character of text.slice(0, endBytes + 1)) {
    if (loneSurrogate.test(character) || !fits(kept + character)) break
    kept += character
  }
  return kept.replace(/\0+$/, '')
}

/** A text that comes after all that begin as this one does: its last character is the next one. Undefined where there is none. */
function cutUp(text: string): string | undefined {
  const characters = [...cutDown(text)]
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const point = (last.codePointAt(0) as number) + 1
    const next = point === 0xd800 ? 0xe000 : point
    const kept = next > 0x10ffff ? undefined : characters.join('') + String.fromCodePoint(next)
    if (kept !== undefined && fits(kept)) return kept
  }
  return undefined
}
