/** %: the remainder with the sign of the dividend; NULL for integers divided by zero, NaN for floats. */
import { type Code, type Emitted, not, rem, remU } from '../../model/code.js'
import type { Interval } from '../../model/interval.js'
import { isFloat, type Type, type Value } from '../../model/type.js'
import type { ScalarFunction, Signature } from '../definition.js'
import { mergedFlags, type Range, rangeOf } from '../interval-arithmetic.js'
import { checkedInteger, overflowMessage, resolveArithmetic } from './arithmetic.js'
import { safeDivisor } from './integer-divide.js'

function evaluate({ result }: Signature): (...args: Value[]) => Value {
  if (isFloat(result)) return (a, b) => (a as number) % (b as number)
  const check = checkedInteger('division', '%', result)
  return (a = null, b = null) => {
    // biome-ignore lint/suspicious/noDoubleEquals: 0 and 0n alike
    if (a === null || b == 0) return null
    // The smallest number divided by -1 is an error here as it is in the division.
    if (typeof a === 'bigint' && typeof b === 'bigint') {
      if (b === -1n) check(-a, a, b)
      return a % b
    }
    if (b === -1) check(-(a as number), a, b)
    return ((a as number) % (b as number)) + 0
  }
}

function emitInteger(a: Code, b: Code, type: Type): Emitted {
  const { divisor, isZero, overflows } = safeDivisor(a, b, type)
  const value = type.kind === 'uint64' ? remU(a, divisor) : rem(a, divisor)
  if (!overflows) return { value, valid: not(isZero) }
  return { value, valid: not(isZero), errors: [{ when: overflows, message: overflowMessage('division', type) }] }
}

/** |a % b| is at most |a| and less than |b|, and has the sign of a. */
function bounds(args: readonly Interval[], { result }: Signature): Interval | undefined {
  const [a, b] = args
  const dividend = a && rangeOf(a, result)
  const divisor = b && rangeOf(b, result)
  if (!dividend || !divisor || a.empty || b.empty) return undefined
  const most = largest(divisor)
  const clip = (end: number | bigint) => (abs(end) > most ? (end < 0 ? negated(most) : most) : end)
  const lo = dividend.lo < 0 ? clip(dividend.lo) : zeroLike(dividend.lo)
  const hi = dividend.hi > 0 ? clip(dividend.hi) : zeroLike(dividend.hi)
  return { lo, hi, ...mergedFlags(args), mayBeNull: true, mayBeNaN: isFloat(result) }
}

const abs = (end: number | bigint): number | bigint => (end < 0 ? negated(end) : end)
const negated = (end: number | bigint): number | bigint => (typeof end === 'bigint' ? -end : -end)
const zeroLike = (end: number | bigint): number | bigint => (typeof end === 'bigint' ? 0n : 0)

function largest({ lo, hi }: Range): number | bigint {
  if (abs(lo) > abs(hi)) return abs(lo)
  return abs(hi)
}

export const remainder: ScalarFunction = {
  name: '%',
  aliases: ['mod'],
  summary: 'Gives the remainder of a division, with the sign of the dividend; NULL for integers divided by zero.',
  usage: 'a % b',
  category: 'operator',
  resolve: resolveArithmetic,
  evaluate,
  // Floats have no code: their remainder is exact only by long division.
  emit: ([a, b], { result }) => (a && b && !isFloat(result) ? emitInteger(a.value, b.value, result) : undefined),
  bounds,
  examples: [
    { sql: '-7 % 2', result: '-1' },
    { sql: '7 % 0', result: 'NULL' },
  ],
}
