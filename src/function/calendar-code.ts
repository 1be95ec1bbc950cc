/** The calendar as code: the same arithmetic as calendar.ts on i32 days and i64 microseconds. Called by casts and date functions. */
import {
  add,
  and,
  type Code,
  constant,
  convert,
  div,
  eq,
  le,
  lt,
  mul,
  ne,
  or,
  rem,
  select,
  sub,
} from '../model/code.js'
import { infiniteDate, infiniteTimestamp, microsecondsPerDay } from './calendar.js'

export const days = (value: number): Code => constant('i32', value)
const micros = (value: bigint): Code => constant('i64', value)

export function isInfiniteDateCode(date: Code): Code {
  return or(eq(date, days(infiniteDate)), eq(date, days(-infiniteDate)))
}

export function isInfiniteTimestampCode(moment: Code): Code {
  return or(eq(moment, micros(infiniteTimestamp)), eq(moment, micros(-infiniteTimestamp)))
}

/** Both at once for validity: dates functions give NULL for an infinite argument. */
export function isFiniteCode(value: Code): Code {
  return value.type === 'i64'
    ? and(ne(value, micros(infiniteTimestamp)), ne(value, micros(-infiniteTimestamp)))
    : and(ne(value, days(infiniteDate)), ne(value, days(-infiniteDate)))
}

/** Division by a positive constant, rounded down; the machine's own rounds towards zero. */
export function floorDivide(value: Code, by: Code): Code {
  const zero = constant(value.type, value.type === 'i64' ? 0n : 0)
  const one = constant(value.type, value.type === 'i64' ? 1n : 1)
  return sub(div(value, by), select(lt(rem(value, by), zero), one, zero))
}

/** The remainder of `floorDivide`, never negative. */
export function floorRemainder(value: Code, by: Code): Code {
  const remainder = rem(value, by)
  const zero = constant(value.type, value.type === 'i64' ? 0n : 0)
  return add(remainder, select(lt(remainder, zero), by, zero))
}

/** Days since 1970 of a timestamp, i32. */
export function dayOfCode(moment: Code): Code {
  return convert('i32', floorDivide(moment, micros(microsecondsPerDay)))
}

/** Microseconds since midnight, i64. */
export function timeOfCode(moment: Code): Code {
  return floorRemainder(moment, micros(microsecondsPerDay))
}

export interface CivilCode {
  readonly year: Code
  readonly month: Code
  readonly day: Code
}

/** Year, month and day of i32 days. Whole eras are taken off first, so that no date overflows 32 bits. */
export function civilCode(date: Code): CivilCode {
  const shifted = add(floorRemainder(date, days(146097)), days(719468))
  const era = add(floorDivide(date, days(146097)), div(shifted, days(146097)))
  const dayOfEra = rem(shifted, days(146097))
  const leaps = sub(
    add(sub(dayOfEra, div(dayOfEra, days(1460))), div(dayOfEra, days(36524))),
    div(dayOfEra, days(146096)),
  )
  const yearOfEra = div(leaps, days(365))
  const before = sub(add(mul(yearOfEra, days(365)), div(yearOfEra, days(4))), div(yearOfEra, days(100)))
  const dayOfYear = sub(dayOfEra, before)
  const fromMarch = div(add(mul(dayOfYear, days(5)), days(2)), days(153))
  const day = add(sub(dayOfYear, div(add(mul(fromMarch, days(153)), days(2)), days(5))), days(1))
  const month = select(lt(fromMarch, days(10)), add(fromMarch, days(3)), sub(fromMarch, days(9)))
  const isNextYear = select(le(month, days(2)), days(1), days(0))
  return { year: add(add(yearOfEra, mul(era, days(400))), isNextYear), month, day }
}

/** i32 days of the first of a month; the inverse of `civilCode`. */
export function daysFromCivilCode(year: Code, month: Code, day: Code): Code {
  const isEarly = le(month, days(2))
  const y = select(isEarly, sub(year, days(1)), year)
  const era = floorDivide(y, days(400))
  const yearOfEra = sub(y, mul(era, days(400)))
  const fromMarch = select(isEarly, add(month, days(9)), sub(month, days(3)))
  const dayOfYear = add(div(add(mul(fromMarch, days(153)), days(2)), days(5)), sub(day, days(1)))
  const leaps = sub(div(yearOfEra, days(4)), div(yearOfEra, days(100)))
  const dayOfEra = add(add(mul(yearOfEra, days(365)), leaps), dayOfYear)
  return sub(add(mul(era, days(146097)), dayOfEra), days(719468))
}
