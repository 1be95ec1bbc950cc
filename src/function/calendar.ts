/** The proleptic Gregorian calendar in days and microseconds since 1970-01-01, for every integer. Called by casts and date functions. */

export interface CivilDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

export const microsecondsPerDay = 86_400_000_000n

/** `infinity` as a date and as a timestamp; their negations are `-infinity`. */
export const infiniteDate = 2147483647
export const infiniteTimestamp = 9223372036854775807n

export function isInfiniteDate(days: number): boolean {
  return days >= infiniteDate || days <= -infiniteDate
}

export function isInfiniteTimestamp(microseconds: bigint): boolean {
  return microseconds >= infiniteTimestamp || microseconds <= -infiniteTimestamp
}

/** Years are counted from March, in eras of 400 years, so that the leap day comes last. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** The inverse; months and days beyond their range carry over. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** The day on which a moment falls. */
export function dayOf(microseconds: bigint): number {
  const days = microseconds / microsecondsPerDay
  return Number(microseconds % microsecondsPerDay < 0n ? days - 1n : days)
}

/** Microseconds since midnight. */
export function timeOf(microseconds: bigint): number {
  const time = Number(microseconds % microsecondsPerDay)
  return time < 0 ? time + 86_400_000_000 : time
}
