/** make_timestamp: a timestamp of its parts, or of microseconds since 1970. */
import { ChunkQLError } from '../../model/error.js'
import { FLOAT64, INT64, TIMESTAMP, type Value } from '../../model/type.js'
import { daysFromCivil, daysInMonth, infiniteTimestamp, microsecondsPerDay } from '../calendar.js'
import type { ScalarFunction } from '../definition.js'
import { firstOf, fixed } from '../resolve.js'

const whole = (value: Value | undefined): number => Number(value as bigint)

function timestampOf(values: readonly Value[]): bigint {
  const [year, month, day, hour, minute] = values.slice(0, 5).map(whole) as [number, number, number, number, number]
  const seconds = values[5] as number
  const isDay = Math.abs(year) < 300_000 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
  const micros = Math.round(((hour * 60 + minute) * 60 + seconds) * 1e6)
  const isTime = hour >= 0 && hour <= 24 && minute >= 0 && minute < 60 && seconds >= 0 && seconds <= 60
  if (!isDay) throw new ChunkQLError('value', `date out of range: ${year}-${month}-${day}`)
  if (!isTime || micros > 86_400_000_000) {
    throw new ChunkQLError('value', `time out of range: ${hour}:${minute}:${seconds}`)
  }
  const moment = BigInt(daysFromCivil(year, month, day)) * microsecondsPerDay + BigInt(micros)
  if (moment >= infiniteTimestamp || moment <= -infiniteTimestamp) {
    throw new ChunkQLError('value', 'timestamp out of range')
  }
  return moment
}

export const makeTimestamp: ScalarFunction = {
  name: 'make_timestamp',
  summary: 'Makes a TIMESTAMP of year, month, day, hour, minute and seconds, or of microseconds since 1970.',
  usage: 'make_timestamp(year, month, day, hour, minute, seconds) | make_timestamp(microseconds)',
  category: 'date',
  resolve: firstOf(fixed([INT64], TIMESTAMP), fixed([INT64, INT64, INT64, INT64, INT64, FLOAT64], TIMESTAMP)),
  evaluate:
    ({ args }) =>
    (...values) =>
      args.length === 1 ? (values[0] as bigint) : timestampOf(values),
  examples: [{ sql: 'make_timestamp(2020, 5, 17, 1, 2, 3.5)', result: '2020-05-17 01:02:03.5' }],
}
