/** The machine's arithmetic in JavaScript: one function for each operation and type of Code. Called by evaluate-code.ts. */
import type { Code, CodeType } from '../model/code.js'
import { bigToFloat32, roundHalfEven } from './cast/number.js'

/** bool is boolean, i32 and floats are numbers, i64 is a bigint in the signed range. */
export type Word = boolean | number | bigint

export type Operation = (a: Word, b: Word) => Word

type Operator = Exclude<Code, { op: 'const' | 'input' | 'select' | 'kernel' }>

/** What a node does with the values of its arguments. */
export function operation(code: Operator): Operation {
  const [{ type: from }] = code.args
  if (code.op === 'convert') return conversion(from, code.type, code.unsigned === true)
  if (code.op === 'reinterpret') return reinterpretation(from)
  const table = operationsOf(from)
  const apply = table[code.op]
  if (!apply) throw new Error(`no code ${code.op} over ${from}`)
  return apply
}

function operationsOf(type: CodeType): Readonly<Record<string, Operation>> {
  switch (type) {
    case 'bool':
      return onBool as Readonly<Record<string, Operation>>
    case 'i32':
      return onI32 as Readonly<Record<string, Operation>>
    case 'i64':
      return onI64 as Readonly<Record<string, Operation>>
    case 'f32':
      return onF32 as Readonly<Record<string, Operation>>
    case 'f64':
      return onF64 as Readonly<Record<string, Operation>>
    default:
      return type satisfies never
  }
}

/** The value as its type holds it; what it is converted from may be any number of JavaScript. */
export function normal(value: Word, type: CodeType): Word {
  switch (type) {
    case 'bool':
      return Boolean(value)
    case 'i32':
      return Number(value) | 0
    case 'i64':
      return BigInt.asIntN(64, BigInt(value))
    case 'f32':
      return Math.fround(Number(value))
    case 'f64':
      return Number(value)
    default:
      return type satisfies never
  }
}

const onBool = {
  and: (a: boolean, b: boolean) => a && b,
  or: (a: boolean, b: boolean) => a || b,
  xor: (a: boolean, b: boolean) => a !== b,
  not: (a: boolean) => !a,
  eq: (a: boolean, b: boolean) => a === b,
  ne: (a: boolean, b: boolean) => a !== b,
}

const u32 = (a: number): number => a >>> 0

const onI32 = {
  add: (a: number, b: number) => (a + b) | 0,
  sub: (a: number, b: number) => (a - b) | 0,
  mul: Math.imul,
  div: (a: number, b: number) => (a / b) | 0,
  divU: (a: number, b: number) => (u32(a) / u32(b)) | 0,
  rem: (a: number, b: number) => (a % b) | 0,
  remU: (a: number, b: number) => (u32(a) % u32(b)) | 0,
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  xor: (a: number, b: number) => a ^ b,
  shl: (a: number, b: number) => a << b,
  shr: (a: number, b: number) => a >> b,
  shrU: (a: number, b: number) => (a >>> b) | 0,
  neg: (a: number) => -a | 0,
  abs: (a: number) => Math.abs(a) | 0,
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
  ltU: (a: number, b: number) => u32(a) < u32(b),
  leU: (a: number, b: number) => u32(a) <= u32(b),
  gtU: (a: number, b: number) => u32(a) > u32(b),
  geU: (a: number, b: number) => u32(a) >= u32(b),
}

const i64 = (a: bigint): bigint => BigInt.asIntN(64, a)
const u64 = (a: bigint): bigint => BigInt.asUintN(64, a)

const onI64 = {
  add: (a: bigint, b: bigint) => i64(a + b),
  sub: (a: bigint, b: bigint) => i64(a - b),
  mul: (a: bigint, b: bigint) => i64(a * b),
  div: (a: bigint, b: bigint) => i64(a / b),
  divU: (a: bigint, b: bigint) => i64(u64(a) / u64(b)),
  rem: (a: bigint, b: bigint) => i64(a % b),
  remU: (a: bigint, b: bigint) => i64(u64(a) % u64(b)),
  and: (a: bigint, b: bigint) => a & b,
  or: (a: bigint, b: bigint) => a | b,
  xor: (a: bigint, b: bigint) => a ^ b,
  shl: (a: bigint, b: bigint) => i64(a << (b & 63n)),
  shr: (a: bigint, b: bigint) => a >> (b & 63n),
  shrU: (a: bigint, b: bigint) => i64(u64(a) >> (b & 63n)),
  neg: (a: bigint) => i64(-a),
  abs: (a: bigint) => i64(a < 0n ? -a : a),
  eq: (a: bigint, b: bigint) => a === b,
  ne: (a: bigint, b: bigint) => a !== b,
  lt: (a: bigint, b: bigint) => a < b,
  le: (a: bigint, b: bigint) => a <= b,
  gt: (a: bigint, b: bigint) => a > b,
  ge: (a: bigint, b: bigint) => a >= b,
  ltU: (a: bigint, b: bigint) => u64(a) < u64(b),
  leU: (a: bigint, b: bigint) => u64(a) <= u64(b),
  gtU: (a: bigint, b: bigint) => u64(a) > u64(b),
  geU: (a: bigint, b: bigint) => u64(a) >= u64(b),
}

/** Floats differ only in how a result is rounded; rounding a double result once more is exact for these operations. */
function onFloat(round: (a: number) => number) {
  return {
    add: (a: number, b: number) => round(a + b),
    sub: (a: number, b: number) => round(a - b),
    mul: (a: number, b: number) => round(a * b),
    div: (a: number, b: number) => round(a / b),
    min: Math.min,
    max: Math.max,
    neg: (a: number) => -a,
    abs: Math.abs,
    sqrt: (a: number) => round(Math.sqrt(a)),
    floor: Math.floor,
    ceil: Math.ceil,
    trunc: Math.trunc,
    nearest: (a: number) => (Number.isFinite(a) ? keepSign(roundHalfEven(a), a) : a),
    eq: (a: number, b: number) => a === b,
    ne: (a: number, b: number) => a !== b,
    lt: (a: number, b: number) => a < b,
    le: (a: number, b: number) => a <= b,
    gt: (a: number, b: number) => a > b,
    ge: (a: number, b: number) => a >= b,
  }
}

const keepSign = (rounded: number, from: number): number =>
  rounded === 0 && (from < 0 || Object.is(from, -0)) ? -0 : rounded

const onF64 = onFloat((a) => a)
const onF32 = onFloat(Math.fround)

function conversion(from: CodeType, to: CodeType, unsigned: boolean): Operation {
  const isFloat = (type: CodeType) => type === 'f32' || type === 'f64'
  if (isFloat(from) && (to === 'i32' || to === 'i64')) return saturating(to, unsigned)
  const read = unsigned ? unsignedReading(from) : (a: Word) => a
  if (from === 'i64' && to === 'f32') return (a) => bigToFloat32(read(a) as bigint)
  return (a) => normal(read(a), to)
}

function unsignedReading(from: CodeType): (a: Word) => Word {
  if (from === 'i32') return (a) => u32(a as number)
  return from === 'i64' ? (a) => u64(a as bigint) : (a) => a
}

function saturating(to: 'i32' | 'i64', unsigned: boolean): Operation {
  const bits = to === 'i32' ? 32n : 64n
  const least = unsigned ? 0n : -(1n << (bits - 1n))
  const greatest = (1n << (unsigned ? bits : bits - 1n)) - 1n
  return (a) => {
    const value = a as number
    if (Number.isNaN(value)) return normal(0, to)
    if (value <= Number(least)) return normal(least, to)
    if (value >= Number(greatest)) return normal(greatest, to)
    return normal(BigInt(Math.trunc(value)), to)
  }
}

const scratch = new DataView(new ArrayBuffer(8))

function reinterpretation(from: CodeType): Operation {
  return (a) => {
    switch (from) {
      case 'f64':
        scratch.setFloat64(0, a as number)
        return scratch.getBigInt64(0)
      case 'i64':
        scratch.setBigInt64(0, a as bigint)
        return scratch.getFloat64(0)
      case 'f32':
        scratch.setFloat32(0, a as number)
        return scratch.getInt32(0)
      default:
        scratch.setInt32(0, a as number)
        return scratch.getFloat32(0)
    }
  }
}
