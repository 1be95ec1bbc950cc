/** /, always in floats: 1 / 2 is 0.5 and 1 / 0 is infinite. */
import { div } from '../../model/code.js'
import type { Interval } from '../../model/interval.js'
import { FLOAT64, isInteger } from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { containsZero, cornerBounds, mergedFlags, rangeOf } from '../interval-arithmetic.js'
import { overloaded } from '../overload.js'
import { evaluateArithmetic, resolveArithmetic } from './arithmetic.js'
import { durationQuotient } from './duration/arithmetic.js'

function resolve(args: readonly Argument[]): Signature | undefined {
  const signature = resolveArithmetic(args)
  return signature && isInteger(signature.result) ? { args: [FLOAT64, FLOAT64], result: FLOAT64 } : signature
}

const quotients = cornerBounds((a, b) => Number(a) / Number(b))

/** A divisor that may be zero gives anything, also NaN. */
function bounds(args: readonly Interval[], signature: Signature): Interval | undefined {
  const [, b] = args
  const divisor = b && rangeOf(b, signature.result)
  if (!divisor || b.empty || containsZero(divisor)) {
    return { lo: undefined, hi: undefined, ...mergedFlags(args), mayBeNaN: true }
  }
  return quotients(args, signature)
}

const plain: ScalarFunction = {
  name: '/',
  summary: 'Divides two numbers as floats, or an INTERVAL by a number.',
  usage: 'a / b',
  category: 'operator',
  resolve,
  evaluate: evaluateArithmetic('division', '/', { number: (a, b) => a / b, bigint: (a, b) => a / b }),
  emit: ([a, b]) => a && b && { value: div(a.value, b.value) },
  bounds,
  examples: [
    { sql: '1 / 2', result: '0.5' },
    { sql: '1 / 0', result: 'inf' },
  ],
}

export const over = overloaded(plain, durationQuotient)
