/** A date or a timestamp seen as a day and a time of that day, as values and as code. Called by the date functions. */
import { type Code, constant, convert, div } from '../model/code.js'
import { DATE, TIMESTAMP, type Type, type Value } from '../model/type.js'
import { type CivilDate, civilFromDays, dayOf, isInfiniteDate, isInfiniteTimestamp, timeOf } from './calendar.js'
import { type CivilCode, civilCode, dayOfCode, timeOfCode } from './calendar-code.js'
import type { Argument, Signature } from './definition.js'

export interface Moment {
  /** Since 1970. */
  readonly days: number
  /** Microseconds since midnight. */
  readonly time: number
}

/** The moment of a date or timestamp; undefined for the infinite ones. */
export function momentOf(value: Value, type: Type): Moment | undefined {
  if (type.kind === 'date') {
    const days = value as number
    return isInfiniteDate(days) ? undefined : { days, time: 0 }
  }
  const microseconds = value as bigint
  return isInfiniteTimestamp(microseconds) ? undefined : { days: dayOf(microseconds), time: timeOf(microseconds) }
}

export function civilOf({ days }: Moment): CivilDate {
  return civilFromDays(days)
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
