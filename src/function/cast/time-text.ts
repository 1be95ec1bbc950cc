/** Dates and timestamps read from text, as DuckDB reads them. */
import type { Calendar } from '../../model/calendar.js'
import {
  daysFromCivil,
  daysInMonth,
  infiniteDate,
  infiniteTimestamp,
  isInfiniteDate,
  microsecondsPerDay,
} from '../calendar.js'

const datePattern = /^\s*(-?\d+)([-/\\ ])(\d{1,2})\2(\d{1,2})(?!\d)( \(BC\))?/i
const specialPattern = /^\s*(?:(epoch)|(-?inf)(?:inity)?)\s*$/i
const timePattern = /^(?: +|T)(\d+):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?(?:Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?| UTC)?)?\s*$/

/** A moment of another calendar: it has days of its own. */
export function parseCalendarMoment(text: string, { daysOf }: Calendar): bigint | ParseFailure {
  const match = datePattern.exec(text)
  if (!match || match[5]) return 'format'
  const days = daysOf(Number(match[1]), Number(match[3]), Number(match[4]))
  const time = parseTime(text.slice(match[0].length))
  if (typeof time === 'string') return time
  return days === undefined ? 'range' : withinRange(BigInt(days) * microsecondsPerDay + time)
}

/** What went wrong, for the error of the caller. */
export type ParseFailure = 'format' | 'range'

/** The date at the start of a text; what follows it is ignored, as in DuckDB. */
export function parseDate(text: string): number | ParseFailure {
  const special = specialDays(text)
  if (special !== undefined) return special
  const match = datePattern.exec(text)
  return match ? daysOf(match) : 'format'
}

export function parseTimestamp(text: string): bigint | ParseFailure {
  const special = specialDays(text)
  if (special !== undefined) return special === 0 ? 0n : special > 0 ? infiniteTimestamp : -infiniteTimestamp
  const match = datePattern.exec(text)
  if (!match) return 'format'
  const days = daysOf(match)
  const time = parseTime(text.slice(match[0].length))
  if (typeof days === 'string') return days
  if (typeof time === 'string') return time
  return withinRange(BigInt(days) * microsecondsPerDay + time)
}

function specialDays(text: string): number | undefined {
  const [, epoch, infinite] = specialPattern.exec(text) ?? []
  if (epoch) return 0
  if (infinite) return infinite.startsWith('-') ? -infiniteDate : infiniteDate
  return undefined
}

function daysOf([, yearText, , monthText, dayText, era]: RegExpExecArray): number | ParseFailure {
  const [written, month, day] = [Number(yearText), Number(monthText), Number(dayText)]
  const year = era ? 1 - written : written
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return 'range'
  const days = daysFromCivil(year, month, day)
  return isInfiniteDate(days) ? 'range' : days
}

/** Microseconds since midnight; 24:00:00 is the next one. Offsets from UTC are read and not applied, as in DuckDB. */
function parseTime(text: string): bigint | ParseFailure {
  if (text === '') return 0n
  const match = timePattern.exec(text)
  if (!match) return 'format'
  const [hour, minute, second] = match.slice(1, 4).map((part) => Number(part ?? '0')) as [number, number, number]
  if (minute > 59 || second > 59) return 'format'
  const micros = Number((match[4] ?? '').slice(0, 6).padEnd(6, '0'))
  const time = ((hour * 60 + minute) * 60 + second) * 1e6 + micros
  return time > 86_400_000_000 ? 'range' : BigInt(time)
}

/** The first day whose midnight a timestamp can hold. */
const firstMoment = -106751991n * microsecondsPerDay

function withinRange(microseconds: bigint): bigint | ParseFailure {
  return microseconds < firstMoment || microseconds >= infiniteTimestamp ? 'range' : microseconds
}
