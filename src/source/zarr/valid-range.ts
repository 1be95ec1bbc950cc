/** CF's `valid_range`, `valid_min` and `valid_max`: the numbers that are data, as they are stored. Called by convention.ts. */
import { type Storage, storageBytes, type ValidRange } from '../../model/schema.js'
import { halfOf, singleOfHalf } from '../half.js'
import { isArray, type Json, type JsonObject } from './json.js'
import { numberOf } from './missing.js'

/** `stored` is the type in the store, `storage` that after `_Unsigned`. Undefined where the attributes leave nothing out. */
export function validRangeOf(attributes: JsonObject, stored: Storage, storage: Storage): ValidRange | undefined {
  if (storage === 'bool') return undefined
  const { valid_range: both, valid_min, valid_max } = attributes
  const ends = isArray(both) && both.length === 2 ? both : [only(valid_min), only(valid_max)]
  const [least, most] = ends.map((end) => endOf(end, stored, storage))
  return storage.startsWith('f') ? floatRange(storage, least, most) : integerRange(storage, least, most)
}

function only(value: Json | undefined): Json | undefined {
  return isArray(value) && value.length === 1 ? value[0] : value
}

type End = number | bigint | undefined

/** They are written in the stored type: -1 is 255 where `_Unsigned` changes i1 to u1. */
function endOf(value: Json | undefined, stored: Storage, storage: Storage): End {
  const number = numberOf(value, storage)
  if (number === undefined || Number.isNaN(number)) return undefined
  const isWhole = typeof number === 'bigint' || Number.isInteger(number)
  if (stored === storage || !isWhole) return number
  const bits = 8 * storageBytes[storage]
  return storage.startsWith('u') ? BigInt.asUintN(bits, BigInt(number)) : BigInt.asIntN(bits, BigInt(number))
}

function floatRange(storage: Storage, least: End, most: End): ValidRange | undefined {
  const rounded = (end: End) => (end === undefined ? undefined : roundedTo(storage, Number(end)))
  return rangeOf(rounded(least), rounded(most), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
}

function roundedTo(storage: Storage, value: number): number {
  if (storage === 'f2') return singleOfHalf(halfOf(value))
  return storage === 'f4' ? Math.fround(value) : value
}

/** The integers between the ends. */
function integerRange(storage: Storage, least: End, most: End): ValidRange | undefined {
  const bits = 8 * storageBytes[storage]
  const [lowest, highest] = storage.startsWith('u')
    ? [0n, 2n ** BigInt(bits) - 1n]
    : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
  const from = whole(least, Math.ceil, lowest, highest)
  const to = whole(most, Math.floor, lowest, highest)
  // What no number of the type can reach is a range of none.
  if ((from !== undefined && from > highest) || (to !== undefined && to < lowest)) return fitted(highest, lowest, bits)
  const range = rangeOf(from, to, lowest, highest)
  return range && fitted(range.least, range.most, bits)
}

function whole(end: End, round: (value: number) => number, lowest: bigint, highest: bigint): bigint | undefined {
  if (end === undefined || typeof end === 'bigint') return end
  if (!Number.isFinite(end)) return end < 0 ? lowest - 1n : highest + 1n
  return BigInt(round(end))
}

function fitted(least: End, most: End, bits: number): ValidRange {
  const fit = (end: End) => (end === undefined || bits === 64 ? end : Number(end))
  return { least: fit(least), most: fit(most) }
}

/** Without the ends that leave nothing out. */
function rangeOf<E extends number | bigint>(
  least: E | undefined,
  most: E | undefined,
  lowest: E,
  highest: E,
): { least?: E | undefined; most?: E | undefined } | undefined {
  const from = least !== undefined && least > lowest ? least : undefined
  const to = most !== undefined && most < highest ? most : undefined
  return from === undefined && to === undefined ? undefined : { least: from, most: to }
}
