/** What can be done with lengths of time. Called by the functions over INTERVAL. */

import { type Duration, durationOfMicros, fitsDuration } from '../model/duration.js'
import { ChunkQLError } from '../model/error.js'
import type { Value } from '../model/type.js'
import {
  civilFromDays,
  dayOf,
  daysFromCivil,
  daysInMonth,
  infiniteTimestamp,
  isInfiniteTimestamp,
  microsecondsPerDay,
  timeOf,
} from './calendar.js'

export function asDuration(value: Value | undefined): Duration {
  return value as Duration
}

/** The duration itself, where its parts fit. */
export function checkedDuration(duration: Duration, operation: string): Duration {
  if (fitsDuration(duration)) return duration
  throw new ChunkQLError('value', `overflow in ${operation} of INTERVAL`)
}

export function addDurations(a: Duration, b: Duration, sign: 1 | -1 = 1): Duration {
  const sum = {
    months: a.months + sign * b.months,
    days: a.days + sign * b.days,
    micros: a.micros + BigInt(sign) * b.micros,
  }
  return checkedDuration(sum, sign > 0 ? 'addition' : 'subtraction')
}

const outOfRange = 'timestamp out of range'
const firstMoment = -106751991n * microsecondsPerDay

/** Months first, at most to the last day of the month that is reached; then days, then time. */
export function moveMoment(micros: bigint, { months, days, micros: time }: Duration, sign: 1 | -1): bigint {
  if (isInfiniteTimestamp(micros)) return micros
  const moved = moveMonths(dayOf(micros), sign * months) + sign * days
  return checkedMoment(BigInt(moved) * microsecondsPerDay + BigInt(timeOf(micros)) + BigInt(sign) * time)
}

/** The moment itself, where it is one and not infinite. */
export function checkedMoment(micros: bigint): bigint {
  if (micros < firstMoment || micros >= infiniteTimestamp) throw new ChunkQLError('value', outOfRange)
  return micros
}

export function moveMonths(day: number, months: number): number {
  if (months === 0) return day
  const civil = civilFromDays(day)
  const count = civil.year * 12 + civil.month - 1 + months
  const [year, month] = [Math.floor(count / 12), count - 12 * Math.floor(count / 12) + 1]
  return daysFromCivil(year, month, Math.min(civil.day, daysInMonth(year, month)))
}

export function differenceOf(a: bigint, b: bigint): Duration {
  if (isInfiniteTimestamp(a) || isInfiniteTimestamp(b)) {
    throw new ChunkQLError('value', 'infinite timestamps have no difference')
  }
  return durationOfMicros(a - b)
}

const secondsPerDay = 86400
const toMicrosecond = (seconds: number): number => Math.round(seconds * 1e6) / 1e6

/** What fractions leave over goes from months to days and from days to time, rounded as in PostgreSQL and DuckDB. */
export function scaleDuration({ months, days, micros }: Duration, factor: number, operation: string): Duration {
  const [allMonths, allDays] = [months * factor, days * factor]
  const monthRest = toMicrosecond((allMonths - Math.trunc(allMonths)) * 30)
  const rest = allDays - Math.trunc(allDays) + monthRest - Math.trunc(monthRest)
  const seconds = toMicrosecond(rest * secondsPerDay)
  const carried = Math.trunc(seconds / secondsPerDay)
  const time = Math.round(Number(micros) * factor + (seconds - carried * secondsPerDay) * 1e6)
  if (!Number.isFinite(time)) throw new ChunkQLError('value', `overflow in ${operation} of INTERVAL`)
  const scaled = {
    months: Math.trunc(allMonths),
    days: Math.trunc(allDays) + Math.trunc(monthRest) + carried,
    micros: BigInt(time),
  }
  return checkedDuration(scaled, operation)
}

/** Years, months, days and time between two moments, each counted as people count them. */
export function ageBetween(a: bigint, b: bigint): Duration {
  if (a < b) {
    const { months, days, micros } = ageBetween(b, a)
    return { months: 0 - months, days: 0 - days, micros: -micros }
  }
  if (isInfiniteTimestamp(a) || isInfiniteTimestamp(b)) {
    throw new ChunkQLError('value', 'infinite timestamps have no difference')
  }
  const [later, earlier] = [civilFromDays(dayOf(a)), civilFromDays(dayOf(b))]
  const time = timeOf(a) - timeOf(b)
  const days = later.day - earlier.day - (time < 0 ? 1 : 0)
  const months = (later.year - earlier.year) * 12 + later.month - earlier.month - (days < 0 ? 1 : 0)
  return {
    months,
    days: days < 0 ? days + daysInMonth(earlier.year, earlier.month) : days,
    micros: BigInt(time < 0 ? time + 86_400_000_000 : time),
  }
}
