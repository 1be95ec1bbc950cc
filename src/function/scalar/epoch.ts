/** epoch, epoch_ms, epoch_us, julian: a moment as one number. */
import { add, type Code, constant, convert, div, type Emitted, eq, mul, select } from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import { FLOAT64, INT64, TIMESTAMP, type Type, type Value } from '../../model/type.js'
import { isFiniteCode } from '../calendar-code.js'
import type { Example, ScalarFunction, Signature } from '../definition.js'
import { checkedMultiply } from '../integer-code.js'
import { type Moment, type MomentCode, momentCode, momentOf, resolveMoment } from '../moment.js'
import { overloaded } from '../overload.js'
import { firstOf, firstType, fixed } from '../resolve.js'
import {
  durationMicroseconds,
  durationMilliseconds,
  durationNanoseconds,
  durationSeconds,
  nanosecondsOf,
} from './duration/part.js'

interface Count {
  readonly name: string
  readonly summary: string
  readonly result: Type
  of(moment: Moment): Value
  code(moment: MomentCode): Code
  readonly example: Example
}

const microsecondsOf = ({ days, time }: Moment): bigint => BigInt(days) * 86_400_000_000n + BigInt(time)

const microsecondsCode = ({ days, time }: MomentCode): Code =>
  add(mul(convert('i64', days), constant('i64', 86_400_000_000n)), time)

/** Dates become timestamps first, which fails beyond their range: the counts would leave 64 bits. */
const resolveTimestamp = fixed([TIMESTAMP], INT64)

function counting({ name, summary, result, of, code, example }: Count): ScalarFunction {
  return {
    name,
    summary,
    usage: `${name}(date or timestamp)`,
    category: 'date',
    resolve: result.kind === 'int64' ? resolveTimestamp : resolveMoment(result),
    evaluate: (signature) => {
      const type = firstType(signature)
      return (value = null) => {
        const moment = momentOf(value, type)
        return moment ? of(moment) : null
      }
    },
    emit: ([arg]) => arg && { value: code(momentCode(arg.value)), valid: isFiniteCode(arg.value) },
    bounds: ([arg], signature) => {
      if (!arg || arg.empty) return arg
      const type = firstType(signature)
      const [from, to] = [arg.lo, arg.hi].map((end) => (end === undefined ? undefined : momentOf(end, type)))
      const mayBeNull = arg.mayBeNull || !from || !to
      return { lo: from && of(from), hi: to && of(to), mayBeNull, mayBeNaN: false }
    },
    examples: [example],
  }
}

const plainEpoch = counting({
  name: 'epoch',
  summary: 'Counts the seconds since 1970 as DOUBLE.',
  result: FLOAT64,
  // At midnight exact also for dates that no timestamp holds.
  of: (moment) => (moment.time === 0 ? moment.days * 86400 : Number(microsecondsOf(moment)) / 1e6),
  code: (moment) => {
    const midnight = mul(convert('f64', moment.days), constant('f64', 86400))
    const seconds = div(convert('f64', microsecondsCode(moment)), constant('f64', 1e6))
    return select(eq(moment.time, constant('i64', 0n)), midnight, seconds)
  },
  example: { sql: "epoch(TIMESTAMP '1970-01-02 00:00:00.5')", result: '86400.5' },
})

export const epoch = overloaded(plainEpoch, durationSeconds)

const millisecondsOf = counting({
  name: 'epoch_ms',
  summary: 'Counts the whole milliseconds since 1970.',
  result: INT64,
  of: (moment) => microsecondsOf(moment) / 1000n,
  code: (moment) => div(microsecondsCode(moment), constant('i64', 1000n)),
  example: { sql: "epoch_ms(DATE '1970-01-02')", result: '86400000' },
})

const outOfRange = 'timestamp out of range'

function momentAt(milliseconds: bigint): bigint {
  const moment = milliseconds * 1000n
  if (BigInt.asIntN(64, moment) !== moment) throw new ChunkQLError('value', outOfRange)
  return moment
}

function momentAtCode(milliseconds: Code): Emitted {
  const { value, overflow } = checkedMultiply(milliseconds, constant('i64', 1000n), INT64)
  return { value, errors: [{ when: overflow, message: outOfRange }] }
}

/** Also the inverse: of an integer it makes the timestamp. */
const plainEpochMs: ScalarFunction = {
  ...millisecondsOf,
  summary: 'Counts the whole milliseconds since 1970; of a number it makes the TIMESTAMP.',
  usage: 'epoch_ms(timestamp) | epoch_ms(milliseconds)',
  resolve: firstOf(fixed([INT64], TIMESTAMP), millisecondsOf.resolve),
  evaluate: (signature) =>
    isTime(signature) ? (value) => momentAt(value as bigint) : millisecondsOf.evaluate(signature),
  emit: (args, signature) => {
    const [arg] = args
    return arg && isTime(signature) ? momentAtCode(arg.value) : millisecondsOf.emit?.(args, signature)
  },
  bounds: (args, signature) => (isTime(signature) ? undefined : millisecondsOf.bounds?.(args, signature)),
}

export const epochMs = overloaded(plainEpochMs, durationMilliseconds)

const isTime = ({ result }: Signature): boolean => result.kind === 'timestamp'

const plainEpochUs = counting({
  name: 'epoch_us',
  summary: 'Counts the microseconds since 1970.',
  result: INT64,
  of: microsecondsOf,
  code: microsecondsCode,
  example: { sql: "epoch_us(DATE '1970-01-02')", result: '86400000000' },
})

export const epochUs = overloaded(plainEpochUs, durationMicroseconds)

/** Of the years 1677 to 2262: others do not fit. */
const plainEpochNs: ScalarFunction = {
  name: 'epoch_ns',
  summary: 'Counts the nanoseconds since 1970.',
  usage: 'epoch_ns(date or timestamp)',
  category: 'date',
  resolve: resolveTimestamp,
  evaluate: (signature) => {
    const type = firstType(signature)
    return (value = null) => {
      const moment = momentOf(value, type)
      return moment ? nanosecondsOf(microsecondsOf(moment)) : null
    }
  },
  examples: [{ sql: "epoch_ns(DATE '1970-01-02')", result: '86400000000000' }],
}

export const epochNs = overloaded(plainEpochNs, durationNanoseconds)

/** Julian days, which DuckDB lets begin at midnight. */
export const julian = counting({
  name: 'julian',
  summary: 'Counts the days since 4714 BC, with their fraction, as astronomers do.',
  result: FLOAT64,
  of: ({ days, time }) => days + 2440588 + time / 86_400_000_000,
  code: ({ days, time }) =>
    add(
      add(convert('f64', days), constant('f64', 2440588)),
      div(convert('f64', time), constant('f64', 86_400_000_000)),
    ),
  example: { sql: "julian(TIMESTAMP '2020-05-17 12:00:00')", result: '2458987.5' },
})
