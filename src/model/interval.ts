/** What is known of a value over many cells: its range, and whether NULL or NaN may stand among them. */
import type { Value } from './type.js'

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
