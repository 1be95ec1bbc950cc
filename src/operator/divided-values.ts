/** Values kept by group, where groups are divided: the groups' own order becomes that of the parts. Called by `divide.ts` and what merges. */
import type { Machine } from '../kernel/machine.js'

/** So many groups from one on, and so many values from one on, by the order of the parts. */
export interface ValueRange {
  readonly firstGroup: number
  readonly groups: number
  readonly firstValue: number
  readonly values: number
}

/** All values of an argument. */
export interface OrderedValues {
  /** How many each group has. */
  readonly counts: Int32Array
  copy(range: ValueRange, to: Float64Array): void
}

/** `order`: the number of each group in the order of the parts. */
export type OrderValues = (order: Int32Array) => OrderedValues

/** The number of each group in an order in which those of each part stand together, in their own order. */
export function orderOf(machine: Machine, parts: number, count: number, partCounts: Uint32Array): Int32Array {
  const next = new Uint32Array(partCounts.length)
  for (let part = 1; part < next.length; part++) {
    next[part] = (next[part - 1] as number) + (partCounts[part - 1] as number)
  }
  const own = machine.bytes.subarray(parts, parts + count)
  const order = new Int32Array(count)
  for (let group = 0; group < count; group++) {
    const part = own[group] as number
    order[group] = next[part] as number
    next[part] = (next[part] as number) + 1
  }
  return order
}

/** Part by part, each with the values of all arguments behind what it has of its own. */
export function appendValues(parts: readonly ArrayBuffer[], counts: Uint32Array, kept: OrderedValues[]): ArrayBuffer[] {
  let firstGroup = 0
  const firstValues = kept.map(() => 0)
  return parts.map((own, p) => {
    const groups = counts[p] as number
    const ranges = kept.map((each, k): ValueRange => {
      const firstValue = firstValues[k] as number
      const values = sum(each.counts, firstGroup, groups)
      firstValues[k] = firstValue + values
      return { firstGroup, groups, firstValue, values }
    })
    const bytes = ranges.reduce((size, { values }) => size + countBytes(groups) + values * 8, own.byteLength)
    const part = new ArrayBuffer(bytes)
    new Uint8Array(part).set(new Uint8Array(own))
    let at = own.byteLength
    ranges.forEach((range, k) => {
      const each = kept[k] as OrderedValues
      new Int32Array(part, at, groups).set(each.counts.subarray(firstGroup, firstGroup + groups))
      at += countBytes(groups)
      each.copy(range, new Float64Array(part, at, range.values))
      at += range.values * 8
    })
    firstGroup += groups
    return part
  })
}

/** The values of each argument in the bytes of a part of so many groups, from `at` on. */
export function* valuesIn(
  part: ArrayBuffer,
  at: number,
  groups: number,
): Generator<{ counts: Int32Array; values: Float64Array }> {
  for (let next = at; next < part.byteLength; ) {
    const counts = new Int32Array(part, next, groups)
    next += countBytes(groups)
    const values = new Float64Array(part, next, sum(counts, 0, groups))
    next += values.byteLength
    yield { counts, values }
  }
}

/** Whole words, so that the values behind are aligned. */
function countBytes(groups: number): number {
  return Math.ceil(groups / 2) * 8
}

function sum(counts: Int32Array, from: number, length: number): number {
  let total = 0
  for (let i = from; i < from + length; i++) total += counts[i] as number
  return total
}
