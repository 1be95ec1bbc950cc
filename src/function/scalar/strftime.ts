/** strftime: a moment as text in a format of its own. */
import { ChunkQLError } from '../../model/error.js'
import { TIMESTAMP, VARCHAR, type Value } from '../../model/type.js'
import { valueText } from '../../model/value-text.js'
import { civilFromDays, daysFromCivil } from '../calendar.js'
import type { Argument, ScalarFunction } from '../definition.js'
import { civilOf, firstOfMonth, type Moment, momentOf, momentType } from '../moment.js'
import { accepts } from '../resolve.js'

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'January February March April May June July August September October November December'.split(' ')

const modulo = (value: number, by: number): number => value - by * Math.floor(value / by)
const pad = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0')

const weekdayOf = ({ days }: Moment): number => modulo(days + 4, 7)
const yearDayOf = (moment: Moment): number => moment.days - firstOfMonth(civilOf(moment).year, 1, moment) + 1
const hourOf = ({ time }: Moment): number => Math.floor(time / 3.6e9)
const minuteOf = ({ time }: Moment): number => Math.floor(time / 6e7) % 60
const secondOf = ({ time }: Moment): number => Math.floor(time / 1e6) % 60
const twelfthOf = (moment: Moment): number => ((hourOf(moment) + 11) % 12) + 1

/** Weeks begin on the first Sunday, or Monday, of the year. */
const weekFrom = (first: 0 | 1, moment: Moment): number =>
  Math.floor((yearDayOf(moment) + 6 - modulo(weekdayOf(moment) - first, 7)) / 7)

const isoYear = ({ days }: Moment): number => civilFromDays(days + 3 - modulo(days + 3, 7)).year
const isoWeek = (moment: Moment): number => {
  const thursday = moment.days + 3 - modulo(moment.days + 3, 7)
  return Math.floor((thursday - daysFromCivil(isoYear(moment), 1, 1)) / 7) + 1
}

interface Specifier {
  readonly of: (moment: Moment) => string
  /** Says something of the days of the week, which other calendars have not. */
  readonly ofWeek?: true
}

const plain = (of: Specifier['of']): Specifier => ({ of })
const weekly = (of: Specifier['of']): Specifier => ({ of, ofWeek: true })
const number = (width: number, of: (moment: Moment) => number) => plain((moment) => pad(of(moment), width))

const specifiers: Readonly<Record<string, Specifier>> = {
  a: weekly((moment) => (weekdays[weekdayOf(moment)] as string).slice(0, 3)),
  A: weekly((moment) => weekdays[weekdayOf(moment)] as string),
  w: weekly((moment) => String(weekdayOf(moment))),
  u: weekly((moment) => String(weekdayOf(moment) || 7)),
  d: number(2, (moment) => civilOf(moment).day),
  '-d': number(1, (moment) => civilOf(moment).day),
  b: plain((moment) => (months[civilOf(moment).month - 1] as string).slice(0, 3)),
  h: plain((moment) => (months[civilOf(moment).month - 1] as string).slice(0, 3)),
  B: plain((moment) => months[civilOf(moment).month - 1] as string),
  m: number(2, (moment) => civilOf(moment).month),
  '-m': number(1, (moment) => civilOf(moment).month),
  y: number(2, (moment) => Math.abs(civilOf(moment).year) % 100),
  '-y': number(1, (moment) => Math.abs(civilOf(moment).year) % 100),
  Y: number(4, (moment) => civilOf(moment).year),
  H: number(2, hourOf),
  '-H': number(1, hourOf),
  I: number(2, twelfthOf),
  '-I': number(1, twelfthOf),
  p: plain((moment) => (hourOf(moment) < 12 ? 'AM' : 'PM')),
  M: number(2, minuteOf),
  '-M': number(1, minuteOf),
  S: number(2, secondOf),
  '-S': number(1, secondOf),
  f: number(6, ({ time }) => time % 1e6),
  n: number(6, ({ time }) => time % 1e6),
  g: number(3, ({ time }) => Math.floor((time % 1e6) / 1000)),
  z: plain(() => '+00'),
  Z: plain(() => ''),
  j: number(3, yearDayOf),
  '-j': number(1, yearDayOf),
  U: weekly((moment) => pad(weekFrom(0, moment), 2)),
  W: weekly((moment) => pad(weekFrom(1, moment), 2)),
  G: weekly((moment) => pad(isoYear(moment), 4)),
  V: weekly((moment) => pad(isoWeek(moment), 2)),
  '%': plain(() => '%'),
}

const composed: Readonly<Record<string, string>> = { c: '%Y-%m-%d %H:%M:%S', x: '%Y-%m-%d', X: '%H:%M:%S' }

type Part = string | Specifier

function partsOf(format: string): readonly Part[] {
  if (format === '') throw new ChunkQLError('value', 'a format of strftime cannot be empty')
  const whole = format.replace(/%([cxX%])/g, (found, letter: string) => composed[letter] ?? found)
  return whole.split(/(%-?.?)/s).map((part, index): Part => {
    if (index % 2 === 0) return part
    const specifier = specifiers[part.slice(1)]
    if (specifier) return specifier
    throw new ChunkQLError('value', `strftime does not know ${part}`, {
      hint: `It knows ${Object.keys({ ...specifiers, ...composed })
        .map((letter) => `%${letter}`)
        .join(' ')}`,
    })
  })
}

function textOf(parts: readonly Part[], moment: Moment): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      if (!part.ofWeek || !moment.calendar) return part.of(moment)
      throw new ChunkQLError('value', 'the days of this calendar belong to no week')
    })
    .join('')
}

const anyMoment = (arg: Argument | undefined) => arg && (arg.type.kind === 'calendar' ? arg.type : momentType(arg))

export const strftime: ScalarFunction = {
  name: 'strftime',
  summary: 'Writes a date or timestamp in a format: %Y %m %d %H %M %S %j %B and others.',
  usage: "strftime(date or timestamp, '%Y-%m')",
  category: 'date',
  resolve: ([moment, format, ...rest]) => {
    if (rest.length > 0) return undefined
    const type = anyMoment(moment)
    if (type && accepts(format, VARCHAR)) return { args: [type, VARCHAR], result: VARCHAR }
    const second = anyMoment(format)
    return second && accepts(moment, VARCHAR) ? { args: [VARCHAR, second], result: VARCHAR } : undefined
  },
  evaluate: ({ args: [first = TIMESTAMP, second = VARCHAR] }) => {
    const type = first.kind === 'varchar' ? second : first
    const known = new Map<string, readonly Part[]>()
    const write = (format: string, value: Value): Value => {
      const parts = known.get(format) ?? partsOf(format)
      known.set(format, parts)
      const moment = momentOf(value, type)
      return moment ? textOf(parts, moment) : valueText(type, value as bigint)
    }
    if (first.kind === 'varchar') return (format, value = null) => write(format as string, value)
    return (value = null, format = null) => write(format as string, value)
  },
  examples: [
    { sql: "strftime(DATE '2020-05-17', '%d %B %Y')", result: '17 May 2020' },
    { sql: "strftime(TIMESTAMP '2020-05-17 13:04:05', '%H:%M')", result: '13:04' },
  ],
}
