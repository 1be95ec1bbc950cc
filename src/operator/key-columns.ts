/** Columns out of key records (`keyWords`): where groups have their keys when a reduction ends. */
import type { Machine } from '../kernel/machine.js'
import type { TextEncoding } from '../model/stored-text.js'
import { INT32, type Type, VARCHAR } from '../model/type.js'
import { allocate, type NumericArray, type PackedVector, type Vector } from '../model/vector.js'
import type { KeyTexts } from './key-texts.js'
import { packTexts } from './pack-texts.js'

export interface KeyRecords {
  readonly machine: Machine
  /** Address of `count` records of `width` words. */
  readonly kept: number
  readonly width: number
  readonly count: number
}

/** A key as numbers of a type; floats are doubles in records, booleans 0 or 1. `word`: where it is, if not in one word behind the keys before it. */
export function keyColumn(records: KeyRecords, key: number, type: Type, word = key + 1): Vector {
  const values = allocate(type, records.count) as NumericArray
  const at = records.kept + word * 8
  if (values instanceof Float32Array) copySingles(records, at, values)
  else copyWords(records, at, values)
  return { type, length: records.count, values, valid: validity(records, key) }
}

function copyWords({ machine, width, count }: KeyRecords, from: number, to: NumericArray): void {
  const size = to.BYTES_PER_ELEMENT
  const mark = machine.mark()
  const out = machine.allocate(to.byteLength)
  machine.kernel.gather(from, width * 8, size, count, out, size)
  new Uint8Array(to.buffer).set(machine.bytes.subarray(out, out + to.byteLength))
  machine.release(mark)
}

function copySingles({ machine, width, count }: KeyRecords, from: number, to: Float32Array): void {
  const stored = new Float64Array(machine.memory.buffer, from)
  for (let i = 0, at = 0; i < count; i++, at += width) to[i] = stored[at] as number
}

/** Word 0 holds a bit per key, set where it is NULL. */
function validity({ machine, kept, width, count }: KeyRecords, key: number): Uint8Array | undefined {
  const bits = new Int32Array(machine.memory.buffer, kept + (key >> 5) * 4)
  const valid = new Uint8Array(count)
  let nulls = 0
  for (let i = 0, at = 0; i < count; i++, at += width * 2) {
    const isNull = ((bits[at] as number) >> (key & 31)) & 1
    valid[i] = 1 - isNull
    nulls += isNull
  }
  return nulls > 0 ? valid : undefined
}

/** A key that is a text, of `words` words from `word` on. */
export function textColumn(
  records: KeyRecords,
  key: number,
  { word, words, text: encoding }: { readonly word: number; readonly words: number; readonly text: TextEncoding },
): PackedVector {
  const { machine, kept, width, count } = records
  const texts = { texts: kept + word * 8, step: width * 8, words, encoding }
  return { type: VARCHAR, length: count, valid: validity(records, key), utf8: packTexts(machine, texts, count) }
}

/** A key that is the number of a text, in word `word`. */
export function listedColumn(
  records: KeyRecords,
  key: number,
  texts: KeyTexts | undefined,
  word?: number,
): PackedVector {
  const { values, valid, length } = keyColumn(records, key, INT32, word)
  const numbers = values as Int32Array
  const known = texts?.count ?? 0
  const noText = 2 * known <= length ? known : -1
  if (valid) for (let i = 0; i < length; i++) if (valid[i] === 0) numbers[i] = noText
  // Where hardly a text repeats strings are made of those alone that somebody looks at.
  if (noText < 0 && texts) return { type: VARCHAR, length, valid, utf8: texts.packed(numbers) }
  return { type: VARCHAR, length, coded: { numbers, values: [...(texts?.texts() ?? []), ...(valid ? [null] : [])] } }
}
