/** Stored numbers to values of the column's type, as code. Called by `program.ts`; `source/unpack.ts` does the same in JavaScript. */
import {
  add,
  allValid,
  and,
  type Code,
  type CodeType,
  codeTypeOf,
  constant,
  convert,
  div,
  type Emitted,
  eq,
  floor,
  ge,
  gt,
  gtU,
  input,
  lt,
  ltU,
  mul,
  ne,
  not,
  or,
  reinterpret,
  rem,
  select,
  shl,
  sub,
} from '../model/code.js'
import type { NestColumn } from '../model/nest.js'
import type { Storage, ValidRange } from '../model/schema.js'
import { isObjectType } from '../model/type.js'

/** The machine type in which a stored number is loaded. */
export function rawType(storage: Storage): CodeType {
  switch (storage) {
    case 'bool':
      return 'bool'
    case 'i1':
    case 'i2':
    case 'i4':
    case 'u1':
    case 'u2':
    case 'f2':
      return 'i32'
    case 'u4':
    case 'i8':
    case 'u8':
      return 'i64'
    case 'f4':
      return 'f32'
    case 'f8':
      return 'f64'
    default:
      return storage satisfies never
  }
}

/** The value of the column whose stored number is the input `index`; undefined where its type has no code. */
export function columnValue(column: NestColumn, index: number): Emitted | undefined {
  if (isObjectType(column.type) || column.unpack.kind === 'months') return undefined
  const loaded = input(rawType(column.storage), index)
  const raw = column.storage === 'f2' ? singleOfHalf(loaded) : loaded
  return { value: unpacked(column, raw), valid: validity(column, raw) }
}

/** The float32 of the bits of a half: exponent and mantissa move to their places, and 2^112 makes up for the other bias. */
function singleOfHalf(half: Code): Code {
  const bits = (value: number) => constant('i32', value)
  const magnitude = shl(and(half, bits(0x7fff)), bits(13))
  const finite = mul(reinterpret('f32', magnitude), constant('f32', 2 ** 112))
  const exponent = and(half, bits(0x7c00))
  const other = reinterpret('f32', or(magnitude, bits(0x7f800000)))
  const size = reinterpret('i32', select(eq(exponent, bits(0x7c00)), other, finite))
  return reinterpret('f32', or(size, shl(and(half, bits(0x8000)), bits(16))))
}

function validity({ storage, missing, nanIsNull, validRange }: NestColumn, raw: Code): Code | undefined {
  const differs = missing
    .filter((value) => canEqual(raw.type, value))
    .map((value) => ne(raw, constant(raw.type, value)))
  const float = raw.type === 'f32' || raw.type === 'f64'
  return allValid(float && nanIsNull ? eq(raw, raw) : undefined, ...differs, ...within(validRange, storage, raw))
}

/** NaN is not outside. */
function within({ least, most }: ValidRange = {}, storage: Storage, raw: Code): Code[] {
  const [isBelow, isAbove] = storage === 'u8' ? [ltU, gtU] : [lt, gt]
  return [
    ...(least === undefined ? [] : [not(isBelow(raw, constant(raw.type, least)))]),
    ...(most === undefined ? [] : [not(isAbove(raw, constant(raw.type, most)))]),
  ]
}

function canEqual(type: CodeType, value: number | bigint): boolean {
  return type === 'f32' || type === 'f64' || typeof value === 'bigint' || Number.isInteger(value)
}

function unpacked(column: NestColumn, raw: Code): Code {
  const { unpack } = column
  switch (unpack.kind) {
    case 'none':
      return column.type.kind === 'boolean' ? isTrue(raw) : widened(codeTypeOf(column.type), raw, column.storage)
    case 'scale':
      return scaled(column, raw, unpack.scale, unpack.offset)
    case 'time':
      return unpack.per === undefined
        ? timestamp(column, raw, unpack.step, unpack.epoch)
        : add(
            cutOff(times(widened('i64', raw, column.storage), unpack.step), unpack.per),
            constant('i64', unpack.epoch),
          )
    case 'months':
      throw new Error('months have no code')
    default:
      return unpack satisfies never
  }
}

/** Any number but 0 is true. */
function isTrue(raw: Code): Code {
  return raw.type === 'bool' ? raw : ne(raw, constant(raw.type, raw.type === 'i64' ? 0n : 0))
}

function widened(type: CodeType, raw: Code, storage: Storage): Code {
  return convert(type, raw, storage === 'u8' ? true : undefined)
}

/** Stored numbers that an f32 holds exactly. */
const fitsFloat32: ReadonlySet<Storage> = new Set(['bool', 'i1', 'i2', 'u1', 'u2', 'f2', 'f4'])

/** In float32 the product and the sum are rounded each; numbers of more bits are multiplied in f64 before that. */
function scaled({ type, storage }: NestColumn, raw: Code, scale: number, offset: number): Code {
  const result = codeTypeOf(type)
  const factor = result === 'f32' ? Math.fround(scale) : scale
  const inner = result === 'f32' && fitsFloat32.has(storage) ? 'f32' : 'f64'
  const count = widened(inner, raw, storage)
  const product = scale === 1 ? count : mul(count, constant(inner, factor))
  // Only -0 changes no number: 0 would take its sign from it.
  return Object.is(offset, -0) ? convert(result, product) : add(convert(result, product), constant(result, offset))
}

/** Whole counts of whole steps are exact, others rounded to the microsecond; what is not finite stands at the zero of time. */
function timestamp({ storage }: NestColumn, raw: Code, step: number, epoch: bigint): Code {
  const float = raw.type === 'f32' || raw.type === 'f64'
  const since = (micros: Code) => add(micros, constant('i64', epoch))
  const exact = Number.isInteger(step)
    ? since(times(convert('i64', raw, storage === 'u8' ? true : undefined), step))
    : undefined
  if (exact && !float) return exact
  const count = widened('f64', raw, storage)
  const rounded = since(convert('i64', round(mul(count, constant('f64', step)))))
  const difference = sub(count, count)
  const finite = eq(difference, difference)
  const value = exact ? select(eq(floor(count), count), exact, rounded) : rounded
  return float ? select(finite, value, constant('i64', 0n)) : value
}

/** The quotient, towards the past. */
function cutOff(count: Code, per: bigint): Code {
  const zero = constant('i64', 0n)
  const divisor = constant('i64', per)
  const quotient = div(count, divisor)
  const below = sub(quotient, constant('i64', 1n))
  return select(lt(rem(count, divisor), zero), below, quotient)
}

function times(count: Code, step: number): Code {
  return step === 1 ? count : mul(count, constant('i64', BigInt(step)))
}

/** Halves up, as Math.round: adding a half before would be wrong just below one. */
function round(value: Code): Code {
  const below = floor(value)
  const half = ge(sub(value, below), constant('f64', 0.5))
  return select(half, add(below, constant('f64', 1)), below)
}
