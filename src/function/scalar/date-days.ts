/** Dates as day numbers: the two infinite ones stay what they are, all others must stay within the calendar. */
import { add, and, type Code, constant, type Emitted, eq, lt, not, or, select, xor } from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import { INT32 } from '../../model/type.js'
import type { Argument } from '../definition.js'
import { canCastImplicitly } from '../unify.js'

/** `infinity`; `-infinity` is its negation. No other date uses these numbers, nor -2^31. */
export const infiniteDate = 2147483647

export function isInfiniteDate(days: number): boolean {
  return days >= infiniteDate || days <= -infiniteDate
}

/** Whether an argument counts days: an integer that fits INTEGER. */
export function isDays(arg: Argument): boolean {
  return arg.type.kind !== 'varchar' && arg.type.kind !== 'null' && canCastImplicitly(arg, INT32)
}

const message = 'date out of range'

export function addDays(days: number, count: number): number {
  if (isInfiniteDate(days)) return days
  const sum = days + count
  if (isInfiniteDate(sum)) throw new ChunkQLError('value', message)
  return sum
}

export function isInfiniteDateCode(days: Code): Code {
  return or(eq(days, constant('i32', infiniteDate)), eq(days, constant('i32', -infiniteDate)))
}

export function addDaysCode(days: Code, count: Code): Emitted {
  const infinite = isInfiniteDateCode(days)
  const sum = add(days, count)
  const wrapped = lt(and(xor(days, sum), xor(count, sum)), constant('i32', 0))
  const smallest = eq(sum, constant('i32', -2147483648))
  const outside = or(wrapped, or(smallest, isInfiniteDateCode(sum)))
  return { value: select(infinite, days, sum), errors: [{ when: and(not(infinite), outside), message }] }
}
