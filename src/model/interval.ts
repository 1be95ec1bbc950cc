/** What is known of a value over many cells: its range, and whether NULL or NaN may stand among them. */
import type { Value } from './type.js'
import type { Vector } from './vector.js'

/**
 * Every non-NULL, non-NaN value v has lo <= v <= hi (numbers, bigints for 64-bit types, strings, booleans with false < true).
 * lo or hi undefined = unbounded on that side. `empty`: no such value can stand there (all are NULL or NaN).
 */
export interface Interval {
  readonly lo: Value | undefined
  readonly hi: Value | undefined
  readonly mayBeNull: boolean
  readonly mayBeNaN: boolean
  readonly empty?: true | undefined
}

export const UNKNOWN: Interval = { lo: undefined, hi: undefined, mayBeNull: true, mayBeNaN: true }

export function pointInterval(value: Value): Interval {
  if (value === null) return { lo: undefined, hi: undefined, mayBeNull: true, mayBeNaN: false, empty: true }
  if (typeof value === 'number' && Number.isNaN(value)) {
    return { lo: undefined, hi: undefined, mayBeNull: false, mayBeNaN: true, empty: true }
  }
  return { lo: value, hi: value, mayBeNull: false, mayBeNaN: false }
}

/** Whether a predicate with these bounds can be true somewhere, and whether it is true everywhere. */
export function truth(interval: Interval): { readonly possible: boolean; readonly certain: boolean } {
  const possible = !interval.empty && interval.hi !== false
  return { possible, certain: possible && interval.lo === true && !interval.mayBeNull }
}

/** The bounds of rows [start, end) of a vector, by looking at each. */
export function intervalOfRows({ values, valid }: Vector, start: number, end: number): Interval {
  let lo: Value | undefined
  let hi: Value | undefined
  let mayBeNull = false
  let mayBeNaN = false
  for (let row = start; row < end; row++) {
    const value = values[row] as number | bigint | string
    if (valid?.[row] === 0) mayBeNull = true
    else if (typeof value === 'number' && Number.isNaN(value)) mayBeNaN = true
    else {
      if (lo === undefined || value < (lo as typeof value)) lo = value
      if (hi === undefined || value > (hi as typeof value)) hi = value
    }
  }
  return lo === undefined ? { lo, hi, mayBeNull, mayBeNaN, empty: true } : { lo, hi, mayBeNull, mayBeNaN }
}
