/** Values kept as they come, in an array that doubles; ranks are found without sorting all. Called by the quantiles. */
import type { Type, Value } from '../../model/type.js'
import { allocate, type NumericArray, type ObjectValue } from '../../model/vector.js'
import { compareValues } from '../order.js'

export interface Sample {
  readonly type: Type
  values: NumericArray | ObjectValue[]
  length: number
}

export function sampleOf(type: Type): Sample {
  return { type, values: allocate(type, 0), length: 0 }
}

export function addValue(sample: Sample, value: Value): void {
  if (sample.length === sample.values.length) grow(sample)
  ;(sample.values as unknown[])[sample.length++] = typeof value === 'boolean' ? Number(value) : value
}

/** All values of another sample of the type, behind those that are there. */
export function addValues(sample: Sample, other: Sample): void {
  if (sample.values instanceof Array || other.values instanceof Array) {
    for (let i = 0; i < other.length; i++) addValue(sample, other.values[i] as Value)
    return
  }
  const length = sample.length + other.length
  if (length > sample.values.length) grow(sample, length)
  ;(sample.values as Float64Array).set((other.values as Float64Array).subarray(0, other.length), sample.length)
  sample.length = length
}

function grow(sample: Sample, least = 4): void {
  const { type, values } = sample
  const larger = allocate(type, Math.max(least, values.length * 2))
  if (larger instanceof Array) for (let i = 0; i < values.length; i++) larger[i] = values[i] as ObjectValue
  else larger.set(values as never)
  sample.values = larger
}

/** Only the values that are there, for the way between threads. */
export function trimmedSample({ type, values, length }: Sample): Sample {
  return { type, values: values.slice(0, length) as NumericArray | ObjectValue[], length }
}

export function sizeOfSample({ values }: Sample): number {
  return values instanceof Array ? values.length * 32 : values.byteLength
}

/** The value of a rank, counted from 0, by quickselect; moves values about. NaN is greater than all numbers. */
export function selectRank({ values, length }: Sample, rank: number): Value {
  if (rank < 0 || rank >= length) return null
  if (values instanceof Array) return select(values, length, rank, (a, b) => compareValues(a, b) < 0)
  if (values instanceof Float64Array || values instanceof Float32Array) {
    const numbers = nansLast(values, length)
    return rank < numbers ? select(values, numbers, rank, isLess) : Number.NaN
  }
  return select(values as Items<number | bigint>, length, rank, isLess)
}

/** The value of the rank behind one that was selected last: the least of those that then lie behind it. */
export function rankAfter({ values, length }: Sample, rank: number): Value {
  const next = rank + 1
  if (next >= length) return null
  if (values instanceof Array) return leastFrom(values, next, length, (a, b) => compareValues(a, b) < 0)
  return leastFrom(values as Items<number | bigint>, next, length, isLess)
}

/** NaNs are the last: where one is the first of these, so are all. */
function leastFrom<T>(items: Items<T>, from: number, length: number, less: Less<T>): T {
  let least = items[from] as T
  for (let i = from + 1; i < length; i++) if (less(items[i] as T, least)) least = items[i] as T
  return least
}

interface Items<T> {
  [index: number]: T
}

type Less<T> = (a: T, b: T) => boolean

/** Of numbers without NaN, and of bigints. */
const isLess = <T>(a: T, b: T): boolean => a < b

/** Moves NaNs behind the numbers; tells how many numbers there are. */
function nansLast(values: Float32Array | Float64Array, length: number): number {
  let end = length
  for (let i = 0; i < end; ) {
    if (!Number.isNaN(values[i])) i++
    else {
      end--
      values[i] = values[end] as number
      values[end] = Number.NaN
    }
  }
  return end
}

/** Hoare's scheme around the middle of three; equal values between i and j are in place. */
function select<T>(items: Items<T>, length: number, rank: number, less: Less<T>): T {
  let low = 0
  let high = length - 1
  while (low < high) {
    const pivot = middleOf(items[low] as T, items[(low + high) >> 1] as T, items[high] as T, less)
    let [i, j] = [low, high]
    while (i <= j) {
      while (less(items[i] as T, pivot)) i++
      while (less(pivot, items[j] as T)) j--
      if (i > j) break
      const moved = items[i] as T
      items[i++] = items[j] as T
      items[j--] = moved
    }
    if (rank <= j) high = j
    else if (rank >= i) low = i
    else break
  }
  return items[rank] as T
}

function middleOf<T>(a: T, b: T, c: T, less: Less<T>): T {
  if (less(b, a)) return middleOf(b, a, c, less)
  if (!less(c, b)) return b
  return less(c, a) ? a : c
}
