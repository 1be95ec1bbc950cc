/** Fill values in every spelling of both versions. Called by the readers of metadata. */
import { jsonText } from '../../model/json-text.js'
import { type Storage, storageBytes } from '../../model/schema.js'
import { halfOf, singleOfHalf } from '../half.js'
import { cellBytes, type DataType, elementBytes, type ZarrArray } from './array.js'
import { isArray, isObject, type Json } from './json.js'

export type Fill = ZarrArray['fill']

const special: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity }

/** Throws a plain Error where the value is none of the type. */
export function parseFill(value: Json | undefined, type: DataType, version: 2 | 3): Fill {
  if (value === null || value === undefined) return undefined
  switch (type.kind) {
    case 'number':
      return numberFill(value, type.storage, version)
    case 'datetime':
    case 'timedelta':
      return datetimeFill(value)
    case 'fixedText':
      return textFill(value, type.encoding === 'bytes')
    case 'text':
      // 0 stands where nobody asked for a fill value.
      if (typeof value === 'string' || value === 0) return value || ''
      return type.hasNull ? jsonText(value) : undefined
    case 'struct':
      return structFill(value, type, version)
    case 'bytes':
      return value === 0 || value === '' ? undefined : bytesFill(value)
    case 'lists':
      return parseFill(value, type.element, version)
    case 'raw':
      return rawFill(value, type.size)
    case 'list':
      throw unreadable(value, 'none')
    default:
      return type satisfies never
  }
}

function numberFill(value: Json, storage: string, version: 2 | 3): Fill {
  if (storage === 'bool') {
    if (typeof value === 'boolean') return value
    if (value === 0 || value === 1) return value === 1
    throw unreadable(value, 'a boolean')
  }
  if (storage.startsWith('f')) return floatFill(value, Number(storage[1]), version)
  return integerFill(value, storage)
}

function floatFill(value: Json, size: number, version: 2 | 3): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') {
    const named = special[value]
    if (named !== undefined) return named
    if (version === 3 && /^0x[0-9a-f]+$/i.test(value)) return floatOfBits(value, size)
    if (version === 2 && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value)
  }
  throw unreadable(value, 'a number, "NaN", "Infinity" or "-Infinity"')
}

/** `0x7fc00000`: the bits, most significant first. */
function floatOfBits(text: string, size: number): number {
  if (text.length !== 2 + 2 * size) throw unreadable(text, `${2 * size} hexadecimal digits`)
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(text) << BigInt(64 - 8 * size))
  if (size === 2) return singleOfHalf(view.getUint16(0))
  return size === 4 ? view.getFloat32(0) : view.getFloat64(0)
}

function integerFill(value: Json, storage: string): number | bigint {
  const whole = typeof value === 'boolean' ? Number(value) : value
  if (typeof whole === 'bigint' || (typeof whole === 'number' && Number.isInteger(whole))) {
    const bits = 8 * Number(storage[1])
    const exact = BigInt(whole)
    const fitted = storage.startsWith('i') ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact)
    if (fitted === exact) return bits === 64 ? exact : Number(exact)
  }
  throw unreadable(value, `an integer of type ${storage}`)
}

function datetimeFill(value: Json): bigint {
  if (value === 'NaT') return -(2n ** 63n)
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    return BigInt.asIntN(64, BigInt(value))
  }
  throw unreadable(value, 'an integer or "NaT"')
}

/** |S has its fill in base64; 0 and "" stand for the empty text. */
function textFill(value: Json, base64: boolean): Fill {
  if (value === 0) return ''
  if (typeof value !== 'string' || isArray(value)) throw unreadable(value, 'a string')
  return base64 ? atob(value).replace(/\0+$/, '') : value
}

/** The bytes of a cell in base64, an object with a value for each field, or a bare 0. */
function structFill(value: Json, type: Extract<DataType, { kind: 'struct' }>, version: 2 | 3): Uint8Array {
  if (type.complex && isArray(value)) return cellOf(type, { real: value[0] ?? null, imag: value[1] ?? null }, version)
  if (type.complex && value === 0) return new Uint8Array(type.bytes)
  return isObject(value) ? cellOf(type, value, version) : rawFill(value, type.bytes)
}

function rawFill(value: Json, size: number): Uint8Array {
  if (value === 0) return new Uint8Array(size)
  const bytes = bytesFill(value)
  if (bytes.length !== size) throw unreadable(value, `${size} bytes in base64`)
  return bytes
}

/** Base64; of version 3 also a list of bytes. */
function bytesFill(value: Json): Uint8Array {
  if (isArray(value)) return Uint8Array.from(value, Number)
  if (typeof value !== 'string') throw unreadable(value, 'base64')
  return Uint8Array.from(atob(value), (char) => char.charCodeAt(0))
}

function cellOf(type: Extract<DataType, { kind: 'struct' }>, values: Json, version: 2 | 3): Uint8Array {
  const cell = new Uint8Array(type.bytes)
  for (const { name, offset, type: inner, bigEndian } of type.fields) {
    const value = isObject(values) ? values[name] : undefined
    if (value === undefined) throw unreadable(values, `a value for the field "${name}"`)
    const bytes = fillBytes(inner, parseFill(value, inner, version))
    // The fields of a struct have been turned one by one; the parts of a complex number have no order of their own.
    if (bigEndian && (inner.kind !== 'struct' || inner.complex)) reverseElements(bytes, elementBytes(inner))
    cell.set(bytes, offset)
  }
  return cell
}

function reverseElements(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse()
}

/** The bytes of one cell with a fill value, as they are after decoding. */
export function fillBytes(type: DataType, fill: Fill): Uint8Array {
  const bytes = new Uint8Array(Math.max(1, cellBytes(type)))
  const view = new DataView(bytes.buffer)
  if (fill === undefined || fill === '') return bytes
  if (fill instanceof Uint8Array) bytes.set(fill)
  else if (type.kind === 'datetime' || type.kind === 'timedelta') view.setBigInt64(0, BigInt(fill), true)
  else if (type.kind === 'number') writeNumber(view, type.storage, fill)
  else if (type.kind === 'fixedText') writeText(view, type.encoding, String(fill))
  return bytes
}

export function writeNumber(view: DataView, storage: Storage, fill: number | bigint | boolean | string): void {
  const size = storageBytes[storage]
  if (storage === 'f2') view.setUint16(0, halfOf(Number(fill)), true)
  else if (storage === 'f4') view.setFloat32(0, Number(fill), true)
  else if (storage === 'f8') view.setFloat64(0, Number(fill), true)
  else {
    const bits = BigInt.asUintN(8 * size, BigInt(fill))
    for (let i = 0; i < size; i++) view.setUint8(i, Number((bits >> BigInt(8 * i)) & 0xffn))
  }
}

function writeText(view: DataView, encoding: 'utf32' | 'bytes', fill: string): void {
  const points = [...fill].map((char) => char.codePointAt(0) ?? 0)
  for (const [i, point] of points.entries()) {
    if (encoding === 'utf32' && 4 * i < view.byteLength) view.setUint32(4 * i, point, true)
    if (encoding === 'bytes' && i < view.byteLength) view.setUint8(i, point)
  }
}

function unreadable(value: Json, expected: string): Error {
  const shown = jsonText(value)
  return new Error(`fill_value is ${shown}, expected ${expected}`)
}
