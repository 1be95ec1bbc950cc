/** //, which drops the fraction between integers; over floats it is plain division, as in DuckDB. Division by zero is NULL. */
import { and, type Code, constant, div, divU, type Emitted, eq, ne, or, select } from '../../model/code.js'
import type { Interval } from '../../model/interval.js'
import { isFloat, type Type, type Value } from '../../model/type.js'
import type { ScalarFunction, Signature } from '../definition.js'
import { limits } from '../integer-code.js'
import { containsZero, cornerBounds, rangeOf } from '../interval-arithmetic.js'
import { evaluateArithmetic, overflowMessage, resolveArithmetic } from './arithmetic.js'

const operation = 'division'

// Integer zero has no sign.
const whole = (a: number, b: number): number => Math.trunc(a / b) + 0

function evaluate(signature: Signature): (...args: Value[]) => Value {
  const number = isFloat(signature.result) ? (a: number, b: number) => a / b : whole
  const divide = evaluateArithmetic(operation, '//', { number, bigint: (a, b) => a / b })(signature)
  // biome-ignore lint/suspicious/noDoubleEquals: 0 and 0n alike
  return (a = null, b = null) => (b == 0 ? null : divide(a, b))
}

/** A divisor that machine code can take (neither 0 nor the -1 that overflows), and what was wrong with the given one. */
export function safeDivisor(
  a: Code,
  b: Code,
  type: Type,
): { divisor: Code; isZero: Code; overflows: Code | undefined } {
  const number = (value: number) => constant(b.type, b.type === 'i64' ? BigInt(value) : value)
  const isZero = eq(b, number(0))
  if (type.kind.startsWith('u')) return { divisor: select(isZero, number(1), b), isZero, overflows: undefined }
  const overflows = and(eq(b, number(-1)), eq(a, limits(type).min))
  return { divisor: select(or(isZero, overflows), number(1), b), isZero, overflows }
}

function emitInteger(a: Code, b: Code, type: Type): Emitted {
  const { divisor, isZero, overflows } = safeDivisor(a, b, type)
  const value = type.kind === 'uint64' ? divU(a, divisor) : div(a, divisor)
  const valid: Code = { op: 'not', type: 'bool', args: [isZero] }
  if (!overflows) return { value, valid }
  return { value, valid, errors: [{ when: overflows, message: overflowMessage(operation, type) }] }
}

const quotients = cornerBounds((a, b) => (typeof a === 'bigint' ? a / BigInt(b) : whole(a, Number(b))))
const floatQuotients = cornerBounds((a, b) => Number(a) / Number(b))

function bounds(args: readonly Interval[], signature: Signature): Interval | undefined {
  const [, b] = args
  const divisor = b && rangeOf(b, signature.result)
  if (!divisor || b.empty || containsZero(divisor)) return undefined
  return isFloat(signature.result) ? floatQuotients(args, signature) : quotients(args, signature)
}

export const integerDivide: ScalarFunction = {
  name: '//',
  aliases: ['divide'],
  summary: 'Divides integers and drops the fraction; NULL where the divisor is zero.',
  usage: 'a // b',
  category: 'operator',
  resolve: resolveArithmetic,
  evaluate,
  emit: ([a, b], { result }) => {
    if (!a || !b) return undefined
    if (!isFloat(result)) return emitInteger(a.value, b.value, result)
    return { value: div(a.value, b.value), valid: ne(b.value, constant(b.value.type, 0)) }
  },
  bounds,
  examples: [
    { sql: '-7 // 2', result: '-3' },
    { sql: '7 // 0', result: 'NULL' },
  ],
}
