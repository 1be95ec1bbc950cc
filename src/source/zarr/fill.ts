/** Fill values in every spelling of both versions. Called by the readers of metadata. */
import type { DataType } from './array.js'
import { isArray, type Json } from './json.js'

export type Fill = number | bigint | boolean | string | undefined

const special: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity }

/** Throws a plain Error where the value is none of the type. */
export function parseFill(value: Json | undefined, type: DataType, version: 2 | 3): Fill {
  if (value === null || value === undefined) return undefined
  switch (type.kind) {
    case 'number':
      return numberFill(value, type.storage, version)
    case 'datetime':
      return datetimeFill(value)
    case 'fixedText':
      return textFill(value, type.encoding === 'bytes')
    case 'text':
      return typeof value === 'string' ? value : undefined
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
  if (storage.startsWith('f')) return floatFill(value, storage === 'f4' ? 4 : 8, version)
  return integerFill(value, storage)
}

function floatFill(value: Json, size: 4 | 8, version: 2 | 3): number {
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
function floatOfBits(text: string, size: 4 | 8): number {
  if (text.length !== 2 + 2 * size) throw unreadable(text, `${2 * size} hexadecimal digits`)
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(text) << BigInt(64 - 8 * size))
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

function unreadable(value: Json, expected: string): Error {
  const shown = typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  return new Error(`fill_value is ${shown}, expected ${expected}`)
}
