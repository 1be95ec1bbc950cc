/** Values kept by group, where groups are divided: the groups' own order becomes that of the parts. Called by `divide.ts` and what merges. */
import type { Machine } from '../kernel/machine.js'
import { evenBytes, type Tail } from './tail.js'

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

/** Of an argument, part by part. */
export function valueTails(kept: OrderedValues, partCounts: Uint32Array): Tail[] {
  let [firstGroup, firstValue] = [0, 0]
  return Array.from(partCounts, (groups) => {
    const range = { firstGroup, groups, firstValue, values: sum(kept.counts, firstGroup, groups) }
    firstGroup += groups
    firstValue += range.values
    return valueTail(kept, range)
  })
}

function valueTail({ counts, copy }: OrderedValues, range: ValueRange): Tail {
  const { firstGroup, groups, values } = range
  return {
    bytes: evenBytes(groups) + values * 8,
    write(part, at) {
      new Int32Array(part, at, groups).set(counts.subarray(firstGroup, firstGroup + groups))
      copy(range, new Float64Array(part, at + evenBytes(groups), values))
    },
  }
}

/** The values of each argument in the bytes of a part of so many groups, from `at` on. */
export function* valuesIn(
  part: ArrayBuffer,
  at: number,
  groups: number,
): Generator<{ counts: Int32Array; values: Float64Array }> {
  for (let next = at; next < part.byteLength; ) {
    const counts = new Int32Array(part, next, groups)
    next += evenBytes(groups)
    const values = new Float64Array(part, next, sum(counts, 0, groups))
    next += values.byteLength
    yield { counts, values }
  }
}

function sum(counts: Int32Array, from: number, length: number): number {
  let total = 0
  for (let i = from; i < from + length; i++) total += counts[i] as number
  return total
}
