/** What is known of some rows of a vector, by looking at each. Called where values along a dimension bound a predicate. */
import type { Interval } from '../model/interval.js'
import { isObjectType, type Value } from '../model/type.js'
import { type Vector, valueAt } from '../model/vector.js'
import { lessValue } from './order.js'

/** The bounds of rows [start, end). */
export function intervalOfRows(vector: Vector, start: number, end: number): Interval {
  // Text, too, has an order of its own, which is not that of JavaScript.
  const isLess = isObjectType(vector.type) ? lessValue : (a: Value, b: Value) => (a as number) < (b as number)
  let lo: Value | undefined
  let hi: Value | undefined
  let mayBeNull = false
  let mayBeNaN = false
  for (let row = start; row < end; row++) {
    const value = valueAt(vector, row)
    if (value === null) mayBeNull = true
    else if (Number.isNaN(value)) mayBeNaN = true
    else {
      if (lo === undefined || isLess(value, lo)) lo = value
      if (hi === undefined || isLess(hi, value)) hi = value
    }
  }
  return lo === undefined ? { lo, hi, mayBeNull, mayBeNaN, empty: true } : { lo, hi, mayBeNull, mayBeNaN }
}
