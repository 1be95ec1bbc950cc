/** pow, log with a base, atan2: functions of two DOUBLEs. */
import { type Code, constant, div, type Emitted, eq, kernelCall, lt } from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import type { Interval } from '../../model/interval.js'
import { FLOAT64, type Value } from '../../model/type.js'
import type { ScalarFunction } from '../definition.js'
import { endsOf, mergedFlags, rangeOf } from '../interval-arithmetic.js'
import { math } from '../math.js'
import { firstOf, fixed } from '../resolve.js'
import { halfTurn, log10 } from './math.js'

const twoDoubles = fixed([FLOAT64, FLOAT64], FLOAT64)

/** Powers of what is not negative have their extremes in the corners, also where the power is negative. */
function powerBounds(args: readonly Interval[]): Interval | undefined {
  const [base, power] = args.map((arg) => rangeOf(arg, FLOAT64))
  if (!base || !power || args.some((arg) => arg.empty)) return undefined
  // Zero has a sign, and negative powers of it are infinite on that side.
  if (!((base.lo as number) > 0 || ((base.lo as number) === 0 && (power.lo as number) >= 0))) return undefined
  const raise = math('pow')
  const corners = [base.lo, base.hi].flatMap((x) => [power.lo, power.hi].map((y) => raise(x as number, y as number)))
  const ends = endsOf([...corners, ...((base.lo as number) <= 1 && (base.hi as number) >= 1 ? [1] : [])])
  if (!ends) return undefined
  const [lo, hi] = [ends.lo as number, ends.hi as number]
  return { ...mergedFlags(args), lo: lo * (1 - 1e-13), hi: hi * (1 + 1e-13), mayBeNaN: true }
}

export const power: ScalarFunction = {
  name: 'pow',
  aliases: ['power', '**', '^'],
  summary: 'Raises a number to a power.',
  usage: 'pow(x, power)',
  category: 'numeric',
  resolve: twoDoubles,
  evaluate: () => math('pow') as unknown as (...args: Value[]) => Value,
  emit: ([x, y]) => x && y && { value: kernelCall('pow', x.value, y.value) },
  bounds: powerBounds,
  examples: [
    { sql: 'pow(2, 10)', result: '1024.0' },
    { sql: '2 ** 0.5', result: '1.4142135623730951' },
  ],
}

export const atan2: ScalarFunction = {
  name: 'atan2',
  summary: 'Computes the angle in radians of the point (x, y), seen from the origin.',
  usage: 'atan2(y, x)',
  category: 'numeric',
  resolve: twoDoubles,
  evaluate: () => math('atan2') as unknown as (...args: Value[]) => Value,
  emit: ([y, x]) => y && x && { value: kernelCall('atan2', y.value, x.value) },
  bounds: (args) => ({ lo: -halfTurn, hi: halfTurn, ...mergedFlags(args) }),
  examples: [{ sql: 'atan2(1, 1)', result: '0.7853981633974483' }],
}

const messages = {
  zero: 'cannot take the logarithm of zero',
  negative: 'cannot take the logarithm of a negative number',
  base: 'a logarithm to base 1 divides by zero',
}

function logarithm(base: number, x: number): number {
  for (const number of [base, x]) {
    if (number < 0) throw new ChunkQLError('value', messages.negative)
    if (number === 0) throw new ChunkQLError('value', messages.zero)
  }
  const divisor = math('log10')(base, 0)
  if (divisor === 0) throw new ChunkQLError('value', messages.base)
  return math('log10')(x, 0) / divisor
}

function logarithmCode(base: Code, x: Code): Emitted {
  const zero = constant('f64', 0)
  const divisor = kernelCall('log10', base)
  const errors = [base, x].flatMap((number) => [
    { when: lt(number, zero), message: messages.negative },
    { when: eq(number, zero), message: messages.zero },
  ])
  return {
    value: div(kernelCall('log10', x), divisor),
    errors: [...errors, { when: eq(divisor, zero), message: messages.base }],
  }
}

export const log: ScalarFunction = {
  name: 'log',
  summary: 'Takes the logarithm to base 10, or to a base that is given first.',
  usage: 'log([base,] x)',
  category: 'numeric',
  resolve: firstOf(log10.resolve, twoDoubles),
  evaluate: (signature) =>
    signature.args.length === 1 ? log10.evaluate(signature) : (base, x) => logarithm(base as number, x as number),
  emit: (args, signature) => {
    const [base, x] = args
    return base && x ? logarithmCode(base.value, x.value) : log10.emit?.(args, signature)
  },
  bounds: (args, signature) => (args.length === 1 ? log10.bounds?.(args, signature) : undefined),
  examples: [
    { sql: 'log(100)', result: '2.0' },
    { sql: 'log(2, 8)', result: '3.0' },
  ],
}
