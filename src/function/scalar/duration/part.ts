/** Parts of lengths of time: what `hour(x)`, `date_part`, `epoch` and `date_trunc` say of an INTERVAL. */
import type { Duration } from '../../../model/duration.js'
import { ChunkQLError } from '../../../model/error.js'
import { FLOAT64, INT64, INTERVAL, type Type, type Value } from '../../../model/type.js'
import { asDuration } from '../../duration.js'
import { type Overload, usesDuration } from '../../overload.js'
import { fixed } from '../../resolve.js'
import type { Unit } from '../date-units.js'

type PartOf = (length: Duration) => number | bigint

const months: Partial<Record<Unit, number>> = { millennium: 12000, century: 1200, decade: 120, year: 12 }

const parts: Partial<Record<Unit, PartOf>> = {
  ...Object.fromEntries(
    Object.entries(months).map(([unit, span]) => [unit, (length: Duration) => Math.trunc(length.months / span)]),
  ),
  quarter: (length) => Math.trunc((length.months % 12) / 3) + 1,
  month: (length) => length.months % 12,
  day: ({ days }) => days,
  hour: ({ micros }) => micros / 3_600_000_000n,
  minute: ({ micros }) => (micros / 60_000_000n) % 60n,
  second: ({ micros }) => (micros / 1_000_000n) % 60n,
  millisecond: ({ micros }) => (micros % 60_000_000n) / 1000n,
  microsecond: ({ micros }) => micros % 60_000_000n,
}

/** The part of this name, where lengths of time have it. */
export function durationPart(unit: Unit): readonly Overload[] {
  const part = parts[unit]
  return part ? [counting(INT64, (length) => BigInt(part(length)))] : []
}

function counting(result: Type, of: (length: Duration) => Value): Overload {
  return {
    resolve: ([arg, ...rest]) =>
      arg?.type.kind === 'duration' ? fixed([INTERVAL], result)([arg, ...rest]) : undefined,
    owns: usesDuration,
    evaluate: () => (length) => of(asDuration(length)),
  }
}

/** Years have 365.25 days, the months that are left 30. */
export const durationSeconds = counting(FLOAT64, ({ months, days, micros }) => {
  const inDays = Math.trunc(months / 12) * 365.25 + (months % 12) * 30 + days
  return inDays * 86400 + Number(micros) / 1e6
})

/** All months have 30 days. */
const microsOf = ({ months, days, micros }: Duration): bigint => BigInt(months * 30 + days) * 86_400_000_000n + micros

export const durationMilliseconds = counting(INT64, (length) => microsOf(length) / 1000n)
export const durationMicroseconds = counting(INT64, microsOf)
export const durationNanoseconds = counting(INT64, (length) => nanosecondsOf(microsOf(length)))

export function nanosecondsOf(micros: bigint): bigint {
  const nanos = micros * 1000n
  if (BigInt.asIntN(64, nanos) === nanos) return nanos
  throw new ChunkQLError('value', 'nanoseconds since 1970 do not fit BIGINT here')
}

const clocks: Partial<Record<Unit, bigint>> = {
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  epoch: 1_000_000n,
  millisecond: 1000n,
  microsecond: 1n,
}

/** Towards zero: smaller parts are dropped. */
export function truncateDuration(unit: Unit, { months: count, days, micros }: Duration): Duration {
  const span = unit === 'quarter' ? 3 : unit === 'month' ? 1 : months[unit]
  if (span !== undefined) return { months: count - (count % span), days: 0, micros: 0n }
  const clock = clocks[unit]
  if (clock !== undefined) return { months: count, days, micros: micros - (micros % clock) }
  return { months: count, days: unit === 'week' ? days - (days % 7) : days, micros: 0n }
}

export function durationTruncation(unit: Unit): Overload {
  return counting(INTERVAL, (length) => truncateDuration(unit, length))
}
