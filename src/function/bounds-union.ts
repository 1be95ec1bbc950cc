/** The union of two intervals. Called where one of several values may be the result: CASE, COALESCE, greatest. */
import type { Interval } from '../model/interval.js'
import type { Value } from '../model/type.js'
import { compareValues } from './order.js'

/** What holds for values of the one or of the other. */
export function either(a: Interval | undefined, b: Interval): Interval {
  if (!a) return b
  const flags = { mayBeNull: a.mayBeNull || b.mayBeNull, mayBeNaN: a.mayBeNaN || b.mayBeNaN }
  if (a.empty) return { ...b, ...flags }
  if (b.empty) return { ...a, ...flags }
  return { lo: end(a.lo, b.lo, -1), hi: end(a.hi, b.hi, 1), ...flags }
}

function end(a: Value | undefined, b: Value | undefined, sign: number): Value | undefined {
  if (a === undefined || b === undefined) return undefined
  return compareValues(a, b) * sign > 0 ? a : b
}
