/** make_date, last_day, dayname, monthname. */
import {
  add,
  and,
  type Code,
  constant,
  convert,
  type Emitted,
  eq,
  ge,
  gt,
  le,
  lt,
  not,
  or,
  rem,
  select,
  sub,
} from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import { DATE, INT64, VARCHAR, type Value } from '../../model/type.js'
import { civilFromDays, daysFromCivil, daysInMonth, isInfiniteDate } from '../calendar.js'
import { civilCode, dayOfCode, daysFromCivilCode, isFiniteCode } from '../calendar-code.js'
import type { Example, ScalarFunction } from '../definition.js'
import { civilOf, type Moment, momentOf, resolveAnyMoment, resolveMoment } from '../moment.js'
import { firstType, fixed } from '../resolve.js'

/** Years beyond are no dates, whatever the month. */
const lastYear = 5881580n
const firstYear = -5877641n

function dateOf(year: bigint, month: bigint, day: bigint): number {
  const known = year >= firstYear && year <= lastYear && month >= 1n && month <= 12n
  if (known && day >= 1n && day <= BigInt(daysInMonth(Number(year), Number(month)))) {
    const days = daysFromCivil(Number(year), Number(month), Number(day))
    if (!isInfiniteDate(days) && Math.abs(days) < 2147483647) return days
  }
  throw new ChunkQLError('value', `date out of range: ${year}-${month}-${day}`)
}

const i64 = (value: bigint): Code => constant('i64', value)
const i32 = (value: number): Code => constant('i32', value)
const within = (x: Code, lo: bigint, hi: bigint): Code => and(ge(x, i64(lo)), le(x, i64(hi)))

function isLeapCode(year: Code): Code {
  const divides = (by: number) => eq(rem(year, i32(by)), i32(0))
  return and(divides(4), or(not(divides(100)), divides(400)))
}

function daysInMonthCode(year: Code, month: Code): Code {
  const isShort = [4, 6, 9, 11].map((short) => eq(month, i32(short))).reduce(or)
  const february = select(isLeapCode(year), i32(29), i32(28))
  return select(eq(month, i32(2)), february, select(isShort, i32(30), i32(31)))
}

function dateCode(year: Code, month: Code, day: Code): Emitted {
  const known = and(within(year, firstYear, lastYear), and(within(month, 1n, 12n), within(day, 1n, 31n)))
  const [y, m, d] = [year, month, day].map((part) => convert('i32', part)) as [Code, Code, Code]
  const days = daysFromCivilCode(y, m, d)
  // The first and the last year are not whole: what passes their ends wraps to the other side of 1970.
  const wrapped = or(and(gt(y, i32(0)), lt(days, i32(-800000))), and(lt(y, i32(0)), gt(days, i32(800000))))
  const outside = or(wrapped, not(and(isFiniteCode(days), gt(days, i32(-2147483647)))))
  const when = not(and(known, and(le(d, daysInMonthCode(y, m)), not(outside))))
  return { value: days, errors: [{ when, message: 'date out of range' }] }
}

export const makeDate: ScalarFunction = {
  name: 'make_date',
  summary: 'Makes a date of year, month and day.',
  usage: 'make_date(year, month, day)',
  category: 'date',
  resolve: fixed([INT64, INT64, INT64], DATE),
  evaluate: () => (year, month, day) => dateOf(year as bigint, month as bigint, day as bigint),
  emit: ([year, month, day]) => year && month && day && dateCode(year.value, month.value, day.value),
  examples: [{ sql: 'make_date(2020, 2, 29)', result: '2020-02-29' }],
}

function lastDayOf(days: number): number {
  const { year, month } = civilFromDays(days)
  const last = daysFromCivil(year, month, daysInMonth(year, month))
  if (isInfiniteDate(last)) throw new ChunkQLError('value', 'date out of range')
  return last
}

export const lastDay: ScalarFunction = {
  name: 'last_day',
  summary: 'Gives the last day of the month.',
  usage: 'last_day(date or timestamp)',
  category: 'date',
  resolve: resolveMoment(DATE),
  evaluate: (signature) => {
    const type = firstType(signature)
    return (value = null) => {
      const moment = momentOf(value, type)
      return moment ? lastDayOf(moment.days) : null
    }
  },
  emit: ([arg]) => {
    if (!arg) return undefined
    const days = arg.value.type === 'i32' ? arg.value : dayOfCode(arg.value)
    const { year, month, day } = civilCode(days)
    const left = sub(daysInMonthCode(year, month), day)
    const value = add(days, left)
    const when = or(lt(value, days), eq(value, i32(2147483647)))
    return { value, valid: isFiniteCode(arg.value), errors: [{ when, message: 'date out of range' }] }
  },
  examples: [{ sql: "last_day(DATE '2020-02-10')", result: '2020-02-29' }],
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const monthNames = 'January February March April May June July August September October November December'.split(' ')

function naming(
  name: string,
  summary: string,
  nameOf: (moment: Moment) => string | undefined,
  example: Example,
  resolve = resolveMoment(VARCHAR),
): ScalarFunction {
  return {
    name,
    summary,
    usage: `${name}(date or timestamp)`,
    category: 'date',
    resolve,
    evaluate: (signature) => {
      const type = firstType(signature)
      return (value = null): Value => {
        const moment = momentOf(value, type)
        return (moment && nameOf(moment)) ?? null
      }
    },
    examples: [example],
  }
}

export const dayName = naming(
  'dayname',
  'Names the day of the week in English.',
  ({ days }) => weekdays[(((days + 4) % 7) + 7) % 7],
  {
    sql: "dayname(DATE '2020-05-17')",
    result: 'Sunday',
  },
)

export const monthName = naming(
  'monthname',
  'Names the month in English.',
  (moment) => monthNames[civilOf(moment).month - 1],
  {
    sql: "monthname(DATE '2020-05-17')",
    result: 'May',
  },
  resolveAnyMoment(VARCHAR),
)
