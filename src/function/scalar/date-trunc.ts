/** date_trunc: the start of the unit of time in which a moment lies. */
import {
  add,
  and,
  type Code,
  constant,
  convert,
  div,
  type Emitted,
  gt,
  lt,
  mul,
  not,
  or,
  select,
  sub,
} from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import type { Interval } from '../../model/interval.js'
import { TIMESTAMP, type Type, type Value } from '../../model/type.js'
import {
  civilFromDays,
  daysFromCivil,
  infiniteTimestamp,
  isInfiniteDate,
  isInfiniteTimestamp,
  microsecondsPerDay,
} from '../calendar.js'
import { civilCode, dayOfCode, daysFromCivilCode, floorRemainder, isFiniteCode } from '../calendar-code.js'
import type { ScalarFunction, Signature } from '../definition.js'
import { civilOf, firstOfMonth, type Moment, momentOf, resolveAnyMoment, resolveMoment } from '../moment.js'
import { overloaded } from '../overload.js'
import { firstType } from '../resolve.js'
import type { Unit } from './date-units.js'
import { durationTruncation } from './duration/part.js'

const i32 = (value: number): Code => constant('i32', value)
const modulo = (value: number, by: number): number => value - by * Math.floor(value / by)

/** The first day of a unit of whole days. */
interface DayUnit {
  first(moment: Moment): number
  firstCode(days: Code): Code
  /** Needs the week, which only DATE and TIMESTAMP have. */
  readonly ofWeek?: true
}

/** Spans of years drop the last digits of the year, towards zero. */
const years = (span: number): DayUnit => ({
  first: (moment) => firstOfMonth(Math.trunc(civilOf(moment).year / span) * span, 1, moment),
  firstCode: (days) => daysFromCivilCode(mul(div(civilCode(days).year, i32(span)), i32(span)), i32(1), i32(1)),
})

const months = (span: number): DayUnit => ({
  first: (moment) => {
    const { year, month } = civilOf(moment)
    return firstOfMonth(year, month - ((month - 1) % span), moment)
  },
  firstCode: (days) => {
    const { year, month } = civilCode(days)
    const start = add(mul(div(sub(month, i32(1)), i32(span)), i32(span)), i32(1))
    return daysFromCivilCode(year, start, i32(1))
  },
})

const monday = (days: number): number => days - modulo(days + 3, 7)
const mondayCode = (days: Code): Code => sub(days, floorRemainder(add(floorRemainder(days, i32(7)), i32(3)), i32(7)))

const weeks: DayUnit = { first: ({ days }) => monday(days), firstCode: mondayCode, ofWeek: true }

/** The Monday of the week that holds January 4th, in the year of this week's Thursday. */
const isoYears: DayUnit = {
  ofWeek: true,
  first: ({ days }) => monday(daysFromCivil(civilFromDays(monday(days) + 3).year, 1, 4)),
  firstCode: (days) => mondayCode(daysFromCivilCode(civilCode(add(mondayCode(days), i32(3))).year, i32(1), i32(4))),
}

const wholeDays: DayUnit = { first: ({ days }) => days, firstCode: (days) => days }
const weekdays: DayUnit = { ...wholeDays, ofWeek: true }

const dayUnits: Partial<Record<Unit, DayUnit>> = {
  millennium: years(1000),
  century: years(100),
  decade: years(10),
  year: years(1),
  isoyear: isoYears,
  quarter: months(3),
  month: months(1),
  week: weeks,
  yearweek: weeks,
  day: wholeDays,
  dayofweek: weekdays,
  isodow: weekdays,
  dayofyear: wholeDays,
  julian: weekdays,
}

/** Microseconds of the units within a day. */
const timeUnits: Partial<Record<Unit, bigint>> = {
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  epoch: 1_000_000n,
  millisecond: 1_000n,
  microsecond: 1n,
}

/** The units that date_trunc knows. */
export const truncatingUnits = [...Object.keys(dayUnits), ...Object.keys(timeUnits)] as readonly Unit[]

/** The days, counted from 1970 either way, whose midnight a timestamp can hold. */
const lastMidnight = 106751991

function midnight(days: number): bigint {
  if (Math.abs(days) > lastMidnight) throw new ChunkQLError('value', outOfRange)
  return BigInt(days) * microsecondsPerDay
}

const outOfRange = 'timestamp out of range'

/** The start as a timestamp; infinite moments stay what they are. */
export function truncate(unit: Unit, type: Type): (value: Value) => Value {
  const day = dayUnits[unit]
  const step = timeUnits[unit] ?? 1n
  if (type.kind === 'date') return (value) => startOfDate(value as number, day)
  if (!day) return (value) => floorTo(value as bigint, step)
  return (value) => {
    const moment = momentOf(value, type)
    return moment ? midnight(day.first(moment)) : value
  }
}

function startOfDate(days: number, unit: DayUnit | undefined): bigint {
  if (isInfiniteDate(days)) return days > 0 ? infiniteTimestamp : -infiniteTimestamp
  return midnight(unit ? unit.first({ days, time: 0 }) : days)
}

function floorTo(microseconds: bigint, step: bigint): bigint {
  if (isInfiniteTimestamp(microseconds)) return microseconds
  const rest = microseconds % step
  const start = microseconds - (rest < 0n ? rest + step : rest)
  if (isInfiniteTimestamp(start)) throw new ChunkQLError('value', outOfRange)
  return start
}

function emitTruncate(unit: Unit, arg: Code, type: Type): Emitted | undefined {
  if (type.kind === 'calendar') return undefined
  const day = dayUnits[unit]
  const finite = isFiniteCode(arg)
  if (type.kind === 'timestamp' && !day) {
    const start = sub(arg, floorRemainder(arg, constant('i64', timeUnits[unit] ?? 1n)))
    // Below the first timestamp it wraps.
    const outside = and(finite, or(gt(start, arg), not(isFiniteCode(start))))
    return { value: select(finite, start, arg), errors: [{ when: outside, message: outOfRange }] }
  }
  const days = type.kind === 'date' ? arg : dayOfCode(arg)
  const first = day ? day.firstCode(days) : days
  const start = mul(convert('i64', first), constant('i64', microsecondsPerDay))
  const outside = and(finite, or(gt(first, i32(lastMidnight)), lt(first, i32(-lastMidnight))))
  return {
    value: select(finite, start, infinityCode(arg)),
    errors: [{ when: outside, message: outOfRange }],
  }
}

function infinityCode(arg: Code): Code {
  if (arg.type === 'i64') return arg
  return select(gt(arg, i32(0)), constant('i64', infiniteTimestamp), constant('i64', -infiniteTimestamp))
}

function truncateBounds(unit: Unit, arg: Interval, type: Type): Interval | undefined {
  const run = truncate(unit, type)
  const end = (value: Value | undefined): Value | undefined => {
    try {
      return value === undefined ? undefined : run(value)
    } catch {
      return undefined
    }
  }
  return { ...arg, lo: end(arg.lo), hi: end(arg.hi), mayBeNaN: false }
}

/** Whether moments of any calendar can be truncated to a unit. */
export function truncatesAnyMoment(unit: Unit): boolean {
  return !dayUnits[unit]?.ofWeek
}

/** A moment of a calendar stays one; all else becomes a timestamp. */
function resolveTruncation(unit: Unit): ScalarFunction['resolve'] {
  if (!truncatesAnyMoment(unit)) return resolveMoment(TIMESTAMP)
  return (args) => resolveAnyMoment(args[0]?.type.kind === 'calendar' ? args[0].type : TIMESTAMP)(args)
}

/** `date_trunc('month', x)` is bound to a function of x alone, which has code; SQL cannot name it otherwise. */
export function truncName(unit: Unit): string {
  return `date_trunc:${unit}`
}

const truncation = (unit: Unit): ScalarFunction => ({
  name: truncName(unit),
  summary: `Gives the start of the ${unit}.`,
  usage: `date_trunc('${unit}', date or timestamp)`,
  category: 'date',
  resolve: resolveTruncation(unit),
  evaluate: (signature: Signature) => truncate(unit, firstType(signature)) as (...args: Value[]) => Value,
  emit: ([arg], signature) => arg && emitTruncate(unit, arg.value, firstType(signature)),
  bounds: ([arg], signature) => arg && truncateBounds(unit, arg, firstType(signature)),
  examples: [],
})

export const truncations: readonly ScalarFunction[] = truncatingUnits.map((unit) =>
  overloaded(truncation(unit), durationTruncation(unit)),
)
