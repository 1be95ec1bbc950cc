/** time_bucket: the start of the span of a given length in which a moment lies. */
import type { Duration } from '../../../model/duration.js'
import { ChunkQLError } from '../../../model/error.js'
import type { Interval } from '../../../model/interval.js'
import { INTERVAL, TIMESTAMP, type Type, type Value } from '../../../model/type.js'
import {
  civilFromDays,
  dayOf,
  daysFromCivil,
  infiniteTimestamp,
  isInfiniteDate,
  isInfiniteTimestamp,
  microsecondsPerDay,
} from '../../calendar.js'
import type { Argument, ScalarFunction, Signature } from '../../definition.js'
import { asDuration, checkedMoment, moveMoment } from '../../duration.js'
import { momentType } from '../../moment.js'
import { accepts } from '../../resolve.js'

/** Spans of days and time are counted from a Monday, those of months from the beginning of a century, as in DuckDB. */
const monday = BigInt(daysFromCivil(2000, 1, 3)) * microsecondsPerDay
const century = BigInt(daysFromCivil(2000, 1, 1)) * microsecondsPerDay

function resolve([width, moment, third, ...rest]: readonly Argument[]): Signature | undefined {
  const type = moment && momentType(moment)
  if (!type || !accepts(width, INTERVAL) || rest.length > 0) return undefined
  if (!third) return { args: [INTERVAL, type], result: type }
  if (third.type.kind === 'duration') return { args: [INTERVAL, type, INTERVAL], result: type }
  return accepts(third, type) ? { args: [INTERVAL, type, type], result: type } : undefined
}

function startOf({ months, days, micros }: Duration, moment: bigint, given: bigint | undefined): bigint {
  const length = BigInt(days) * microsecondsPerDay + micros
  if (months !== 0 && (days !== 0 || micros !== 0n)) {
    throw new ChunkQLError('value', 'time_bucket takes months, or days and time, not both')
  }
  if (months < 0 || (months === 0 && length <= 0n)) {
    throw new ChunkQLError('value', 'the length of a time_bucket must be greater than 0')
  }
  return months > 0 ? startOfMonths(months, moment, given ?? century) : startOfSpan(length, moment, given ?? monday)
}

function startOfSpan(length: bigint, moment: bigint, origin: bigint): bigint {
  const rest = (moment - origin) % length
  return moment - (rest < 0n ? rest + length : rest)
}

function startOfMonths(length: number, moment: bigint, origin: bigint): bigint {
  const count = monthsOf(moment) - monthsOf(origin)
  const start = monthsOf(origin) + Math.floor(count / length) * length
  return BigInt(daysFromCivil(Math.floor(start / 12), start - Math.floor(start / 12) * 12 + 1, 1)) * microsecondsPerDay
}

function monthsOf(moment: bigint): number {
  const { year, month } = civilFromDays(dayOf(moment))
  return year * 12 + month - 1
}

function evaluate({ args: [, type = TIMESTAMP, third] }: Signature): (...args: Value[]) => Value {
  const { read, write } = conversions(type)
  return (width, moment = null, more = null) => {
    const at = read(moment)
    if (isInfiniteTimestamp(at)) return moment
    if (third?.kind !== 'duration') return write(startOf(asDuration(width), at, more === null ? undefined : read(more)))
    const offset = asDuration(more)
    return write(moveMoment(startOf(asDuration(width), moveMoment(at, offset, -1), undefined), offset, 1))
  }
}

function conversions(type: Type): { read(value: Value): bigint; write(micros: bigint): Value } {
  if (type.kind !== 'date') return { read: (value) => value as bigint, write: checkedMoment }
  return {
    read: (days) => (isInfiniteDate(days as number) ? infiniteTimestamp : BigInt(days as number) * microsecondsPerDay),
    write: checkedDay,
  }
}

function checkedDay(micros: bigint): number {
  const day = dayOf(micros)
  if (isInfiniteDate(day)) throw new ChunkQLError('value', 'date out of range')
  return day
}

/** Later moments lie in later spans. */
function bounds([width, moment, third]: readonly Interval[], signature: Signature): Interval | undefined {
  if (!width || !moment || third || width.lo === undefined || width.lo !== width.hi || moment.empty) return undefined
  const run = evaluate(signature)
  const end = (value: Value | undefined): Value | undefined => {
    try {
      return value === undefined ? undefined : run(width.lo as Value, value)
    } catch {
      return undefined
    }
  }
  return { lo: end(moment.lo), hi: end(moment.hi), mayBeNull: moment.mayBeNull || width.mayBeNull, mayBeNaN: false }
}

export const timeBucket: ScalarFunction = {
  name: 'time_bucket',
  summary:
    'Gives the start of the span of a length in which a moment lies; spans begin at an origin, or are moved by an offset.',
  usage: 'time_bucket(interval, date or timestamp [, origin or offset])',
  category: 'date',
  resolve,
  evaluate,
  bounds,
  examples: [
    { sql: "time_bucket(INTERVAL '6 hours', TIMESTAMP '2020-01-01 07:30:00')", result: '2020-01-01 06:00:00' },
    { sql: "time_bucket(INTERVAL '3 months', DATE '2020-05-17')", result: '2020-04-01' },
  ],
}
