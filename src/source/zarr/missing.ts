/** The values and texts that stand for missing ones: `_FillValue` and `missing_value`, as they are stored. Called by convention.ts. */
import type { Storage } from '../../model/schema.js'
import { storageBytes } from '../../model/schema.js'
import { halfOf, singleOfHalf } from '../half.js'
import type { ZarrArray } from './array.js'
import { isArray, type Json, type JsonObject } from './json.js'

export interface Missing {
  /** As they would be stored; those that cannot be stored match no cell and are left out. */
  readonly values: readonly (number | bigint)[]
  /** Whether the attributes name any number, be it one that no cell can have: it decides the type, as in xarray. */
  readonly named: boolean
}

/** `stored` is the type in the store, `storage` that after `_Unsigned`. */
export function missingValues(array: ZarrArray, stored: Storage, storage: Storage, attributes: JsonObject): Missing {
  const own = array.fill instanceof Uint8Array ? undefined : array.fill
  const fill = array.fillIsMissing && own !== undefined ? own : attributes._FillValue
  // Only a fill value is written in the stored type: xarray does not turn the sign of a missing_value.
  const fills = each(fill).map((value) => [numberOf(value, storage), stored] as const)
  const others = each(attributes.missing_value).map((value) => [numberOf(value, storage), storage] as const)
  const numbers = [...fills, ...others].filter(([value]) => value !== undefined && !Number.isNaN(value))
  const values = numbers.map(([value, written]) => storedNumber(value as number | bigint, written, storage))
  return { values: [...new Set(values.filter((value) => value !== undefined))], named: numbers.length > 0 }
}

/** xarray compares texts with texts: those of single bytes have no missing value but the fill value. */
export function missingTexts({ dataType, fill, fillIsMissing }: ZarrArray, attributes: JsonObject): readonly string[] {
  const isBytes = dataType.kind === 'fixedText' && dataType.encoding === 'bytes'
  const own = fillIsMissing && fill !== undefined
  const named = isBytes ? [] : [...(own ? [] : each(attributes._FillValue)), ...each(attributes.missing_value)]
  return [...new Set([...(own ? [fill] : []), ...named].filter((text) => typeof text === 'string'))]
}

function each(value: Json | undefined): readonly (Json | undefined)[] {
  return isArray(value) ? value : [value]
}

/** Version 3 has float attributes as base64 of a little-endian f64. */
export function numberOf(value: Json | undefined, storage: Storage): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') return undefined
  if (storage.startsWith('f') && /^[A-Za-z0-9+/]{11}=$/.test(value)) {
    const bytes = Uint8Array.from(atob(value), (char) => char.charCodeAt(0))
    return new DataView(bytes.buffer).getFloat64(0, true)
  }
  const number = value.trim() === '' ? Number.NaN : Number(value)
  return Number.isNaN(number) ? undefined : number
}

/** `written` is the type in which the metadata have it: a fill of -1 is 255 where `_Unsigned` changes i1 to u1. */
function storedNumber(value: number | bigint, written: Storage, storage: Storage): number | bigint | undefined {
  if (storage === 'f2') return singleOfHalf(halfOf(Number(value)))
  if (storage === 'f4') return Math.fround(Number(value))
  if (storage === 'f8') return Number(value)
  if (typeof value === 'number' && !Number.isInteger(value)) return undefined
  const exact = BigInt(value)
  const bits = storageBytes[storage] * 8
  const wrapped = storage.startsWith('i') ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact)
  if (storage === 'bool' ? exact !== 0n && exact !== 1n : wrapped !== exact && written === storage) return undefined
  const fitted = storage === 'bool' ? exact : wrapped
  return bits === 64 ? fitted : Number(fitted)
}
