/**
 * Ranges of numbers under arithmetic. Floats are computed with the same rounding as the values, which is monotone, so that
 * ends need no widening; what may overflow an integer type is unknown (the row would be an error, or wrap under a NULL).
 */
import type { Interval } from '../model/interval.js'
import { integerFacts, isFloat, type Type, type Value } from '../model/type.js'
import { compareValues } from './order.js'

type End = number | bigint

/** Both ends known, or undefined. Infinite floats count as known. */
export interface Range {
  readonly lo: End
  readonly hi: End
}

/** The numbers of an interval; unbounded ends of floats are infinite, of integers the limits of the type. */
export function rangeOf(interval: Interval, type: Type): Range | undefined {
  const facts = integerFacts(type)
  const big = facts?.bits === 64
  const least = facts ? (big ? facts.min : Number(facts.min)) : Number.NEGATIVE_INFINITY
  const greatest = facts ? (big ? facts.max : Number(facts.max)) : Number.POSITIVE_INFINITY
  const lo = interval.lo ?? least
  const hi = interval.hi ?? greatest
  return isEnd(lo) && isEnd(hi) ? { lo, hi } : undefined
}

const isEnd = (value: Value): value is End => typeof value === 'number' || typeof value === 'bigint'

/** An interval of a numeric type, or undefined where an end left an integer type. NaN ends mean unbounded. */
export function numericInterval(
  range: Range,
  type: Type,
  flags: Pick<Interval, 'mayBeNull' | 'mayBeNaN'>,
): Interval | undefined {
  const facts = integerFacts(type)
  if (facts && (BigInt(range.lo) < facts.min || BigInt(range.hi) > facts.max)) return undefined
  const end = (value: End) => (typeof value === 'number' && Number.isNaN(value) ? undefined : value)
  return { lo: end(range.lo), hi: end(range.hi), mayBeNull: flags.mayBeNull, mayBeNaN: isFloat(type) && flags.mayBeNaN }
}

/** The flags of a result that is NULL where an argument is, and NaN where an argument is. */
export function mergedFlags(args: readonly Interval[]): Pick<Interval, 'mayBeNull' | 'mayBeNaN'> {
  return { mayBeNull: args.some((arg) => arg.mayBeNull), mayBeNaN: args.some((arg) => arg.mayBeNaN) }
}

/** No number can result: all that stands there is NULL or NaN. */
export function nothing(flags: Pick<Interval, 'mayBeNull' | 'mayBeNaN'>): Interval {
  return { lo: undefined, hi: undefined, ...flags, empty: true }
}

export function endsOf(ends: readonly End[]): Range | undefined {
  const [first] = ends
  if (first === undefined || ends.some((end) => typeof end === 'number' && Number.isNaN(end))) return undefined
  let lo = first
  let hi = first
  for (const end of ends) {
    if (compareValues(end, lo) < 0) lo = end
    if (compareValues(end, hi) > 0) hi = end
  }
  return { lo, hi }
}

export function containsZero({ lo, hi }: Range): boolean {
  return lo <= 0 && hi >= 0
}

export function isInfinite({ lo, hi }: Range): boolean {
  return [lo, hi].some((end) => typeof end === 'number' && !Number.isFinite(end))
}

/** A function that never falls (or never rises) over the whole range; ends keep their order. */
export function monotone(interval: Interval, apply: (end: Value) => Value, falling = false): Interval {
  const lo = interval.lo === undefined ? undefined : apply(interval.lo)
  const hi = interval.hi === undefined ? undefined : apply(interval.hi)
  return falling ? { ...interval, lo: hi, hi: lo } : { ...interval, lo, hi }
}

/** Bounds of an operation that is monotone in each argument between its corners (+ - *). */
export function cornerBounds(
  operation: (a: End, b: End) => End,
): (args: readonly Interval[], signature: { readonly result: Type }) => Interval | undefined {
  return (args, { result }) => {
    const [a, b] = args
    if (!a || !b) return undefined
    const flags = mergedFlags(args)
    const left = rangeOf(a, result)
    const right = rangeOf(b, result)
    if (!left || !right) return undefined
    const mayBeNaN = isFloat(result) && (flags.mayBeNaN || isInfinite(left) || isInfinite(right))
    if (a.empty || b.empty) return nothing({ ...flags, mayBeNaN })
    const round = result.kind === 'float32' ? (end: End) => Math.fround(Number(end)) : (end: End) => end
    const corners = [left.lo, left.hi].flatMap((x) => [right.lo, right.hi].map((y) => round(operation(x, y))))
    const range = endsOf(corners)
    return range && numericInterval(range, result, { ...flags, mayBeNaN })
  }
}
