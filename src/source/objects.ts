/** Values that are no numbers (text, bytes, lists, lengths of time), made from the cells of a decoded chunk. Called by sources and by the interpreter's reader. */
import { type Duration, durationOfMicros } from '../model/duration.js'
import { ChunkQLError } from '../model/error.js'
import { type Form, storageBytes } from '../model/schema.js'
import { decoderOf } from '../model/stored-text.js'
import { elementOf, INT64, TIMESTAMP, type Type, type Value } from '../model/type.js'
import { valueAt } from '../model/vector.js'
import type { KeptTexts } from './source.js'
import { allocateStored, storedCopier, unpack } from './unpack.js'

/** `count` values of cells that are `step` bytes apart from `address` on. */
export type ReadObjects = (address: number, step: number, count: number) => Value[]

/** `kept`: what the source keeps for the chunk, where cells are numbers of such values. */
export function objectReader(
  form: Form,
  type: Type,
  buffer: ArrayBufferLike,
  kept: readonly Value[] | undefined,
): ReadObjects {
  switch (form.kind) {
    case 'kept':
      return keptReader(buffer, kept ?? [])
    case 'text':
      return textReader(form, buffer)
    case 'bytes':
      return (address, step, count) =>
        Array.from({ length: count }, (_, i) => new Uint8Array(buffer, address + i * step, form.size).slice())
    case 'list':
      return listReader(form, elementOf(type), buffer)
    case 'duration':
      return durationReader(form, buffer)
    case 'number':
      return itemReader(form, type, buffer)
    default:
      return form satisfies never
  }
}

/** Writes the numbers of `count` values from `target` on. */
export type ReadNumbers = (address: number, step: number, count: number, target: number, to: Int32Array) => void

/**
 * Texts and kept values by number: those that are met are added to `values`, mostly once each. Undefined for other values,
 * and where there are more different ones than `most`.
 */
export function numberReader(
  form: Form,
  buffer: ArrayBufferLike,
  kept: readonly Value[] | undefined,
  values: Value[],
  most: number,
): ReadNumbers | undefined {
  if (form.kind === 'text' && form.size <= longestRemembered) return textNumbers(form, buffer, values)
  if (form.kind !== 'kept' || (kept?.length ?? 0) + values.length > most) return undefined
  const base = values.length
  for (const value of kept ?? []) values.push(value)
  const cells = new Int32Array(buffer, 0, buffer.byteLength >> 2)
  return (address, step, count, target, to) => {
    for (let i = 0; i < count; i++) to[target + i] = base + (cells[(address + i * step) >> 2] as number)
  }
}

function keptReader(buffer: ArrayBufferLike, kept: readonly Value[]): ReadObjects {
  const numbers = new Int32Array(buffer, 0, buffer.byteLength >> 2)
  return (address, step, count) => {
    const values = new Array<Value>(count)
    for (let i = 0; i < count; i++) values[i] = kept[numbers[(address + i * step) >> 2] as number] as Value
    return values
  }
}

function itemReader(form: Extract<Form, { kind: 'number' }>, type: Type, buffer: ArrayBufferLike): ReadObjects {
  const copy = storedCopier(form.storage, buffer)
  return (address, step, count) => {
    const stored = allocateStored(form.storage, count)
    copy(address, step, count, 0, stored)
    const vector = unpack(type, form, stored)
    return Array.from({ length: count }, (_, i) => valueAt(vector, i))
  }
}

function durationReader(form: Extract<Form, { kind: 'duration' }>, buffer: ArrayBufferLike): ReadObjects {
  const { months } = form
  const read = itemReader({ ...form, kind: 'number' }, months === undefined ? TIMESTAMP : INT64, buffer)
  const toDuration = (count: bigint): Duration => {
    if (months === undefined) return durationOfMicros(count)
    const all = Number(count) * months
    if (all === (all | 0)) return { months: all, days: 0, micros: 0n }
    throw new ChunkQLError('value', `${all} months are too many for an INTERVAL`)
  }
  return (address, step, count) =>
    read(address, step, count).map((value) => (value === null ? null : toDuration(value as bigint)))
}

/** Lists of numbers are read many at once where they lie side by side. */
function listReader(form: Extract<Form, { kind: 'list' }>, element: Type, buffer: ArrayBufferLike): ReadObjects {
  const read = objectReader(form.item, element, buffer, undefined)
  return (address, step, count) =>
    Array.from({ length: count }, (_, i) => read(address + i * step, form.itemBytes, form.size))
}

/** One text of each hash is remembered, so that it is not made again: of few hashes first, of more where texts are many. */
const remembered = 1024
const mostRemembered = 2 ** 18
const longestRemembered = 64

function textReader(form: Extract<Form, { kind: 'text' }>, buffer: ArrayBufferLike): ReadObjects {
  const values: Value[] = []
  const read = textNumbers(form, buffer, values)
  return (address, step, count) => {
    const numbers = new Int32Array(count)
    read(address, step, count, 0, numbers)
    return Array.from(numbers, (number) => values[number] as Value)
  }
}

function textNumbers(form: Extract<Form, { kind: 'text' }>, buffer: ArrayBufferLike, values: Value[]): ReadNumbers {
  const { encoding, size, missing } = form
  const bytes = new Uint8Array(buffer)
  const decode = decoderOf(encoding)
  let places = new Int32Array(remembered).fill(-1)
  let numbers = new Int32Array(remembered)
  const grow = () => {
    places = new Int32Array(4 * places.length).fill(-1)
    numbers = new Int32Array(places.length)
  }
  const numberAt = (start: number): number => {
    const hash = size > longestRemembered ? 0 : hashOf(bytes, start, start + size)
    const place = places[hash & (places.length - 1)] as number
    if (place < 0 || !sameBytes(bytes, place, start, size)) {
      if (values.length > places.length && places.length < mostRemembered) grow()
      const slot = hash & (places.length - 1)
      const text = decode(bytes.subarray(start, start + size))
      places[slot] = start
      numbers[slot] = values.push(missing.includes(text) ? null : text) - 1
    }
    return numbers[hash & (places.length - 1)] as number
  }
  return (address, step, count, target, to) => {
    for (let i = 0; i < count; i++) to[target + i] = numberAt(address + i * step)
  }
}

/** FNV-1a. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193)
  return hash ^ (hash >>> 15)
}

export function sameBytes(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false
  return true
}

/** Bytes of one cell of a form. */
export function formBytes(form: Form): number {
  switch (form.kind) {
    case 'kept':
      return 4
    case 'text':
    case 'bytes':
      return form.size
    case 'list':
      return form.size * form.itemBytes
    case 'number':
    case 'duration':
      return storageBytes[form.storage]
    default:
      return form satisfies never
  }
}

/** Texts that a source has as strings. */
export function packTexts(values: readonly Value[]): KeptTexts {
  const encoded = values.map((value) => (value === null ? new Uint8Array(0) : encoder.encode(String(value))))
  const offsets = new Int32Array(values.length + 1)
  encoded.forEach(({ length }, i) => {
    offsets[i + 1] = (offsets[i] as number) + length
  })
  const bytes = new Uint8Array(offsets[values.length] as number)
  encoded.forEach((each, i) => {
    bytes.set(each, offsets[i])
  })
  return { utf8: { offsets, bytes }, nulls: values.flatMap((value, i) => (value === null ? [i] : [])) }
}

const encoder = new TextEncoder()
