/** What is known of truth values: comparisons of intervals, and three-valued AND, OR, NOT over what they may be. */
import type { Interval } from '../model/interval.js'
import type { Value } from '../model/type.js'
import { compareValues } from './order.js'

/** Which of the three truth values may stand among the cells. */
export interface Truths {
  readonly mayBeTrue: boolean
  readonly mayBeFalse: boolean
  readonly mayBeNull: boolean
}

export function truthsOf(interval: Interval): Truths {
  return {
    mayBeTrue: !interval.empty && interval.hi !== false,
    mayBeFalse: !interval.empty && interval.lo !== true,
    mayBeNull: interval.mayBeNull,
  }
}

export function intervalOf({ mayBeTrue, mayBeFalse, mayBeNull }: Truths): Interval {
  if (!mayBeTrue && !mayBeFalse) return { lo: undefined, hi: undefined, mayBeNull, mayBeNaN: false, empty: true }
  return { lo: !mayBeFalse, hi: mayBeTrue, mayBeNull, mayBeNaN: false }
}

export function notInterval(interval: Interval): Interval {
  const { mayBeTrue, mayBeFalse, mayBeNull } = truthsOf(interval)
  return intervalOf({ mayBeTrue: mayBeFalse, mayBeFalse: mayBeTrue, mayBeNull })
}

export function andIntervals(intervals: readonly Interval[]): Interval {
  const truths = intervals.map(truthsOf)
  return intervalOf({
    mayBeTrue: truths.every((truth) => truth.mayBeTrue),
    mayBeFalse: truths.some((truth) => truth.mayBeFalse),
    // NULL needs one NULL and no FALSE beside it.
    mayBeNull: truths.some((truth) => truth.mayBeNull) && truths.every((truth) => truth.mayBeNull || truth.mayBeTrue),
  })
}

export function orIntervals(intervals: readonly Interval[]): Interval {
  return notInterval(andIntervals(intervals.map(notInterval)))
}

/** Some value of `a` may come before some value of `b`; and every value of `a` surely before every value of `b`. */
interface Relation {
  readonly possible: boolean
  readonly certain: boolean
}

function compared(a: Interval, b: Interval, relation: Relation): Interval {
  const aNever = a.empty === true && !a.mayBeNaN
  const bNever = b.empty === true && !b.mayBeNaN
  const mayBeNull = a.mayBeNull || b.mayBeNull
  if (aNever || bNever) return intervalOf({ mayBeTrue: false, mayBeFalse: false, mayBeNull })
  return intervalOf({ mayBeTrue: relation.possible, mayBeFalse: !relation.certain, mayBeNull })
}

export function comparesLess(a: Interval, b: Interval): Interval {
  return compared(a, b, { possible: someLess(a, b, false), certain: !someLess(b, a, true) })
}

export function comparesLessOrEqual(a: Interval, b: Interval): Interval {
  return compared(a, b, { possible: someLess(a, b, true), certain: !someLess(b, a, false) })
}

export function comparesEqual(a: Interval, b: Interval): Interval {
  const possible = (a.mayBeNaN && b.mayBeNaN) || (isNumber(a) && isNumber(b) && overlap(a, b))
  const bothNaN = a.empty === true && b.empty === true
  const point = !a.mayBeNaN && !b.mayBeNaN && isPoint(a) && isPoint(b) && compare(a.lo, b.lo) === 0
  return compared(a, b, { possible, certain: bothNaN || point })
}

export function swapped(relation: (a: Interval, b: Interval) => Interval): (a: Interval, b: Interval) => Interval {
  return (a, b) => relation(b, a)
}

/** Whether a value of `a` may be less than one of `b` (or equal to it), NaN being the greatest. */
function someLess(a: Interval, b: Interval, orEqual: boolean): boolean {
  if (b.mayBeNaN && (isNumber(a) || (orEqual && a.mayBeNaN))) return true
  if (!isNumber(a) || !isNumber(b)) return false
  if (a.lo === undefined || b.hi === undefined) return true
  const order = compare(a.lo, b.hi)
  return orEqual ? order <= 0 : order < 0
}

const isNumber = (interval: Interval): boolean => !interval.empty

function isPoint({ lo, hi, empty }: Interval): boolean {
  return !empty && lo !== undefined && hi !== undefined && compare(lo, hi) === 0
}

function overlap(a: Interval, b: Interval): boolean {
  const apart = (hi: Value | undefined, lo: Value | undefined) =>
    hi !== undefined && lo !== undefined && compare(hi, lo) < 0
  return !apart(a.hi, b.lo) && !apart(b.hi, a.lo)
}

/** Ends of one type; numbers and bigints may meet where a bound was computed in the other. */
function compare(a: Value | undefined, b: Value | undefined): number {
  return compareValues(a ?? null, b ?? null)
}
