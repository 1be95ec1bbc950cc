/** Casts between numbers, and between numbers and booleans: value, code and bounds. */
import {
  abs,
  and,
  type Code,
  codeTypeOf,
  constant,
  convert,
  type Emitted,
  eq,
  ge,
  gt,
  lt,
  ltU,
  ne,
  nearest,
  not,
  or,
  select,
} from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import { integerFacts, isFloat, isInteger, type Type, typeName, type Value } from '../../model/type.js'
import { valueText } from '../../model/value-text.js'

type Convert = (value: Value) => Value

export function outOfRange(value: Value, from: Type, to: Type): ChunkQLError {
  const text = value === null ? 'NULL' : valueText(from, value)
  return new ChunkQLError('value', `cannot cast ${typeName(from)} ${text} to ${typeName(to)}: it is out of range`)
}

export function rangeMessage(from: Type, to: Type): string {
  return `cannot cast ${typeName(from)} to ${typeName(to)}: a value is out of range`
}

/** The conversion of one non-NULL value. */
export function convertNumber(from: Type, to: Type): Convert {
  if (to.kind === 'boolean') return (value) => value !== 0 && value !== 0n
  if (from.kind === 'boolean') return (value) => truthAs(value === true, to)
  if (isFloat(to)) return toFloat(from, to)
  return isFloat(from) ? floatToInteger(from, to) : integerToInteger(from, to)
}

function truthAs(value: boolean, to: Type): Value {
  const one = value ? 1 : 0
  return isWide(to) ? BigInt(one) : one
}

const isWide = (type: Type): boolean => integerFacts(type)?.bits === 64

function toFloat(from: Type, to: Type): Convert {
  if (isWide(from)) return to.kind === 'float64' ? Number : (value) => bigToFloat32(value as bigint)
  if (to.kind === 'float64') return (value) => value
  if (from.kind !== 'float64') return (value) => Math.fround(value as number)
  return (value) => {
    const narrow = Math.fround(value as number)
    if (!Number.isFinite(narrow) && Number.isFinite(value)) throw outOfRange(value, from, to)
    return narrow
  }
}

/** Rounds once, as the machine does: what a double would drop is kept as one sticky bit. */
export function bigToFloat32(value: bigint): number {
  if (BigInt.asIntN(53, value) === value) return Math.fround(Number(value))
  const sticky = (value & 2047n) === 0n ? 0n : 1n
  return Math.fround(Number((value >> 11n) | sticky) * 2048)
}

/** Halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const low = Math.floor(value)
  const fraction = value - low
  if (fraction !== 0.5) return fraction < 0.5 ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}

function floatToInteger(from: Type, to: Type): Convert {
  const { signed, bits } = factsOf(to)
  const above = 2 ** (signed ? bits - 1 : bits)
  const below = signed ? -above : 0
  const fits = (value: number, rounded: number) => value >= below && rounded < above
  return (value) => {
    const rounded = roundHalfEven(value as number)
    if (!fits(value as number, rounded)) throw outOfRange(value, from, to)
    return bits === 64 ? BigInt(rounded) : rounded + 0
  }
}

function integerToInteger(from: Type, to: Type): Convert {
  const { min, max } = factsOf(to)
  const wide = isWide(to)
  const [low, high] = isWide(from) ? [min, max] : [Number(min), Number(max)]
  return (value) => {
    const number = value as number | bigint
    if (number < low || number > high) throw outOfRange(value, from, to)
    return wide ? BigInt(number) : Number(number)
  }
}

function factsOf(type: Type) {
  const facts = integerFacts(type)
  if (!facts) throw new Error(`${type.kind} is no integer type`)
  return facts
}

/** The same as code; `errors` where the value may not fit. */
export function emitNumber(value: Code, from: Type, to: Type): Emitted {
  if (from.kind === 'boolean') return { value: to.kind === 'boolean' ? value : bitAs(value, to) }
  if (to.kind === 'boolean') return { value: ne(value, zeroOf(value)) }
  if (isFloat(to)) return isFloat(from) ? floatToFloat(value, from, to) : { value: widen(codeTypeOf(to), value, from) }
  return isFloat(from) ? floatToIntegerCode(value, from, to) : integerToIntegerCode(value, from, to)
}

function zeroOf(value: Code): Code {
  return constant(value.type, value.type === 'i64' ? 0n : 0)
}

function bitAs(value: Code, to: Type): Code {
  const type = codeTypeOf(to)
  const bit = (on: 0 | 1) => constant(type, type === 'i64' ? BigInt(on) : on)
  return select(value, bit(1), bit(0))
}

function widen(type: 'f32' | 'f64' | 'i32' | 'i64' | 'bool', value: Code, from: Type): Code {
  return from.kind === 'uint64' ? convert(type, value, true) : convert(type, value)
}

function floatToFloat(value: Code, from: Type, to: Type): Emitted {
  const narrow = convert(codeTypeOf(to), value)
  if (to.kind === 'float64' || from.kind === 'float32') return { value: narrow }
  const infinite = (code: Code) => eq(abs(code), constant(code.type, Number.POSITIVE_INFINITY))
  const when = and(infinite(narrow), not(infinite(value)))
  return { value: narrow, errors: [{ when, message: rangeMessage(from, to) }] }
}

function floatToIntegerCode(value: Code, from: Type, to: Type): Emitted {
  const { signed, bits } = factsOf(to)
  const above = 2 ** (signed ? bits - 1 : bits)
  const limit = (number: number) => constant(value.type, number)
  const rounded = nearest(value)
  // Written so that NaN does not fit.
  const lower = ge(value, limit(signed ? -above : 0))
  const when = not(and(lower, lt(rounded, limit(above))))
  return {
    value: convert(codeTypeOf(to), rounded, to.kind === 'uint64' ? true : undefined),
    errors: [{ when, message: rangeMessage(from, to) }],
  }
}

function integerToIntegerCode(value: Code, from: Type, to: Type): Emitted {
  const converted = widen(codeTypeOf(to), value, from)
  const when = misfit(value, from, to)
  return when ? { value: converted, errors: [{ when, message: rangeMessage(from, to) }] } : { value: converted }
}

/** Where an integer of one type is none of another; undefined where that cannot be. */
function misfit(value: Code, from: Type, to: Type): Code | undefined {
  const [source, target] = [factsOf(from), factsOf(to)]
  const limit = (bound: bigint) => constant(value.type, value.type === 'i64' ? BigInt.asIntN(64, bound) : Number(bound))
  const unsigned = from.kind === 'uint64'
  const parts: Code[] = []
  if (source.min < target.min) parts.push(lt(value, limit(target.min)))
  if (source.max > target.max) parts.push(unsigned ? ltU(limit(target.max), value) : gt(value, limit(target.max)))
  return parts.length === 0 ? undefined : parts.reduce(or)
}

/** Ends of a range under a conversion: what does not fit is an error, so that the range of the target bounds the result. */
export function clippedEnd(from: Type, to: Type): (end: Value) => Value {
  const convertEnd = convertNumber(from, to)
  const facts = isInteger(to) ? factsOf(to) : undefined
  return (end) => {
    try {
      return convertEnd(end)
    } catch {
      const positive = (end as number | bigint) > 0
      if (!facts) return positive ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
      const limit = positive ? facts.max : facts.min
      return facts.bits === 64 ? limit : Number(limit)
    }
  }
}
