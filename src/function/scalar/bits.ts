/** & | << >> ~ and xor over the bits of integers. */
import {
  and,
  type Code,
  constant,
  convert,
  type Emitted,
  eq,
  ge,
  lt,
  ne,
  or as orCode,
  select,
  shl,
  shr,
  shrU,
  xor as xorCode,
} from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import { INT8, INT64, integerFacts, isInteger, type Type, type Value } from '../../model/type.js'
import type { Argument, Example, ScalarFunction, Signature } from '../definition.js'
import { ownNumber } from '../resolve.js'
import { overflowMessage, resolveArithmetic } from './arithmetic.js'

function resolveIntegers(args: readonly Argument[]): Signature | undefined {
  const signature = args.length === 1 ? ownNumber()(args) : resolveArithmetic(args)
  return signature && isInteger(signature.result) ? signature : undefined
}

type Words = (a: bigint, b: bigint) => bigint

/** Computed in 64 bits and read again in the width of the type. */
function onWords(compute: Words, { result }: Signature): (...args: Value[]) => Value {
  const { bits, signed } = factsOf(result)
  const read = signed ? BigInt.asIntN : BigInt.asUintN
  const toBig = (value: Value | undefined) => BigInt(value as number | bigint)
  return (a, b) => {
    const value = read(bits, compute(toBig(a), toBig(b ?? 0)))
    return bits === 64 ? value : Number(value)
  }
}

function factsOf(type: Type) {
  const facts = integerFacts(type)
  if (!facts) throw new Error(`${type.kind} is no integer type`)
  return facts
}

function bitwise(
  name: string,
  usage: string,
  summary: string,
  compute: Words,
  code: (a: Code, b: Code) => Code,
  example: Example,
): ScalarFunction {
  return {
    name,
    summary,
    usage,
    category: 'operator',
    resolve: (args) => (args.length === 2 ? resolveIntegers(args) : undefined),
    evaluate: (signature) => onWords(compute, signature),
    emit: ([a, b]) => a && b && { value: code(a.value, b.value) },
    examples: [example],
  }
}

export const bitAnd = bitwise('&', 'a & b', 'Keeps the bits that both integers have.', (a, b) => a & b, and, {
  sql: '6 & 3',
  result: '2',
})

export const bitOr = bitwise('|', 'a | b', 'Joins the bits of two integers.', (a, b) => a | b, orCode, {
  sql: '6 | 3',
  result: '7',
})

export const xor = bitwise(
  'xor',
  'xor(a, b)',
  'Keeps the bits that one of two integers has.',
  (a, b) => a ^ b,
  xorCode,
  {
    sql: 'xor(6, 3)',
    result: '5',
  },
)

/** All bits turned, within the width of the type. */
function invertedCode(x: Code, type: Type): Code {
  const { bits, signed } = factsOf(type)
  const ones = signed || bits === 64 ? -1n : (1n << BigInt(bits)) - 1n
  return xorCode(x, constant(x.type, x.type === 'i64' ? ones : Number(ones)))
}

export const bitNot: ScalarFunction = {
  name: '~',
  summary: 'Turns all bits of an integer.',
  usage: '~a',
  category: 'operator',
  resolve: (args) => (args.length === 1 ? resolveIntegers(args) : undefined),
  evaluate: (signature) => onWords((a) => ~a, signature),
  emit: ([a], { result }) => a && { value: invertedCode(a.value, result) },
  examples: [{ sql: '~6', result: '-7' }],
}

function shiftLeft(type: Type): (a: Value, b: Value) => Value {
  const { bits, max } = factsOf(type)
  return (a, b) => {
    const [value, count] = [BigInt(a as number | bigint), BigInt(b as number | bigint)]
    if (value < 0n) throw new ChunkQLError('value', `a negative number is not shifted: ${value} << ${count}`)
    if (count < 0n) throw new ChunkQLError('value', `numbers are not shifted by a negative count: ${value} << ${count}`)
    if (value !== 0n && (count >= BigInt(bits) || value << count > max)) {
      throw new ChunkQLError('value', `${overflowMessage('left shift', type)} (${value} << ${count})`)
    }
    const shifted = value === 0n ? 0n : value << count
    return bits === 64 ? shifted : Number(shifted)
  }
}

export const leftShift: ScalarFunction = {
  name: '<<',
  summary: 'Shifts the bits of an integer to the left; what does not fit is an error.',
  usage: 'a << count',
  category: 'operator',
  resolve: (args) => (args.length === 2 ? resolveIntegers(args) : undefined),
  evaluate: ({ result }) => shiftLeft(result) as (...args: Value[]) => Value,
  emit: ([a, b], { result }) => a && b && leftShiftCode(a.value, b.value, result),
  examples: [{ sql: '1 << 3', result: '8' }],
}

function leftShiftCode(a: Code, b: Code, type: Type): Emitted {
  const { bits, signed } = factsOf(type)
  const [x, count] = [convert('i64', a), convert('i64', b)]
  const number = (value: bigint) => constant('i64', value)
  const most = number(BigInt(signed ? bits - 1 : bits))
  const isShort = and(ge(count, number(0n)), lt(count, number(64n)))
  const safe = select(isShort, count, number(0n))
  const shifted = shl(x, safe)
  // Bits above the type's width must be none: those of 64-bit values fell off, so they are shifted back and compared.
  const lost = orCode(ne(shrU(shifted, safe), x), ne(shrU(shifted, most), number(0n)))
  const tooFar = type.kind === 'uint64' ? ne(shrU(shifted, safe), x) : lost
  const nothing = eq(x, number(0n))
  const negative = signed ? orCode(lt(count, number(0n)), lt(x, number(0n))) : constant('bool', false)
  const overflows = and(
    { op: 'not', type: 'bool', args: [nothing] },
    orCode({ op: 'not', type: 'bool', args: [isShort] }, tooFar),
  )
  const message = `${overflowMessage('left shift', type)}, or a negative argument`
  return {
    value: convert(a.type, select(nothing, number(0n), shifted)),
    errors: [{ when: orCode(negative, overflows), message }],
  }
}

export const rightShift: ScalarFunction = {
  name: '>>',
  summary: 'Shifts the bits of an integer to the right, keeping the sign.',
  usage: 'a >> count',
  category: 'operator',
  resolve: (args) => (args.length === 2 ? resolveIntegers(args) : undefined),
  evaluate: (signature) => {
    const bits = BigInt(factsOf(signature.result).bits)
    return onWords((a, b) => (b < 0n || b >= bits ? 0n : a >> b), signature)
  },
  emit: ([a, b], { result }) => {
    if (!a || !b) return undefined
    const { bits } = factsOf(result)
    const shift = result.kind === 'uint64' ? shrU : shr
    const [x, count] = [convert('i64', a.value), convert('i64', b.value)]
    const isShort = and(ge(count, constant('i64', 0n)), lt(count, constant('i64', BigInt(bits))))
    const shifted = shift(x, select(isShort, count, constant('i64', 0n)))
    return { value: convert(a.value.type, select(isShort, shifted, constant('i64', 0n))) }
  },
  examples: [{ sql: '8 >> 1', result: '4' }],
}

export const bitCount: ScalarFunction = {
  name: 'bit_count',
  summary: 'Counts the bits of an integer that are set.',
  usage: 'bit_count(a)',
  category: 'numeric',
  resolve: (args) => {
    const signature = args.length === 1 ? ownNumber()(args) : undefined
    return signature && isInteger(signature.result) ? { ...signature, result: INT8 } : undefined
  },
  evaluate: ({ args: [type = INT64] }) => {
    const { bits } = factsOf(type)
    return (a) => {
      let count = 0
      for (let rest = BigInt.asUintN(bits, BigInt(a as number | bigint)); rest > 0n; rest &= rest - 1n) count++
      return count
    }
  },
  examples: [{ sql: 'bit_count(7)', result: '3' }],
}
