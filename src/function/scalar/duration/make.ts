/** to_days, to_hours ...: lengths of time from numbers. `INTERVAL 3 DAY` is written with them. */

import { type Duration, fitsDuration, normalized } from '../../../model/duration.js'
import { ChunkQLError } from '../../../model/error.js'
import { FLOAT64, INT32, INT64, INTERVAL, type Type, type Value } from '../../../model/type.js'
import type { ScalarFunction } from '../../definition.js'
import { asDuration } from '../../duration.js'
import { fixed } from '../../resolve.js'

const none: Duration = { months: 0, days: 0, micros: 0n }

interface Unit {
  readonly name: string
  readonly type: Type
  of(count: Value): Duration
  readonly result: string
}

const inMonths = (unit: string, months: number, result: string): Unit => ({
  name: unit,
  type: INT32,
  of: (count) => ({ ...none, months: (count as number) * months }),
  result,
})
const inDays = (unit: string, days: number, result: string): Unit => ({
  name: unit,
  type: INT32,
  of: (count) => ({ ...none, days: (count as number) * days }),
  result,
})
const inMicros = (unit: string, micros: bigint, result: string): Unit => ({
  name: unit,
  type: INT64,
  of: (count) => ({ ...none, micros: (count as bigint) * micros }),
  result,
})
/** Also of fractions. */
const inSeconds = (unit: string, micros: number, result: string): Unit => ({
  name: unit,
  type: FLOAT64,
  of: (count) => {
    const whole = Math.round((count as number) * micros)
    if (!Number.isFinite(whole)) throw outOfRange(unit, count)
    return { ...none, micros: BigInt(whole) }
  },
  result,
})

const outOfRange = (unit: string, count: Value) =>
  new ChunkQLError('value', `an INTERVAL of ${count} ${unit} is out of range`)

const units: readonly Unit[] = [
  inMonths('millennia', 12000, '3000 years'),
  inMonths('centuries', 1200, '300 years'),
  inMonths('decades', 120, '30 years'),
  inMonths('years', 12, '3 years'),
  inMonths('quarters', 3, '9 months'),
  inMonths('months', 1, '3 months'),
  inDays('weeks', 7, '21 days'),
  inDays('days', 1, '3 days'),
  inMicros('hours', 3_600_000_000n, '03:00:00'),
  inMicros('minutes', 60_000_000n, '00:03:00'),
  inSeconds('seconds', 1e6, '00:00:03'),
  inSeconds('milliseconds', 1000, '00:00:00.003'),
  inMicros('microseconds', 1n, '00:00:00.000003'),
]

export const durationMakers: readonly ScalarFunction[] = units.map(({ name, type, of, result }) => ({
  name: `to_${name}`,
  summary: `Makes an INTERVAL of so many ${name}.`,
  usage: `to_${name}(n)`,
  category: 'date',
  resolve: fixed([type], INTERVAL),
  evaluate:
    () =>
    (count = null) => {
      const length = of(count)
      if (fitsDuration(length)) return length
      throw outOfRange(name, count)
    },
  examples: [{ sql: `to_${name}(3)`, result }],
}))

export const normalizedInterval: ScalarFunction = {
  name: 'normalized_interval',
  summary: 'Carries full days and months over: a day has 24 hours, a month 30 days.',
  usage: 'normalized_interval(interval)',
  category: 'date',
  resolve: fixed([INTERVAL], INTERVAL),
  evaluate: () => (length) => normalized(asDuration(length)),
  examples: [{ sql: "normalized_interval(INTERVAL '35 days 30 hours')", result: '1 month 6 days 06:00:00' }],
}
