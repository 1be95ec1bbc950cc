/**
 * The calendars of climate models and of history that TIMESTAMP cannot show, as CF names them. A moment in one of them is
 * a count of microseconds since the 1st of January 1970 of that calendar. Called by the text of values, casts, date
 * functions and by Zarr.
 */
export type CalendarName = 'noleap' | 'all_leap' | '360_day' | 'julian'

export interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

export interface Calendar {
  readonly name: CalendarName
  /** The date of a day, counted from the 1st of January 1970. */
  dateOf(days: number): CalendarDate
  /** The inverse; undefined where the calendar has no such day. */
  daysOf(year: number, month: number, day: number): number | undefined
}

export const calendarNames: readonly CalendarName[] = ['noleap', 'all_leap', '360_day', 'julian']

export function calendarNamed(name: CalendarName): Calendar {
  return calendars[name]
}

/** All years alike: the lengths of the months say it all. There is a year 0. */
function uniform(name: CalendarName, months: readonly number[]): Calendar {
  const starts = months.map((_, month) => months.slice(0, month).reduce((sum, days) => sum + days, 0))
  const length = months.reduce((sum, days) => sum + days, 0)
  return {
    name,
    dateOf(days) {
      const year = Math.floor(days / length)
      const rest = days - year * length
      const month = starts.findLastIndex((start) => start <= rest)
      return { year: 1970 + year, month: month + 1, day: rest - (starts[month] as number) + 1 }
    },
    daysOf(year, month, day) {
      const start = starts[month - 1]
      if (start === undefined || day < 1 || day > (months[month - 1] as number)) return undefined
      return (year - 1970) * length + start + day - 1
    },
  }
}

function withFebruary(days: number): number[] {
  return [31, days, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/** Days of the Julian calendar from the 1st of March of the year 0 to the 1st of January 1970. */
const marchToEpoch = 719_483

/** Every fourth year is a leap year; before the year 1 comes -1. Years are counted from March, so that the leap day is last. */
const julian: Calendar = {
  name: 'julian',
  dateOf(days) {
    const shifted = days + marchToEpoch
    const marchYear = Math.floor((4 * shifted + 3) / 1461)
    const dayOfYear = shifted - Math.floor((1461 * marchYear) / 4)
    const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
    const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    const year = month <= 2 ? marchYear + 1 : marchYear
    const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
    return { year: year > 0 ? year : year - 1, month, day }
  },
  daysOf(written, month, day) {
    if (written === 0 || month < 1 || month > 12 || day < 1) return undefined
    const year = written > 0 ? written : written + 1
    const longest = withFebruary(year % 4 === 0 ? 29 : 28)[month - 1] as number
    if (day > longest) return undefined
    const marchYear = month <= 2 ? year - 1 : year
    const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
    return 365 * marchYear + Math.floor(marchYear / 4) + dayOfYear - marchToEpoch
  },
}

const calendars: Readonly<Record<CalendarName, Calendar>> = {
  noleap: uniform('noleap', withFebruary(28)),
  all_leap: uniform('all_leap', withFebruary(29)),
  '360_day': uniform('360_day', new Array<number>(12).fill(30)),
  julian,
}

const microsecondsPerDay = 86_400_000_000n

/** YYYY-MM-DD HH:MM:SS, and where there is a fraction six digits of it: as cftime prints. */
export function calendarText(name: CalendarName, microseconds: bigint): string {
  const rest = ((microseconds % microsecondsPerDay) + microsecondsPerDay) % microsecondsPerDay
  const { year, month, day } = calendars[name].dateOf(Number((microseconds - rest) / microsecondsPerDay))
  const fraction = Number(rest % 1_000_000n)
  const seconds = Number(rest / 1_000_000n)
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => pad(part, 2))
  const date = `${year < 0 ? '-' : ''}${pad(Math.abs(year), 4)}-${pad(month, 2)}-${pad(day, 2)}`
  return `${date} ${clock.join(':')}${fraction === 0 ? '' : `.${pad(fraction, 6)}`}`
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
