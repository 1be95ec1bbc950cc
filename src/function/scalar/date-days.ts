/** Dates as day numbers: the two infinite ones stay what they are, all others must stay within the calendar. */
import { add, and, type Code, constant, type Emitted, eq, lt, not, or, select, sub, xor } from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import type { Interval } from '../../model/interval.js'
import { INT32, type Type } from '../../model/type.js'
import { isInfiniteDate } from '../calendar.js'
import { isInfiniteDateCode } from '../calendar-code.js'
import type { Argument } from '../definition.js'
import { canCastImplicitly } from '../unify.js'

/** Whether an argument counts days: an integer that fits INTEGER, or NULL. */
export function isDays(arg: Argument): boolean {
  return arg.type.kind !== 'varchar' && canCastImplicitly(arg, INT32)
}

const message = 'date out of range'

export function addDays(days: number, count: number): number {
  if (isInfiniteDate(days)) return days
  const sum = days + count
  if (isInfiniteDate(sum)) throw new ChunkQLError('value', message)
  return sum
}

/** `plus` tells whether the days are added or taken off. */
export function moveDaysCode(days: Code, count: Code, plus: boolean): Emitted {
  const infinite = isInfiniteDateCode(days)
  const moved = plus ? add(days, count) : sub(days, count)
  const sameSide = plus ? xor(count, moved) : xor(days, count)
  const wrapped = lt(and(xor(days, moved), sameSide), constant('i32', 0))
  const smallest = eq(moved, constant('i32', -2147483648))
  const outside = or(wrapped, or(smallest, isInfiniteDateCode(moved)))
  return { value: select(infinite, days, moved), errors: [{ when: and(not(infinite), outside), message }] }
}

/** Infinite dates do not move: nothing is known where one may be among the dates. */
export function moveDaysBounds(
  args: readonly Interval[],
  bounds: (args: readonly Interval[], signature: { result: Type }) => Interval | undefined,
): Interval | undefined {
  const isOpen = ({ lo, hi }: Interval) => [lo, hi].some((end) => end === undefined || isInfiniteDate(end as number))
  return args.some((arg) => !arg.empty && isOpen(arg)) ? undefined : bounds(args, { result: INT32 })
}
