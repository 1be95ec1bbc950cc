/** A date or a timestamp seen as a day and a time of that day, as values and as code. Called by the date functions. */
import { type Calendar, calendarNamed } from '../model/calendar.js'
import { type Code, constant, convert, div } from '../model/code.js'
import { calendarOf, DATE, TIMESTAMP, type Type, type Value } from '../model/type.js'
import {
  type CivilDate,
  civilFromDays,
  dayOf,
  daysFromCivil,
  isInfiniteDate,
  isInfiniteTimestamp,
  timeOf,
} from './calendar.js'
import { type CivilCode, civilCode, dayOfCode, timeOfCode } from './calendar-code.js'
import type { Argument, Signature } from './definition.js'

export interface Moment {
  /** Since 1970. */
  readonly days: number
  /** Microseconds since midnight. */
  readonly time: number
  /** Where it is not the one of DATE and TIMESTAMP. */
  readonly calendar?: Calendar | undefined
}

/** The moment of a date or timestamp; undefined for the infinite ones. */
export function momentOf(value: Value, type: Type): Moment | undefined {
  if (type.kind === 'date') {
    const days = value as number
    return isInfiniteDate(days) ? undefined : { days, time: 0 }
  }
  const microseconds = value as bigint
  if (type.kind === 'calendar') {
    return { days: dayOf(microseconds), time: timeOf(microseconds), calendar: calendarNamed(calendarOf(type)) }
  }
  return isInfiniteTimestamp(microseconds) ? undefined : { days: dayOf(microseconds), time: timeOf(microseconds) }
}

export function civilOf({ days, calendar }: Moment): CivilDate {
  return calendar ? calendar.dateOf(days) : civilFromDays(days)
}

/** The first of a month in the calendar of a moment; the year that a calendar has not is the one before 1. */
export function firstOfMonth(year: number, month: number, { calendar }: Moment): number {
  if (!calendar) return daysFromCivil(year, month, 1)
  return calendar.daysOf(year, month, 1) ?? (calendar.daysOf(-1, month, 1) as number)
}

export interface MomentCode {
  /** i32 */
  readonly days: Code
  /** Seconds since midnight, i32. */
  readonly seconds: Code
  /** Microseconds since midnight, i64. */
  readonly time: Code
  readonly civil: CivilCode
}

export function momentCode(value: Code): MomentCode {
  const isDate = value.type === 'i32'
  const days = isDate ? value : dayOfCode(value)
  const time = isDate ? constant('i64', 0n) : timeOfCode(value)
  const seconds = isDate ? constant('i32', 0) : convert('i32', div(time, constant('i64', 1_000_000n)))
  return { days, time, seconds, civil: civilCode(days) }
}

/** As `resolveMoment`, for functions that know the dates of all calendars. */
export function resolveAnyMoment(result: Type): (args: readonly Argument[]) => Signature | undefined {
  const plain = resolveMoment(result)
  return (args) => {
    const [arg, ...rest] = args
    return arg?.type.kind === 'calendar' && rest.length === 0 ? { args: [arg.type], result } : plain(args)
  }
}

/** One date or timestamp, NULL as a timestamp. */
export function resolveMoment(result: Type): (args: readonly Argument[]) => Signature | undefined {
  return ([arg, ...rest]) => {
    const type = arg && momentType(arg)
    return type && rest.length === 0 ? { args: [type], result } : undefined
  }
}

export function momentType({ type }: Argument): Type | undefined {
  if (type.kind === 'null') return TIMESTAMP
  if (type.kind === 'date') return DATE
  return type.kind === 'timestamp' ? TIMESTAMP : undefined
}
