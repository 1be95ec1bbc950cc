/** Integer arithmetic as code, with the conditions under which it overflows. Called by the arithmetic functions. */
import {
  add,
  and,
  type Code,
  constant,
  convert,
  div,
  eq,
  gt,
  gtU,
  lt,
  mul,
  ne,
  or,
  rem,
  select,
  shr,
  shrU,
  sub,
  xor,
} from '../model/code.js'
import { integerFacts, type Type } from '../model/type.js'

export interface Checked {
  readonly value: Code
  readonly overflow: Code
}

const zero = (like: Code): Code => constant(like.type, like.type === 'i64' ? 0n : 0)

/** The limits of an integer type as code of its own representation. */
export function limits(type: Type): { min: Code; max: Code } {
  const facts = integerFacts(type)
  if (!facts) throw new Error(`${type.kind} is no integer type`)
  const wide = facts.bits === 64 || type.kind === 'uint32'
  if (wide) return { min: constant('i64', facts.min), max: constant('i64', BigInt.asIntN(64, facts.max)) }
  return { min: constant('i32', Number(facts.min)), max: constant('i32', Number(facts.max)) }
}

/** Types that are narrower than their representation overflow out of their range; those that fill it wrap. */
function narrow(value: Code, type: Type): Checked | undefined {
  if (type.kind === 'int32' || type.kind === 'int64' || type.kind === 'uint64') return undefined
  const { min, max } = limits(type)
  // A negative value read as unsigned lies above every unsigned maximum.
  if (type.kind.startsWith('u')) return { value, overflow: gtU(value, max) }
  return { value, overflow: or(lt(value, min), gt(value, max)) }
}

export function checkedAdd(a: Code, b: Code, type: Type): Checked {
  const value = add(a, b)
  if (type.kind === 'uint64') return { value, overflow: gtU(a, value) }
  // Overflow: both arguments have the sign that the result has not.
  return narrow(value, type) ?? { value, overflow: lt(and(xor(a, value), xor(b, value)), zero(a)) }
}

export function checkedSubtract(a: Code, b: Code, type: Type): Checked {
  const value = sub(a, b)
  if (type.kind === 'uint64') return { value, overflow: gtU(b, a) }
  return narrow(value, type) ?? { value, overflow: lt(and(xor(a, b), xor(a, value)), zero(a)) }
}

export function checkedMultiply(a: Code, b: Code, type: Type): Checked {
  const value = mul(a, b)
  switch (type.kind) {
    case 'int32':
      return { value, overflow: ne(convert('i64', value), mul(convert('i64', a), convert('i64', b))) }
    case 'int64':
      return { value, overflow: ne(highSigned(a, b), shr(value, constant('i64', 63n))) }
    case 'uint64':
      return { value, overflow: ne(highUnsigned(a, b), constant('i64', 0n)) }
    default: {
      const checked = narrow(value, type)
      if (!checked) throw new Error(`${type.kind} is no integer type`)
      return checked
    }
  }
}

export function checkedNegate(a: Code, type: Type): Checked {
  const value = sub(zero(a), a)
  // Of unsigned numbers only zero has a negation, of signed ones only the smallest has none.
  return { value, overflow: type.kind.startsWith('u') ? ne(a, zero(a)) : eq(a, limits(type).min) }
}

/** |a|; only the smallest value of a signed type has none. */
export function checkedAbs(a: Code, type: Type): Checked {
  const { value, overflow } = checkedNegate(a, type)
  return { value: select(lt(a, zero(a)), value, a), overflow }
}

const low32 = constant('i64', 0xffffffffn)
const thirtyTwo = constant('i64', 32n)

/** The upper 64 bits of a signed product, from four products of 32-bit halves. */
function highSigned(a: Code, b: Code): Code {
  return highBits(a, b, shr)
}

function highUnsigned(a: Code, b: Code): Code {
  return highBits(a, b, shrU)
}

function highBits(a: Code, b: Code, shift: (a: Code, b: Code) => Code): Code {
  const [a0, a1] = [and(a, low32), shift(a, thirtyTwo)]
  const [b0, b1] = [and(b, low32), shift(b, thirtyTwo)]
  const cross = add(mul(a1, b0), shrU(mul(a0, b0), thirtyTwo))
  const middle = add(mul(a0, b1), and(cross, low32))
  return add(mul(a1, b1), add(shift(cross, thirtyTwo), shift(middle, thirtyTwo)))
}

/** A 128-bit sum as two words: its value is `hi * 2^64 + lo`, `lo` read as signed. */
export interface WideSum {
  readonly lo: Code
  readonly hi: Code
}

/** Adds a signed 64-bit number. */
export function addWide({ lo, hi }: WideSum, x: Code): WideSum {
  const sum = add(lo, x)
  const overflowed = shr(and(xor(lo, sum), xor(x, sum)), constant('i64', 63n))
  const direction = or(shr(lo, constant('i64', 63n)), constant('i64', 1n))
  return { lo: sum, hi: add(hi, and(overflowed, direction)) }
}

export function addWideSums(a: WideSum, b: WideSum): WideSum {
  const { lo, hi } = addWide(a, b.lo)
  return { lo, hi: add(hi, b.hi) }
}

/** Adds an unsigned 64-bit number: what its signed reading lacks is 2^64. */
export function addWideUnsigned(sum: WideSum, x: Code): WideSum {
  const { lo, hi } = addWide(sum, x)
  return { lo, hi: add(hi, shrU(x, constant('i64', 63n))) }
}

/** The sum as the nearest DOUBLE (within one rounding of each word). */
export function wideToDouble({ lo, hi }: WideSum): Code {
  const word = constant('f64', 2 ** 64)
  return add(mul(convert('f64', hi), word), convert('f64', lo))
}

/**
 * The sum divided by a count above zero, without its fraction. The nearest DOUBLE is off by a few counts at most, so that
 * what is left of the sum fits 64 bits again.
 */
export function wideQuotient(sum: WideSum, count: Code): Code {
  const near = convert('i64', div(wideToDouble(sum), convert('f64', count)))
  const left = sub(sum.lo, mul(near, count))
  const [quotient, rest] = [div(left, count), rem(left, count)]
  const zero = constant('i64', 0n)
  const floor = add(near, select(lt(rest, zero), sub(quotient, constant('i64', 1n)), quotient))
  const isUneven = and(lt(floor, zero), ne(rest, zero))
  return select(isUneven, add(floor, constant('i64', 1n)), floor)
}
