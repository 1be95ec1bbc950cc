/** Explicit and implicit casts between all types: what they mean, their code and their bounds. Called by binder, compiler and interpreter. */
import { calendarNamed } from '../model/calendar.js'
import { constant, convert, type Emitted, gt, lt, mul, not, or, select } from '../model/code.js'
import { ChunkQLError, isChunkQLError } from '../model/error.js'
import type { Interval } from '../model/interval.js'
import {
  calendarOf,
  elementOf,
  integerFacts,
  isFloat,
  isMoment,
  isNumeric,
  isObjectType,
  sameType,
  type Type,
  typeName,
  type Value,
} from '../model/type.js'
import { valueText } from '../model/value-text.js'
import {
  dayOf,
  infiniteDate,
  infiniteTimestamp,
  isInfiniteDate,
  isInfiniteTimestamp,
  microsecondsPerDay,
} from './calendar.js'
import { dayOfCode, isInfiniteDateCode, isInfiniteTimestampCode } from './calendar-code.js'
import { changeCalendar } from './cast/calendar.js'
import { parseDuration } from './cast/duration-text.js'
import { parseList } from './cast/list-text.js'
import { clippedEnd, convertNumber, emitNumber, rangeMessage } from './cast/number.js'
import { parseBoolean, parseFloatText, parseInteger } from './cast/number-text.js'
import { type ParseFailure, parseCalendarMoment, parseDate, parseTimestamp } from './cast/time-text.js'
import { intervalOf } from './interval-logic.js'

export interface CastMeaning {
  /** Takes and gives no NULL, except that an attempted cast gives NULL for an error. */
  evaluate(value: Value): Value
  /** As of a function with nulls 'propagate'. */
  emit(arg: Emitted): Emitted | undefined
  bounds(interval: Interval): Interval | undefined
}

/** Whether CAST(x AS to) exists. */
export function canCast(from: Type, to: Type): boolean {
  if (sameType(from, to)) return true
  const kinds = [from.kind, to.kind]
  if (kinds.includes('list')) return canCastList(from, to)
  if (kinds.includes('blob')) return kinds.includes('varchar') || from.kind === 'null'
  if (kinds.includes('varchar') || from.kind === 'null') return true
  if (kinds.every((kind) => kind === 'date' || kind === 'timestamp' || kind === 'calendar')) return true
  return [from, to].every((type) => type.kind === 'boolean' || isNumeric(type))
}

/** Lists as far as their items; of fixed sizes where these are equal or not known before. */
function canCastList(from: Type, to: Type): boolean {
  if (from.kind === 'null' || to.kind === 'varchar') return true
  if (to.kind !== 'list') return false
  const fits = from.size === undefined || to.size === undefined || from.size === to.size
  return from.kind === 'varchar'
    ? canCast(from, elementOf(to))
    : from.kind === 'list' && fits && canCast(elementOf(from), elementOf(to))
}

/** The meaning of a cast, or undefined where there is none. `attempt`: TRY_CAST. */
export function castMeaning(from: Type, to: Type, attempt = false): CastMeaning | undefined {
  if (!canCast(from, to)) return attempt ? never : undefined
  const evaluate = convertValue(from, to, attempt)
  const plain: CastMeaning = {
    evaluate,
    emit: (arg) => emitCast(arg, from, to),
    bounds: (interval) => castBounds(interval, from, to),
  }
  return attempt ? attempted(plain) : plain
}

/** TRY_CAST between types of which no value is one of the other. */
const never: CastMeaning = { evaluate: () => null, emit: () => undefined, bounds: () => undefined }

function attempted(plain: CastMeaning): CastMeaning {
  return {
    evaluate: (value) => orNull(plain.evaluate, value),
    emit: (arg) => {
      const emitted = plain.emit(arg)
      const [error] = emitted?.errors ?? []
      return emitted && error ? { value: emitted.value, valid: not(error.when) } : emitted
    },
    bounds: (interval) => {
      const bounds = plain.bounds(interval)
      return bounds && { ...bounds, mayBeNull: true }
    },
  }
}

function orNull(evaluate: (value: Value) => Value, value: Value): Value {
  try {
    return evaluate(value)
  } catch (error) {
    if (isChunkQLError(error) && error.code === 'value') return null
    throw error
  }
}

function convertValue(from: Type, to: Type, attempt = false): (value: Value) => Value {
  if (sameType(from, to) || from.kind === 'null') return (value) => value
  if (to.kind === 'list') return convertList(from, to, attempt)
  if (to.kind === 'varchar') return (value) => (value === null ? null : valueText(from, value))
  if (from.kind === 'varchar') return (value) => parseValue(value as string, to)
  if (from.kind === 'calendar' || to.kind === 'calendar') return changeCalendar(from, to)
  if (from.kind === 'date') return (value) => dateToTimestamp(value as number)
  if (from.kind === 'timestamp') return (value) => timestampToDate(value as bigint)
  return convertNumber(from, to)
}

/** Item by item, each attempted by itself; lists of fixed sizes have as many. */
function convertList(from: Type, to: Type, attempt: boolean): (value: Value) => Value {
  const isText = from.kind === 'varchar'
  const item = convertValue(isText ? from : elementOf(from), elementOf(to), attempt)
  const convert = attempt ? (value: Value) => orNull(item, value) : item
  return (value) => {
    const items = isText ? parseList(value as string, to) : (value as readonly Value[])
    if (to.size !== undefined && items.length !== to.size) {
      throw new ChunkQLError('value', `cannot cast a list of ${items.length} items to ${typeName(to)}`)
    }
    return Array.from(items, (item) => (item === null ? null : convert(item)))
  }
}

/** The value of a type that a text spells. */
export function parseValue(text: string, to: Type): Value {
  const value = parsed(text, to)
  if (value !== undefined && value !== 'format' && value !== 'range') return value
  const isMissing = value === 'range' && to.kind === 'calendar'
  const reason = isMissing ? ': it has no such day' : value === 'range' ? ': it is out of range' : ''
  const format = formatOf(to)
  const hint = format && `Write it as ${format}.`
  throw new ChunkQLError('value', `cannot cast '${text}' to ${typeName(to)}${reason}`, { hint })
}

function formatOf(to: Type): string | undefined {
  if (to.kind === 'date') return 'YYYY-MM-DD'
  if (to.kind === 'duration') return '1 year 2 months 3 days 04:05:06'
  return isMoment(to) ? 'YYYY-MM-DD HH:MM:SS[.US]' : undefined
}

function parsed(text: string, to: Type): Value | undefined | ParseFailure {
  switch (to.kind) {
    case 'boolean':
      return parseBoolean(text)
    case 'blob':
      return parseBlob(text)
    case 'date':
      return parseDate(text)
    case 'timestamp':
      return parseTimestamp(text)
    case 'duration':
      return parseDuration(text)
    case 'calendar':
      return parseCalendarMoment(text, calendarNamed(calendarOf(to)))
    case 'float64':
      return parseFloatText(text)
    case 'float32': {
      const value = parseFloatText(text)
      return value === undefined ? undefined : Math.fround(value)
    }
    default:
      return narrowed(parseInteger(text, to), to)
  }
}

/** ASCII as it is, other bytes as \\xAA. */
function parseBlob(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  for (const [part] of text.matchAll(/\\x[0-9a-f]{2}|[^\\]|\\/gi)) {
    const byte = part.length === 4 ? Number.parseInt(part.slice(2), 16) : part.charCodeAt(0)
    if (part === '\\' || (part.length < 4 && byte > 127)) return undefined
    bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

function narrowed(value: bigint | undefined, to: Type): Value | undefined {
  if (value === undefined) return undefined
  return integerFacts(to)?.bits === 64 ? value : Number(value)
}

/** The days, counted from 1970 either way, whose midnight a timestamp can hold. */
const lastMidnight = 106751991

function dateToTimestamp(days: number): bigint {
  if (isInfiniteDate(days)) return days > 0 ? infiniteTimestamp : -infiniteTimestamp
  if (Math.abs(days) > lastMidnight) {
    throw new ChunkQLError(
      'value',
      `cannot cast DATE ${valueText({ kind: 'date' }, days)} to TIMESTAMP: it is out of range`,
    )
  }
  return BigInt(days) * microsecondsPerDay
}

function timestampToDate(microseconds: bigint): number {
  if (isInfiniteTimestamp(microseconds)) return microseconds > 0n ? infiniteDate : -infiniteDate
  return dayOf(microseconds)
}

function emitCast(arg: Emitted, from: Type, to: Type): Emitted | undefined {
  if (sameType(from, to)) return { value: arg.value }
  if (isObjectType(from) || isObjectType(to) || from.kind === 'null') return undefined
  if (from.kind === 'calendar' || to.kind === 'calendar') return undefined
  if (from.kind === 'date') return emitDateToTimestamp(arg)
  if (from.kind === 'timestamp') return emitTimestampToDate(arg)
  return emitNumber(arg.value, from, to)
}

function emitDateToTimestamp({ value: days }: Emitted): Emitted {
  const infinite = isInfiniteDateCode(days)
  const positive = gt(days, constant('i32', 0))
  const infinity = select(positive, constant('i64', infiniteTimestamp), constant('i64', -infiniteTimestamp))
  const value = mul(convert('i64', days), constant('i64', microsecondsPerDay))
  const outside = or(gt(days, constant('i32', lastMidnight)), lt(days, constant('i32', -lastMidnight)))
  const when = select(infinite, constant('bool', false), outside)
  const message = rangeMessage({ kind: 'date' }, { kind: 'timestamp' })
  return { value: select(infinite, infinity, value), errors: [{ when, message }] }
}

function emitTimestampToDate({ value: moment }: Emitted): Emitted {
  const positive = gt(moment, constant('i64', 0n))
  const infinity = select(positive, constant('i32', infiniteDate), constant('i32', -infiniteDate))
  return { value: select(isInfiniteTimestampCode(moment), infinity, dayOfCode(moment)) }
}

/** All casts without text keep the order of values. */
function castBounds(interval: Interval, from: Type, to: Type): Interval | undefined {
  if (sameType(from, to)) return interval
  if (isObjectType(from) || isObjectType(to) || from.kind === 'null') return undefined
  if (from.kind === 'calendar' || to.kind === 'calendar') return undefined
  if (to.kind === 'boolean') return truthBounds(interval)
  const cast = isNumeric(to) ? clippedEnd(from, to) : clippedTime(from)
  const end = (value: Value | undefined) => (value === undefined ? undefined : cast(value))
  return { ...interval, lo: end(interval.lo), hi: end(interval.hi), mayBeNaN: interval.mayBeNaN && isFloat(to) }
}

/** Zero is FALSE, all else is TRUE, NaN too. */
function truthBounds({ lo, hi, empty, mayBeNull, mayBeNaN }: Interval): Interval {
  const zero = (end: Value | undefined) => end === 0 || end === 0n
  const excludes = (lo !== undefined && (lo as number) > 0) || (hi !== undefined && (hi as number) < 0)
  return intervalOf({
    mayBeTrue: mayBeNaN || (!empty && !(zero(lo) && zero(hi))),
    mayBeFalse: !empty && !excludes,
    mayBeNull,
  })
}

function clippedTime(from: Type): (end: Value) => Value {
  if (from.kind === 'timestamp') return (end) => timestampToDate(end as bigint)
  return (end) => {
    const days = end as number
    if (isInfiniteDate(days)) return dateToTimestamp(days)
    return dateToTimestamp(Math.max(-lastMidnight, Math.min(lastMidnight, days)))
  }
}
