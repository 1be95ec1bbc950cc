/** Stored numbers to values of the column's type, as code. Called by `program.ts`; `source/unpack.ts` does the same in JavaScript. */
import {
  add,
  allValid,
  type Code,
  type CodeType,
  codeTypeOf,
  constant,
  convert,
  type Emitted,
  eq,
  floor,
  ge,
  input,
  mul,
  ne,
  select,
  sub,
} from '../model/code.js'
import type { NestColumn } from '../model/nest.js'
import type { Storage } from '../model/schema.js'

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
  if (column.type.kind === 'varchar') return undefined
  const raw = input(rawType(column.storage), index)
  return { value: unpacked(column, raw), valid: validity(column, raw) }
}

function validity({ missing, nanIsNull }: NestColumn, raw: Code): Code | undefined {
  const differs = missing
    .filter((value) => canEqual(raw.type, value))
    .map((value) => ne(raw, constant(raw.type, value)))
  const float = raw.type === 'f32' || raw.type === 'f64'
  return allValid(float && nanIsNull ? eq(raw, raw) : undefined, ...differs)
}

function canEqual(type: CodeType, value: number | bigint): boolean {
  return type === 'f32' || type === 'f64' || typeof value === 'bigint' || Number.isInteger(value)
}

function unpacked(column: NestColumn, raw: Code): Code {
  const { unpack } = column
  switch (unpack.kind) {
    case 'none':
      return widened(codeTypeOf(column.type), raw, column.storage)
    case 'scale':
      return scaled(column, raw, unpack.scale, unpack.offset)
    case 'time':
      return timestamp(column, raw, unpack.step, unpack.epoch)
    default:
      return unpack satisfies never
  }
}

function widened(type: CodeType, raw: Code, storage: Storage): Code {
  return convert(type, raw, storage === 'u8' ? true : undefined)
}

/** Stored numbers that an f32 holds exactly. */
const fitsFloat32: ReadonlySet<Storage> = new Set(['bool', 'i1', 'i2', 'u1', 'u2', 'f4'])

/** In float32 the product and the sum are rounded each; numbers of more bits are multiplied in f64 before that. */
function scaled({ type, storage }: NestColumn, raw: Code, scale: number, offset: number): Code {
  const result = codeTypeOf(type)
  const factor = result === 'f32' ? Math.fround(scale) : scale
  const inner = result === 'f32' && fitsFloat32.has(storage) ? 'f32' : 'f64'
  const count = widened(inner, raw, storage)
  const product = scale === 1 ? count : mul(count, constant(inner, factor))
  return add(convert(result, product), constant(result, offset))
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

function times(count: Code, step: number): Code {
  return step === 1 ? count : mul(count, constant('i64', BigInt(step)))
}

/** Halves up, as Math.round: adding a half before would be wrong just below one. */
function round(value: Code): Code {
  const below = floor(value)
  const half = ge(sub(value, below), constant('f64', 0.5))
  return select(half, add(below, constant('f64', 1)), below)
}
