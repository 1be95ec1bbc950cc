/** avg: the sum by the count, integers summed exactly. */
import { constant, convert, div, lt, select } from '../../model/code.js'
import type { Duration } from '../../model/duration.js'
import { FLOAT64, INTERVAL, isFloat, isNumeric, TIMESTAMP } from '../../model/type.js'
import type { AlgebraicAggregate, Argument, HolisticAggregate, Signature } from '../definition.js'
import { addDurations, asDuration, scaleDuration } from '../duration.js'
import { wideQuotient, wideToDouble } from '../integer-code.js'
import { firstType } from '../resolve.js'
import { isTemporal } from '../unify.js'
import { field, seen } from './state.js'
import { wideSum } from './total.js'

/** A number for the arithmetic of moments; NULL counts as one. */
export function resolveNumber([arg, ...rest]: readonly Argument[]): Signature | undefined {
  if (!arg || rest.length > 0) return undefined
  if (arg.type.kind === 'null') return { args: [FLOAT64], result: FLOAT64 }
  return isNumeric(arg.type) ? { args: [arg.type], result: FLOAT64 } : undefined
}

/** Moments have a mean that is a moment, without the fraction of a microsecond. */
function resolveMean(args: readonly Argument[]): Signature | undefined {
  const [arg] = args
  if (arg?.type.kind === 'duration' && args.length === 1) return { args: [INTERVAL], result: INTERVAL }
  const isMoment = arg && args.length === 1 && isTemporal(arg.type)
  return isMoment ? { args: [TIMESTAMP], result: TIMESTAMP } : resolveNumber(args)
}

const base = {
  name: 'avg',
  aliases: ['mean'],
  summary:
    'Computes the arithmetic mean, as DOUBLE, of moments as TIMESTAMP and of an INTERVAL as one; NULL where there are no values.',
  usage: 'avg(x)',
  resolve: resolveMean,
  examples: [{ sql: 'avg(2)', result: '2.0' }],
} as const

interface Lengths {
  readonly total: Duration
  readonly count: number
}

/** Of lengths of time. */
const meanLength: HolisticAggregate<Lengths> = {
  ...base,
  kind: 'holistic',
  init: () => ({ total: { months: 0, days: 0, micros: 0n }, count: 0 }),
  update: ({ total, count }, length) => ({ total: addDurations(total, asDuration(length)), count: count + 1 }),
  merge: (a, b) => ({ total: addDurations(a.total, b.total), count: a.count + b.count }),
  finalize: ({ total, count }) => (count === 0 ? null : scaleDuration(total, 1 / count, 'avg')),
}

export const avg: AlgebraicAggregate = {
  ...base,
  kind: 'algebraic',
  interpreted: meanLength as HolisticAggregate,
  parts: () => [
    { aggregate: '$total', args: [0] },
    { aggregate: 'count', args: [0] },
  ],
  finish: ([total, count], signature) => {
    const n = field(count, 0)
    if (signature.result.kind === 'timestamp') {
      const least = constant('i64', 1n)
      return { value: wideQuotient(wideSum(total), select(lt(n, least), least, n)), valid: seen(count) }
    }
    const sum = isFloat(firstType(signature)) ? field(total, 0) : wideToDouble(wideSum(total))
    return { value: div(sum, convert('f64', n)), valid: seen(count) }
  },
}
