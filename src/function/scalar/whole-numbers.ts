/** gcd, lcm, factorial, fdiv, fmod: division and its relatives. */
import { ChunkQLError } from '../../model/error.js'
import { BOOLEAN, FLOAT64, INT32, INT64, isInteger, type Value } from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { fixed, ownFloat } from '../resolve.js'
import { resolveArithmetic } from './arithmetic.js'

const big = (value: Value | undefined): bigint => value as bigint
const size = (value: bigint): bigint => (value < 0n ? -value : value)

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? size(a) : divisor(b, a % b)
}

function checked(value: bigint, name: string): bigint {
  if (BigInt.asIntN(64, value) === value) return value
  throw new ChunkQLError('value', `overflow in ${name}: the result does not fit BIGINT`)
}

export const gcd: ScalarFunction = {
  name: 'gcd',
  aliases: ['greatest_common_divisor'],
  summary: 'Finds the greatest whole number that divides both.',
  usage: 'gcd(a, b)',
  category: 'numeric',
  resolve: fixed([INT64, INT64], INT64),
  evaluate: () => (a, b) => checked(divisor(big(a), big(b)), 'gcd'),
  examples: [{ sql: 'gcd(12, 18)', result: '6' }],
}

export const lcm: ScalarFunction = {
  name: 'lcm',
  aliases: ['least_common_multiple'],
  summary: 'Finds the least whole number that both divide.',
  usage: 'lcm(a, b)',
  category: 'numeric',
  resolve: fixed([INT64, INT64], INT64),
  evaluate: () => (a, b) => {
    const common = divisor(big(a), big(b))
    return common === 0n ? 0n : checked(size((big(a) / common) * big(b)), 'lcm')
  },
  examples: [{ sql: 'lcm(4, 6)', result: '12' }],
}

export const factorial: ScalarFunction = {
  name: 'factorial',
  summary: 'Multiplies all whole numbers from 1 up to a number.',
  usage: 'factorial(n)',
  category: 'numeric',
  resolve: fixed([INT32], INT64),
  evaluate: () => (n) => {
    const count = n as number
    if (count < 0) throw new ChunkQLError('value', 'the factorial of a negative number is undefined')
    if (count > 20) throw new ChunkQLError('value', `overflow in factorial: ${count}! does not fit BIGINT`)
    let product = 1n
    for (let factor = 2; factor <= count; factor++) product *= BigInt(factor)
    return product
  },
  examples: [{ sql: 'factorial(5)', result: '120' }],
}

/** Both as floats, FLOAT where both are no wider. */
function floatType(args: readonly Argument[]): Signature | undefined {
  const signature = resolveArithmetic(args)
  return signature && isInteger(signature.result) ? { args: [FLOAT64, FLOAT64], result: FLOAT64 } : signature
}

const rounded = (signature: Signature, value: number): number =>
  signature.result.kind === 'float32' ? Math.fround(value) : value

export const fdiv: ScalarFunction = {
  name: 'fdiv',
  summary: 'Divides as floats and rounds down: floor(a / b).',
  usage: 'fdiv(a, b)',
  category: 'numeric',
  resolve: floatType,
  evaluate: (signature) => (a, b) => rounded(signature, Math.floor(rounded(signature, (a as number) / (b as number)))),
  examples: [{ sql: 'fdiv(-7, 2)', result: '-4.0' }],
}

export const fmod: ScalarFunction = {
  name: 'fmod',
  summary: 'Gives what fdiv leaves over: a - fdiv(a, b) * b.',
  usage: 'fmod(a, b)',
  category: 'numeric',
  resolve: floatType,
  evaluate: (signature) => (a, b) => {
    const [x, y] = [a as number, b as number]
    const whole = Math.floor(rounded(signature, x / y))
    return rounded(signature, x - rounded(signature, whole * y))
  },
  examples: [{ sql: 'fmod(-7.5, 2)', result: '0.5' }],
}

export const signbit: ScalarFunction = {
  name: 'signbit',
  summary: 'Tests whether the sign of a float is minus, also of -0 and NaN.',
  usage: 'signbit(x)',
  category: 'numeric',
  resolve: (args) => {
    const signature = ownFloat(args)
    return signature && { ...signature, result: BOOLEAN }
  },
  evaluate: () => {
    const float = new DataView(new ArrayBuffer(8))
    return (x) => {
      float.setFloat64(0, x as number)
      return float.getUint8(0) >= 128
    }
  },
  examples: [{ sql: 'signbit(-1.0)', result: 'true' }],
}
