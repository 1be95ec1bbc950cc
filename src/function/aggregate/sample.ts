/** Values kept as they come, in an array that doubles; ranks are found without sorting all. Called by the quantiles. */
import type { Type, Value } from '../../model/type.js'
import { allocate, type NumericArray } from '../../model/vector.js'
import { compareValues } from '../order.js'

export interface Sample {
  readonly type: Type
  values: NumericArray | string[]
  length: number
}

export function sampleOf(type: Type): Sample {
  return { type, values: allocate(type, 0), length: 0 }
}

export function addValue(sample: Sample, value: Value): void {
  if (sample.length === sample.values.length) grow(sample)
  ;(sample.values as unknown[])[sample.length++] = typeof value === 'boolean' ? Number(value) : value
}

function grow(sample: Sample): void {
  const { type, values } = sample
  const larger = allocate(type, Math.max(4, values.length * 2))
  if (larger instanceof Array) for (let i = 0; i < values.length; i++) larger[i] = values[i] as string
  else larger.set(values as never)
  sample.values = larger
}

/** Only the values that are there, for the way between threads. */
export function trimmedSample({ type, values, length }: Sample): Sample {
  return { type, values: values.slice(0, length) as NumericArray | string[], length }
}

export function sizeOfSample({ values }: Sample): number {
  return values instanceof Array ? values.length * 32 : values.byteLength
}

/** The value of a rank, counted from 0, by quickselect; moves values about. */
export function selectRank({ values, length }: Sample, rank: number): Value {
  const items = values as unknown as Value[]
  let low = 0
  let high = length - 1
  while (low < high) {
    const [left, right] = partition(items, low, high)
    if (rank <= left) high = left
    else if (rank >= right) low = right
    else break
  }
  return items[rank] ?? null
}

/** Hoare's scheme around the middle of three; equal values in between are in place. */
function partition(items: Value[], low: number, high: number): [left: number, right: number] {
  const pivot = middleOf(items[low] as Value, items[(low + high) >> 1] as Value, items[high] as Value)
  let [i, j] = [low, high]
  while (i <= j) {
    while (compare(items[i] as Value, pivot) < 0) i++
    while (compare(items[j] as Value, pivot) > 0) j--
    if (i > j) break
    const moved = items[i] as Value
    items[i++] = items[j] as Value
    items[j--] = moved
  }
  return [j, i]
}

function middleOf(a: Value, b: Value, c: Value): Value {
  if (compare(a, b) > 0) return middleOf(b, a, c)
  if (compare(b, c) <= 0) return b
  return compare(a, c) > 0 ? a : c
}

/** Numbers first: they are what is sorted by the million. */
function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (difference < 0 || difference > 0) return difference
  }
  return compareValues(a, b)
}
