/** floor, ceil, and what round and trunc share: rounding at a decimal place. */
import {
  type Code,
  ceil as ceilCode,
  constant,
  convert,
  div,
  type Emitted,
  floor as floorCode,
  gt,
  lt,
  mul,
  or,
  rem,
  select,
  sub,
  xor,
} from '../../model/code.js'
import { INT32, INT64, integerFacts, isFloat, isNumeric, type Type, type Value } from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { limits } from '../integer-code.js'
import { monotone } from '../interval-arithmetic.js'
import { accepts, firstType, ownFloat } from '../resolve.js'
import { checkedInteger, overflowMessage } from './arithmetic.js'

function whole(
  name: string,
  aliases: readonly string[],
  summary: string,
  apply: (x: number) => number,
  code: (x: Code) => Code,
  example: string,
): ScalarFunction {
  return {
    name,
    aliases,
    summary,
    usage: `${name}(x)`,
    category: 'numeric',
    resolve: ownFloat,
    evaluate: () => apply as (...args: Value[]) => Value,
    emit: ([x]) => x && { value: code(x.value) },
    bounds: ([x]) => x && monotone(x, (end) => apply(end as number)),
    examples: [{ sql: `${name}(-1.5)`, result: example }],
  }
}

export const floor = whole('floor', [], 'Rounds down to a whole number.', Math.floor, floorCode, '-2.0')
export const ceil = whole('ceil', ['ceiling'], 'Rounds up to a whole number.', Math.ceil, ceilCode, '-1.0')

/** A number and, where it is given, a number of digits. `widen` says what becomes of the type of the number. */
export function resolvePlaces(widen: (type: Type) => Type): (args: readonly Argument[]) => Signature | undefined {
  return ([x, digits, ...rest]) => {
    if (!x || rest.length > 0) return undefined
    const given = x.type.kind === 'null' ? INT64 : x.type
    if (!isNumeric(given) || (digits && !accepts(digits, INT32))) return undefined
    const type = widen(given)
    return { args: digits ? [type, INT32] : [type], result: type }
  }
}

/** How a number drops the fraction. */
export interface Rounding {
  readonly operation: string
  /** What becomes of infinite numbers and NaN where places left of the point are dropped. */
  readonly lost: 'zero' | 'kept'
  float(x: number): number
  floatCode(x: Code): Code
  /** The quotient of x by a power of ten, from the truncated one and the remainder. */
  quotient(quotient: bigint, remainder: bigint, power: bigint): bigint
  quotientCode(quotient: Code, remainder: Code, power: bigint): Code
}

/** As DuckDB computes: scaled in doubles; what leaves their range stays as it was, or becomes `lost` left of the point. */
function roundFloat(x: number, digits: number, { float, lost }: Rounding): number {
  const power = powerOfTen(Math.abs(digits))
  const rounded = digits < 0 ? float(x / power) * power : float(x * power) / power
  if (Number.isFinite(rounded)) return rounded
  return digits < 0 && lost === 'zero' ? 0 : x
}

const powerOfTen = (digits: number): number => Number(`1e${digits}`)

function roundInteger(x: bigint, digits: number, { quotient }: Rounding): bigint {
  if (digits >= 0) return x
  if (digits < -19) return 0n
  const power = 10n ** BigInt(-digits)
  return quotient(x / power, x % power, power) * power
}

export function evaluateRounding(rounding: Rounding): (signature: Signature) => (...args: Value[]) => Value {
  return ({ args, result }) => {
    const float = rounding.float as (x: Value) => Value
    if (isFloat(result)) {
      if (args.length === 1) return (x = null) => float(x)
      const fit = result.kind === 'float32' ? Math.fround : (x: number) => x
      return (x, digits) => fit(roundFloat(x as number, digits as number, rounding))
    }
    if (args.length === 1) return (x = null) => x
    const check = checkedInteger(rounding.operation, 'at', result)
    const wide = integerFacts(result)?.bits === 64
    return (x = null, digits = null) => {
      const rounded = roundInteger(BigInt(x as number | bigint), digits as number, rounding)
      return check(wide ? rounded : Number(rounded), x, digits)
    }
  }
}

/** Code where the number of digits is a constant. */
export function emitRounding(
  rounding: Rounding,
  [x, digits]: readonly Emitted[],
  { result }: Signature,
): Emitted | undefined {
  if (!x) return undefined
  if (!digits) return { value: isFloat(result) ? rounding.floatCode(x.value) : x.value }
  if (digits.value.op !== 'const' || digits.valid) return undefined
  const places = Number(digits.value.value)
  return isFloat(result) ? { value: floatAt(x.value, places, rounding) } : integerAt(x.value, places, result, rounding)
}

function floatAt(x: Code, places: number, { floatCode, lost }: Rounding): Code {
  const wide = convert('f64', x)
  const power = constant('f64', powerOfTen(Math.abs(places)))
  const rounded = places < 0 ? mul(floatCode(div(wide, power)), power) : div(floatCode(mul(wide, power)), power)
  // A difference with itself is 0 for finite numbers only.
  const finite: Code = { op: 'eq', type: 'bool', args: [sub(rounded, rounded), constant('f64', 0)] }
  const otherwise = places < 0 && lost === 'zero' ? constant('f64', 0) : wide
  return convert(x.type, select(finite, rounded, otherwise))
}

function integerAt(x: Code, places: number, type: Type, rounding: Rounding): Emitted | undefined {
  if (places >= 0) return { value: x }
  if (type.kind === 'uint64') return undefined
  if (places < -18) return { value: constant(x.type, x.type === 'i64' ? 0n : 0) }
  const power = 10n ** BigInt(-places)
  const [wide, by] = [convert('i64', x), constant('i64', power)]
  const quotient = rounding.quotientCode(div(wide, by), rem(wide, by), power)
  const rounded = mul(quotient, by)
  // The product of 64 bits wrapped if it lost the sign of the quotient; narrower types are compared with their range.
  const { min, max } = limits(type)
  const wrapped = lt(xor(rounded, quotient), constant('i64', 0n))
  const outside = or(lt(rounded, convert('i64', min)), gt(rounded, convert('i64', max)))
  const when = type.kind === 'int64' ? wrapped : outside
  return { value: convert(x.type, rounded), errors: [{ when, message: overflowMessage(rounding.operation, type) }] }
}

/** Rounding at a fixed place keeps the order, except where a float leaves the range of doubles. */
export function roundingBounds(rounding: Rounding): NonNullable<ScalarFunction['bounds']> {
  return ([x, digits], signature) => {
    if (!x) return undefined
    const evaluate = evaluateRounding(rounding)(signature)
    if (!digits) return monotone(x, (end) => evaluate(end))
    const places = digits.lo
    if (typeof places !== 'number' || places !== digits.hi || x.empty || x.mayBeNaN) return undefined
    const flags = { mayBeNull: x.mayBeNull || digits.mayBeNull, mayBeNaN: false }
    const ends = [x.lo, x.hi].map((end) => endAt(end, places, signature, evaluate))
    const [lo, hi] = ends
    return lo === undefined || hi === undefined ? undefined : { lo, hi, ...flags }
  }
}

function endAt(
  end: Value | undefined,
  places: number,
  signature: Signature,
  evaluate: (...args: Value[]) => Value,
): Value | undefined {
  if (end === undefined) return undefined
  if (!isFloat(firstType(signature))) return outcomeOf(() => evaluate(end, places))
  const inRange = Number.isFinite((end as number) * powerOfTen(Math.abs(places)) * 2) && Number.isFinite(end)
  return inRange ? evaluate(end, places) : undefined
}

/** Ends that overflow are not known. */
function outcomeOf(run: () => Value): Value | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
