/** What + - * / and unary minus mean where one side is a length of time. Each is added to the operator of its name. */
import type { Interval } from '../../../model/interval.js'
import {
  FLOAT64,
  INT64,
  INTERVAL,
  isInteger,
  isNumeric,
  TIMESTAMP,
  type Type,
  type Value,
} from '../../../model/type.js'
import { microsecondsPerDay } from '../../calendar.js'
import type { Argument, Signature } from '../../definition.js'
import { addDurations, asDuration, differenceOf, moveMoment, scaleDuration } from '../../duration.js'
import { type Overload, usesDuration } from '../../overload.js'
import { isTemporal } from '../../unify.js'

const isDurationType = ({ type }: Argument): boolean => type.kind === 'duration'
const isWrittenText = ({ type, literal }: Argument): boolean => type.kind === 'varchar' && literal !== undefined

/** A moment beside a length of time; a text beside a timestamp is one. */
function isMove(moment: Argument, length: Argument): boolean {
  if (moment.type.kind === 'timestamp' && isWrittenText(length)) return true
  return isTemporal(moment.type) && isDurationType(length)
}

function areDurations(a: Argument, b: Argument): boolean {
  return isDurationType(a) && (isDurationType(b) || b.type.kind === 'null')
}

const signature = (result: Type, ...args: Type[]): Signature => ({ args, result })

export const durationSum: Overload = {
  resolve: ([a, b, ...rest]) => {
    if (!a || !b || rest.length > 0) return undefined
    if (isMove(a, b)) return signature(TIMESTAMP, TIMESTAMP, INTERVAL)
    if (isMove(b, a)) return signature(TIMESTAMP, INTERVAL, TIMESTAMP)
    return areDurations(a, b) || areDurations(b, a) ? signature(INTERVAL, INTERVAL, INTERVAL) : undefined
  },
  owns: usesDuration,
  evaluate: ({ args: [first], result }) => {
    if (result.kind === 'duration') return (a, b) => addDurations(asDuration(a), asDuration(b))
    if (first?.kind === 'duration') return (a, b) => moveMoment(b as bigint, asDuration(a), 1)
    return (a, b) => moveMoment(a as bigint, asDuration(b), 1)
  },
  bounds: ([a, b], { args: [first], result }) => {
    if (!a || !b || result.kind !== 'timestamp') return undefined
    return first?.kind === 'duration' ? movedBounds(b, a, 1) : movedBounds(a, b, 1)
  },
}

export const durationDifference: Overload = {
  resolve: ([a, b, ...rest]) => {
    if (!a || !b || rest.length > 0) return undefined
    if (isTemporal(a.type) && isTemporal(b.type)) return signature(INTERVAL, TIMESTAMP, TIMESTAMP)
    if (isTemporal(a.type) && isDurationType(b)) return signature(TIMESTAMP, TIMESTAMP, INTERVAL)
    return areDurations(a, b) || areDurations(b, a) ? signature(INTERVAL, INTERVAL, INTERVAL) : undefined
  },
  owns: usesDuration,
  evaluate: ({ args: [first], result }) => {
    if (result.kind === 'timestamp') return (a, b) => moveMoment(a as bigint, asDuration(b), -1)
    if (first?.kind === 'timestamp') return (a, b) => differenceOf(a as bigint, b as bigint)
    return (a, b) => addDurations(asDuration(a), asDuration(b), -1)
  },
  bounds: ([a, b], { result }) => (a && b && result.kind === 'timestamp' ? movedBounds(a, b, -1) : undefined),
}

/** A day never moves past a later one, but at the end of a month two days may become one: whole days bound the result. */
function movedBounds(moments: Interval, lengths: Interval, sign: 1 | -1): Interval | undefined {
  const { lo, hi } = lengths
  if (lo === undefined || lo !== hi || lengths.empty || moments.empty) return undefined
  const length = asDuration(lo)
  const end = (moment: Value | undefined, last: bigint): Value | undefined => {
    if (typeof moment !== 'bigint') return undefined
    try {
      const time = ((moment % microsecondsPerDay) + microsecondsPerDay) % microsecondsPerDay
      return moveMoment(length.months === 0 ? moment : moment - time + last, length, sign)
    } catch {
      return undefined
    }
  }
  const mayBeNull = moments.mayBeNull || lengths.mayBeNull
  return { lo: end(moments.lo, 0n), hi: end(moments.hi, microsecondsPerDay - 1n), mayBeNull, mayBeNaN: false }
}

const factorType = ({ type }: Argument): Type => (isInteger(type) && type.kind !== 'uint64' ? INT64 : FLOAT64)
const isFactor = ({ type }: Argument): boolean => isNumeric(type) || type.kind === 'null'

export const durationProduct: Overload = {
  resolve: ([a, b, ...rest]) => {
    if (!a || !b || rest.length > 0) return undefined
    if (isDurationType(a) && isFactor(b)) return signature(INTERVAL, INTERVAL, factorType(b))
    return isDurationType(b) && isFactor(a) ? signature(INTERVAL, factorType(a), INTERVAL) : undefined
  },
  owns: usesDuration,
  evaluate: ({ args: [first] }) => (first?.kind === 'duration' ? (a, b) => product(a, b) : (a, b) => product(b, a)),
}

/** By whole numbers exactly. */
function product(length: Value | undefined, factor: Value | undefined): Value {
  if (typeof factor !== 'bigint') return scaleDuration(asDuration(length), factor as number, 'multiplication')
  const { months, days, micros } = asDuration(length)
  const zero: Value = { months: 0, days: 0, micros: 0n }
  const by = Number(factor)
  return addDurations(zero, { months: months * by + 0, days: days * by + 0, micros: micros * factor })
}

/** By zero it is NULL, as in DuckDB. */
export const durationQuotient: Overload = {
  resolve: ([a, b, ...rest]) =>
    a && b && rest.length === 0 && isDurationType(a) && isFactor(b)
      ? signature(INTERVAL, INTERVAL, FLOAT64)
      : undefined,
  owns: usesDuration,
  evaluate: () => (length, by) => (by === 0 ? null : scaleDuration(asDuration(length), 1 / (by as number), 'division')),
}

export const durationNegation: Overload = {
  resolve: ([a, ...rest]) => (a && rest.length === 0 && isDurationType(a) ? signature(INTERVAL, INTERVAL) : undefined),
  owns: usesDuration,
  evaluate: () => (length) => {
    const zero = { months: 0, days: 0, micros: 0n }
    return addDurations(zero, asDuration(length), -1)
  },
}
