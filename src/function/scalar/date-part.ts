/** year, month, hour and all other parts of dates and timestamps, each also by the name that date_part gives it. */
import { add, type Code, constant, convert, div, gt, mul, rem, select, sub } from '../../model/code.js'
import type { Interval } from '../../model/interval.js'
import { INT64, type Value } from '../../model/type.js'
import { civilFromDays, daysFromCivil } from '../calendar.js'
import { civilCode, daysFromCivilCode, floorDivide, floorRemainder, isFiniteCode } from '../calendar-code.js'
import type { Example, ScalarFunction } from '../definition.js'
import {
  civilOf,
  firstOfMonth,
  type Moment,
  type MomentCode,
  momentCode,
  momentOf,
  resolveAnyMoment,
  resolveMoment,
} from '../moment.js'
import { overloaded } from '../overload.js'
import { firstType } from '../resolve.js'
import type { Unit } from './date-units.js'
import { durationPart } from './duration/part.js'

interface Part {
  readonly name: Unit
  /** Needs the week, which only DATE and TIMESTAMP have. */
  readonly ofWeek?: true
  readonly aliases?: readonly string[]
  readonly summary: string
  of(moment: Moment): number
  /** i32, or i64 where the number is large. */
  code(moment: MomentCode): Code
  /** 'rises': never falls as time goes on. Else the part rises within a cycle, and has this range over all of them. */
  readonly bounds?: 'rises' | { readonly cycle: (moment: Moment) => number; readonly range: readonly [number, number] }
  readonly example: Example
}

const i32 = (value: number): Code => constant('i32', value)
const floorTo = (value: number, by: number): number => Math.floor(value / by)
const modulo = (value: number, by: number): number => value - by * Math.floor(value / by)

const yearOf = (moment: Moment): number => civilOf(moment).year
const monthOf = (moment: Moment): number => yearOf(moment) * 12 + civilOf(moment).month
const dayNumber = ({ days }: Moment): number => days

/** The Thursday of the same ISO week decides to which year the week belongs. */
const thursdayOf = (days: number): number => days + 3 - modulo(days + 3, 7)
const thursdayCode = (days: Code): Code => add(days, sub(i32(3), floorRemainder(add(days, i32(3)), i32(7))))

function weekOf({ days }: Moment): number {
  const thursday = thursdayOf(days)
  return floorTo(thursday - daysFromCivil(civilFromDays(thursday).year, 1, 1), 7) + 1
}

/** 400 years are whole weeks: within them no day overflows. */
const cycleDays = i32(146097)

function weekCode({ days }: MomentCode): Code {
  const thursday = thursdayCode(floorRemainder(days, cycleDays))
  const first = daysFromCivilCode(civilCode(thursday).year, i32(1), i32(1))
  return add(div(sub(thursday, first), i32(7)), i32(1))
}

const isoYearOf = ({ days }: Moment): number => civilFromDays(thursdayOf(days)).year
const isoYearCode = ({ days }: MomentCode): Code =>
  add(civilCode(thursdayCode(floorRemainder(days, cycleDays))).year, mul(floorDivide(days, cycleDays), i32(400)))

/** Centuries and millennia are counted from the year 1 on, and before it backwards from -1. */
const ageOf = (year: number, span: number): number =>
  year > 0 ? floorTo(year - 1, span) + 1 : Math.trunc(year / span) - 1

function ageCode(year: Code, span: number): Code {
  const after = add(div(sub(year, i32(1)), i32(span)), i32(1))
  return select(gt(year, i32(0)), after, sub(div(year, i32(span)), i32(1)))
}

const quarterOf = (month: number): number => floorTo(month - 1, 3) + 1

const parts: readonly Part[] = [
  {
    name: 'year',
    summary: 'Gives the year; the one before 1 is 0.',
    of: yearOf,
    code: ({ civil }) => civil.year,
    bounds: 'rises',
    example: { sql: "year(DATE '2020-05-17')", result: '2020' },
  },
  {
    name: 'quarter',
    summary: 'Gives the quarter of the year, from 1 to 4.',
    of: (moment) => quarterOf(civilOf(moment).month),
    code: ({ civil }) => add(div(sub(civil.month, i32(1)), i32(3)), i32(1)),
    bounds: { cycle: yearOf, range: [1, 4] },
    example: { sql: "quarter(DATE '2020-05-17')", result: '2' },
  },
  {
    name: 'month',
    summary: 'Gives the month, from 1 to 12.',
    of: (moment) => civilOf(moment).month,
    code: ({ civil }) => civil.month,
    bounds: { cycle: yearOf, range: [1, 12] },
    example: { sql: "month(DATE '2020-05-17')", result: '5' },
  },
  {
    name: 'week',
    ofWeek: true,
    aliases: ['weekofyear'],
    summary: 'Gives the ISO week of the year, from 1 to 53: the first one holds the first Thursday.',
    of: weekOf,
    code: weekCode,
    bounds: { cycle: isoYearOf, range: [1, 53] },
    example: { sql: "week(DATE '2021-01-01')", result: '53' },
  },
  {
    name: 'day',
    aliases: ['dayofmonth'],
    summary: 'Gives the day of the month, from 1 to 31.',
    of: (moment) => civilOf(moment).day,
    code: ({ civil }) => civil.day,
    bounds: { cycle: monthOf, range: [1, 31] },
    example: { sql: "day(DATE '2020-05-17')", result: '17' },
  },
  {
    name: 'dayofyear',
    summary: 'Gives the day of the year, from 1 to 366.',
    of: (moment) => moment.days - firstOfMonth(yearOf(moment), 1, moment) + 1,
    code: ({ days, civil }) => add(sub(days, daysFromCivilCode(civil.year, i32(1), i32(1))), i32(1)),
    bounds: { cycle: yearOf, range: [1, 366] },
    example: { sql: "dayofyear(DATE '2020-05-17')", result: '138' },
  },
  {
    name: 'dayofweek',
    ofWeek: true,
    aliases: ['weekday'],
    summary: 'Gives the day of the week, from 0 for Sunday to 6 for Saturday.',
    of: ({ days }) => modulo(days + 4, 7),
    code: ({ days }) => floorRemainder(add(floorRemainder(days, i32(7)), i32(4)), i32(7)),
    bounds: { cycle: ({ days }) => floorTo(days + 4, 7), range: [0, 6] },
    example: { sql: "dayofweek(DATE '2020-05-17')", result: '0' },
  },
  {
    name: 'isodow',
    ofWeek: true,
    summary: 'Gives the day of the week, from 1 for Monday to 7 for Sunday.',
    of: ({ days }) => modulo(days + 3, 7) + 1,
    code: ({ days }) => add(floorRemainder(add(floorRemainder(days, i32(7)), i32(3)), i32(7)), i32(1)),
    bounds: { cycle: ({ days }) => floorTo(days + 3, 7), range: [1, 7] },
    example: { sql: "isodow(DATE '2020-05-17')", result: '7' },
  },
  {
    name: 'hour',
    summary: 'Gives the hour, from 0 to 23.',
    of: ({ time }) => floorTo(time, 3.6e9),
    code: ({ seconds }) => div(seconds, i32(3600)),
    bounds: { cycle: dayNumber, range: [0, 23] },
    example: { sql: "hour(TIMESTAMP '2020-05-17 12:34:56')", result: '12' },
  },
  {
    name: 'minute',
    summary: 'Gives the minute, from 0 to 59.',
    of: ({ time }) => floorTo(time, 6e7) % 60,
    code: ({ seconds }) => rem(div(seconds, i32(60)), i32(60)),
    bounds: { cycle: ({ days, time }) => days * 24 + floorTo(time, 3.6e9), range: [0, 59] },
    example: { sql: "minute(TIMESTAMP '2020-05-17 12:34:56')", result: '34' },
  },
  {
    name: 'second',
    summary: 'Gives the whole second, from 0 to 59.',
    of: ({ time }) => floorTo(time, 1e6) % 60,
    code: ({ seconds }) => rem(seconds, i32(60)),
    bounds: { cycle: ({ days, time }) => days * 1440 + floorTo(time, 6e7), range: [0, 59] },
    example: { sql: "second(TIMESTAMP '2020-05-17 12:34:56')", result: '56' },
  },
  {
    name: 'millisecond',
    summary: 'Gives the milliseconds of the minute, whole seconds included.',
    of: ({ time }) => floorTo(time % 6e7, 1000),
    code: ({ time }) => div(convert('i32', rem(time, constant('i64', 60_000_000n))), i32(1000)),
    bounds: { cycle: ({ days, time }) => days * 1440 + floorTo(time, 6e7), range: [0, 59999] },
    example: { sql: "millisecond(TIMESTAMP '2020-05-17 12:34:56.789')", result: '56789' },
  },
  {
    name: 'microsecond',
    summary: 'Gives the microseconds of the minute, whole seconds included.',
    of: ({ time }) => time % 6e7,
    code: ({ time }) => convert('i32', rem(time, constant('i64', 60_000_000n))),
    bounds: { cycle: ({ days, time }) => days * 1440 + floorTo(time, 6e7), range: [0, 59999999] },
    example: { sql: "microsecond(TIMESTAMP '2020-05-17 12:34:56.789')", result: '56789000' },
  },
  {
    name: 'decade',
    summary: 'Gives the year by ten.',
    of: (moment) => Math.trunc(yearOf(moment) / 10) + 0,
    code: ({ civil }) => div(civil.year, i32(10)),
    bounds: 'rises',
    example: { sql: "decade(DATE '2020-05-17')", result: '202' },
  },
  {
    name: 'century',
    summary: 'Gives the century; the 21st began with 2001.',
    of: (moment) => ageOf(yearOf(moment), 100),
    code: ({ civil }) => ageCode(civil.year, 100),
    bounds: 'rises',
    example: { sql: "century(DATE '2000-05-17')", result: '20' },
  },
  {
    name: 'millennium',
    summary: 'Gives the millennium; the third began with 2001.',
    of: (moment) => ageOf(yearOf(moment), 1000),
    code: ({ civil }) => ageCode(civil.year, 1000),
    bounds: 'rises',
    example: { sql: "millennium(DATE '2000-05-17')", result: '2' },
  },
  {
    name: 'isoyear',
    ofWeek: true,
    summary: 'Gives the year to which the ISO week belongs.',
    of: isoYearOf,
    code: isoYearCode,
    bounds: 'rises',
    example: { sql: "isoyear(DATE '2021-01-01')", result: '2020' },
  },
  {
    name: 'yearweek',
    ofWeek: true,
    summary: 'Gives ISO year and week in one number.',
    of: (moment) => isoYearOf(moment) * 100 + Math.sign(isoYearOf(moment) || -1) * weekOf(moment),
    code: (moment) => {
      const [year, week] = [isoYearCode(moment), weekCode(moment)]
      return add(mul(year, i32(100)), select(gt(year, i32(0)), week, sub(i32(0), week)))
    },
    example: { sql: "yearweek(DATE '2021-01-01')", result: '202053' },
  },
  {
    name: 'era',
    summary: 'Is 1 from the year 1 on and 0 before it.',
    of: (moment) => (yearOf(moment) > 0 ? 1 : 0),
    code: ({ civil }) => select(gt(civil.year, i32(0)), i32(1), i32(0)),
    bounds: 'rises',
    example: { sql: "era(DATE '2020-05-17')", result: '1' },
  },
]

const partFunction = (part: Part): ScalarFunction => ({
  name: part.name,
  ...(part.aliases && { aliases: part.aliases }),
  summary: part.summary,
  usage: `${part.name}(date or timestamp)`,
  category: 'date',
  resolve: part.ofWeek ? resolveMoment(INT64) : resolveAnyMoment(INT64),
  evaluate: (signature) => {
    const type = firstType(signature)
    return (value = null) => {
      const moment = momentOf(value, type)
      return moment ? BigInt(part.of(moment)) : null
    }
  },
  emit: ([arg], signature) => {
    if (!arg || firstType(signature).kind === 'calendar') return undefined
    return { value: convert('i64', part.code(momentCode(arg.value))), valid: isFiniteCode(arg.value) }
  },
  bounds: ([arg], signature) => {
    const type = firstType(signature)
    return arg && partBounds(arg, part, (end) => momentOf(end, type))
  },
  examples: [part.example],
})

export const dateParts: readonly ScalarFunction[] = parts.map((part) =>
  overloaded(partFunction(part), ...durationPart(part.name)),
)

/** Infinite dates have no parts: they give NULL. */
function partBounds(arg: Interval, part: Part, momentAt: (end: Value) => Moment | undefined): Interval | undefined {
  if (!part.bounds) return undefined
  if (arg.empty) return { ...arg, mayBeNaN: false }
  const [from, to] = [arg.lo, arg.hi].map((end) => (end === undefined ? undefined : momentAt(end)))
  const flags = { mayBeNull: arg.mayBeNull || !from || !to, mayBeNaN: false }
  const end = (moment: Moment | undefined) => moment && BigInt(part.of(moment))
  if (part.bounds === 'rises') return { lo: end(from), hi: end(to), ...flags }
  const { cycle, range } = part.bounds
  if (from && to && cycle(from) === cycle(to)) return { lo: end(from), hi: end(to), ...flags }
  return { lo: BigInt(range[0]), hi: BigInt(range[1]), ...flags }
}
