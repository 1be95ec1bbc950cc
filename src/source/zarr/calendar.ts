/** Days of the calendars that TIMESTAMP can show, and CF's `<unit> since <date>`. Called by convention.ts and dates.ts. */
import { type CalendarName, calendarNamed } from '../../model/calendar.js'

/** `standard` is Julian before 1582-10-15 and Gregorian from then on. Both are shown as TIMESTAMP. */
export type Calendar = 'standard' | 'proleptic' | CalendarName

export function isOfTimestamp(calendar: Calendar): calendar is 'standard' | 'proleptic' {
  return calendar === 'standard' || calendar === 'proleptic'
}

export interface TimeUnits {
  /** Microseconds of one step are `numerator / denominator`: the denominator is 1000 for nanoseconds, else 1. */
  readonly numerator: bigint
  readonly denominator: bigint
  /** Microseconds from 1970 to the reference date. */
  readonly epoch: bigint
  readonly calendar: Calendar
}

const microsecondsPerDay = 86_400_000_000n
/** Days since 1970 of 1582-10-15, the first Gregorian day. */
const firstGregorianDay = -141_427
export const firstGregorian = BigInt(firstGregorianDay) * microsecondsPerDay

const spellings: readonly (readonly [names: string, numerator: bigint, denominator?: bigint])[] = [
  ['day days d', microsecondsPerDay],
  ['hour hours hr hrs h', 3_600_000_000n],
  ['minute minutes min mins', 60_000_000n],
  ['second seconds sec secs s', 1_000_000n],
  ['millisecond milliseconds millisec millisecs msec msecs ms', 1000n],
  ['microsecond microseconds microsec microsecs us', 1n],
  ['nanosecond nanoseconds nanosec nanosecs ns', 1n, 1000n],
]
const units = new Map(
  spellings.flatMap(([names, numerator, denominator = 1n]) =>
    names.split(' ').map((name) => [name, { numerator, denominator }] as const),
  ),
)

const calendars: Readonly<Record<string, Calendar>> = {
  standard: 'standard',
  gregorian: 'standard',
  proleptic_gregorian: 'proleptic',
  julian: 'julian',
  noleap: 'noleap',
  '365_day': 'noleap',
  all_leap: 'all_leap',
  '366_day': 'all_leap',
  '360_day': '360_day',
}

/** Longer units, in calendars where they have one length. */
const longUnits: Readonly<Record<string, readonly [calendar: Calendar, days: bigint]>> = {
  month: ['360_day', 30n],
  months: ['360_day', 30n],
  common_year: ['noleap', 365n],
  common_years: ['noleap', 365n],
}

function unitOf(name: string, calendar: Calendar) {
  const [only, days] = longUnits[name] ?? []
  const long = days !== undefined && only === calendar
  return long ? { numerator: days * microsecondsPerDay, denominator: 1n } : units.get(name)
}

/** Undefined where the numbers have to stay numbers: another calendar, a unit without fixed length, no date. */
export function parseTimeUnits(text: string, calendarName = 'standard'): TimeUnits | undefined {
  const calendar = calendars[calendarName.toLowerCase()]
  const [, unitName = '', date = ''] = /^\s*(\S+)\s+since\s+(.*?)\s*$/i.exec(text) ?? []
  if (!calendar) return undefined
  const unit = unitOf(unitName.toLowerCase(), calendar)
  const epoch = parseDate(date, calendar)
  return unit && epoch !== undefined ? { ...unit, epoch, calendar } : undefined
}

/** The units that xarray takes for lengths of time. */
const durationUnits = ['days', 'hours', 'minutes', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds']

export function parseDurationUnits(text: string): TimeUnits | undefined {
  const unit = durationUnits.includes(text) ? units.get(text) : undefined
  return unit && { ...unit, epoch: 0n, calendar: 'proleptic' }
}

const datePattern = /^([+-]?\d{1,6})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?/
const compactPattern = /^(\d{4})(\d{2})(\d{2})(?!\d)/
const clockPattern = /^(?:[T\s]+(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?)?)?/
const zonePattern = /^\s*(?:(Z|UTC|GMT)|([+-])(\d{1,2})(?::?(\d{2}))?)?$/i

/** Microseconds since 1970 of `1900-1-1 00:00:0.0`, `2000-01-01T12:00:00Z`, `1992-10-8 15:15:42.5 -6:00`. */
function parseDate(text: string, calendar: Calendar): bigint | undefined {
  const date = compactPattern.exec(text) ?? datePattern.exec(text)
  if (!date) return undefined
  const afterDate = text.slice(date[0].length)
  const clock = clockPattern.exec(afterDate)
  const zone = zonePattern.exec(afterDate.slice(clock?.[0].length ?? 0))
  if (!clock || !zone) return undefined
  const days = dayNumber(Number(date[1]), Number(date[2] ?? 1), Number(date[3] ?? 1), calendar)
  const [hours, minutes, seconds] = [Number(clock[1] ?? 0), Number(clock[2] ?? 0), Number(clock[3] ?? 0)]
  if (days === undefined || hours > 23 || minutes > 59 || seconds > 59) return undefined
  const fraction = BigInt((clock[4] ?? '').padEnd(6, '0').slice(0, 6))
  const offset = (zone[2] === '-' ? -60 : 60) * (Number(zone[3] ?? 0) * 60 + Number(zone[4] ?? 0))
  const wholeSeconds = hours * 3600 + minutes * 60 + seconds - offset
  return BigInt(days) * microsecondsPerDay + BigInt(wholeSeconds) * 1_000_000n + fraction
}

/** Days since 1970, or undefined where the calendar has no such day. */
function dayNumber(year: number, month: number, day: number, calendar: Calendar): number | undefined {
  if (!isOfTimestamp(calendar)) return calendarNamed(calendar).daysOf(year, month, day)
  if (month < 1 || month > 12 || day < 1) return undefined
  // Calendars with Julian years are said to have no year 0, and writers disagree.
  if (calendar === 'standard' && year < 1) return undefined
  const gregorian = gregorianDay(year, month, day)
  const isJulian =
    calendar === 'standard' && (year < 1582 || (year === 1582 && (month < 10 || (month === 10 && day < 5))))
  if (isJulian) return day <= julianMonthDays(year, month) ? julianDay(year, month, day) : undefined
  if (calendar === 'standard' && gregorian < firstGregorianDay) return undefined
  return day <= gregorianMonthDays(year, month) ? gregorian : undefined
}

function gregorianMonthDays(year: number, month: number): number {
  return month === 2 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0)) ? 28 : longestMonth(month)
}

function julianMonthDays(year: number, month: number): number {
  return month === 2 && year % 4 !== 0 ? 28 : longestMonth(month)
}

function longestMonth(month: number): number {
  return month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Years begin in March here, so that the leap day is the last. */
function marchDays(year: number, month: number, day: number): { readonly year: number; readonly days: number } {
  const shifted = month <= 2 ? year - 1 : year
  const days = 365 * shifted + Math.floor(shifted / 4) + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return { year: shifted, days }
}

function gregorianDay(year: number, month: number, day: number): number {
  const march = marchDays(year, month, day)
  return march.days - Math.floor(march.year / 100) + Math.floor(march.year / 400) - 719_468
}

function julianDay(year: number, month: number, day: number): number {
  return marchDays(year, month, day).days - 719_470
}

/**
 * The days from an instant to the timestamp that shows the date which the standard calendar gives to it: before 1582-10-15
 * that is the Julian date. Undefined for the leap days that only the Julian calendar has.
 */
export function julianShift(timestamp: bigint): number | undefined {
  if (timestamp >= firstGregorian) return 0
  const clock = ((timestamp % microsecondsPerDay) + microsecondsPerDay) % microsecondsPerDay
  const day = Number((timestamp - clock) / microsecondsPerDay)
  const { year, month, dayOfMonth } = julianDate(day)
  return dayOfMonth > gregorianMonthDays(year, month) ? undefined : gregorianDay(year, month, dayOfMonth) - day
}

function julianDate(day: number): { year: number; month: number; dayOfMonth: number } {
  const shifted = day + 719_470
  const marchYear = Math.floor((4 * shifted + 3) / 1461)
  const dayOfYear = shifted - Math.floor((1461 * marchYear) / 4)
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return {
    year: month <= 2 ? marchYear + 1 : marchYear,
    month,
    dayOfMonth: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
}

const datetimeUnits: Readonly<Record<string, readonly [bigint, bigint]>> = {
  W: [7n * microsecondsPerDay, 1n],
  D: [microsecondsPerDay, 1n],
  h: [3_600_000_000n, 1n],
  m: [60_000_000n, 1n],
  s: [1_000_000n, 1n],
  ms: [1000n, 1n],
  us: [1n, 1n],
  ns: [1n, 1000n],
  ps: [1n, 1_000_000n],
  fs: [1n, 1_000_000_000n],
  as: [1n, 1_000_000_000_000n],
}

/** NumPy's datetime64 as a count since 1970; undefined for months, years and generic units. */
export function datetimeUnitsOf(unit: string, count: number): TimeUnits | undefined {
  const found = datetimeUnits[unit]
  if (!found || !Number.isSafeInteger(count)) return undefined
  const [numerator, denominator] = found
  const product = numerator * BigInt(count)
  const common = greatestCommonDivisor(product, denominator)
  return { numerator: product / common, denominator: denominator / common, epoch: 0n, calendar: 'proleptic' }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b)
}
