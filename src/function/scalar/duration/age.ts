/** age and date_sub: how long between two moments, as people count it. */
import { ChunkQLError } from '../../../model/error.js'
import { INT64, INTERVAL, TIMESTAMP, VARCHAR, type Value } from '../../../model/type.js'
import { civilFromDays, dayOf, daysInMonth, isInfiniteTimestamp, microsecondsPerDay } from '../../calendar.js'
import type { ScalarFunction } from '../../definition.js'
import { ageBetween } from '../../duration.js'
import { fixed } from '../../resolve.js'
import { type Unit, unitNamed } from '../date-units.js'

export const age: ScalarFunction = {
  name: 'age',
  summary: 'Counts the years, months, days and time from the second moment to the first.',
  usage: 'age(to, from)',
  category: 'date',
  resolve: fixed([TIMESTAMP, TIMESTAMP], INTERVAL),
  evaluate: () => (to, from) => ageBetween(to as bigint, from as bigint),
  examples: [{ sql: "age(DATE '2020-03-01', DATE '2020-01-31')", result: '1 month 1 day' }],
}

const months: Partial<Record<Unit, bigint>> = {
  millennium: 12000n,
  century: 1200n,
  decade: 120n,
  year: 12n,
  isoyear: 12n,
  quarter: 3n,
  month: 1n,
}

const clocks: Partial<Record<Unit, bigint>> = {
  week: 604_800_000_000n,
  yearweek: 604_800_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  epoch: 1_000_000n,
  millisecond: 1000n,
  microsecond: 1n,
}

/** On the last day of a month all days have come that it lacks. */
function wholeMonths(from: bigint, to: bigint): bigint {
  if (from > to) return -wholeMonths(to, from)
  const [start, end] = [civilFromDays(dayOf(from)), civilFromDays(dayOf(to))]
  const last = daysInMonth(end.year, end.month)
  const surplus = end.day === last ? Math.max(0, start.day - last) : 0
  return BigInt(ageBetween(to, from - BigInt(surplus) * microsecondsPerDay).months)
}

export const dateSub: ScalarFunction = {
  name: 'date_sub',
  aliases: ['datesub'],
  summary: 'Counts the whole units (days, months ...) between two moments.',
  usage: "date_sub('month', from, to)",
  category: 'date',
  resolve: fixed([VARCHAR, TIMESTAMP, TIMESTAMP], INT64),
  evaluate: () => (unit, from, to) => wholeUnits(unitNamed(unit as string), from as bigint, to as bigint),
  examples: [{ sql: "date_sub('month', DATE '2020-01-31', DATE '2020-03-01')", result: '1' }],
}

function wholeUnits(unit: Unit, from: bigint, to: bigint): Value {
  if (isInfiniteTimestamp(from) || isInfiniteTimestamp(to)) return null
  const span = months[unit]
  if (span !== undefined) return wholeMonths(from, to) / span
  if (unit === 'era' || unit === 'julian') throw new ChunkQLError('value', `there are no whole units of '${unit}'`)
  return (to - from) / (clocks[unit] ?? microsecondsPerDay)
}
