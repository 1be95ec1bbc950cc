/**
 * The intermediate code that functions emit and `compile/assemble.ts` turns into wasm, one cell or four lanes at a time.
 * A DAG of pure operations over machine types; sharing is by structure, so emitters need not care about repeats.
 *
 * Representation of SQL types: boolean is `bool`; int8..int32, uint8, uint16 and date are `i32` (always within the range
 * of their type); uint32, int64, timestamp are `i64`; uint64 is `i64` with unsigned operations; float32 `f32`; float64 `f64`.
 */
import { type Type, typeName } from './type.js'

export type CodeType = 'bool' | 'i32' | 'i64' | 'f32' | 'f64'

/** Both arguments and the result have one type. Integer division and remainder by zero are undefined: guard with `select`. */
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'divU'
  | 'rem'
  | 'remU'
  | 'min'
  | 'max' // floats only; NaN if either is NaN
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr'
  | 'shrU' // integers; `and`, `or`, `xor` also bool
/** Arguments of one type, result bool. The U forms are unsigned. Float comparisons are IEEE (false with NaN, except `ne`). */
export type CompareOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'ltU' | 'leU' | 'gtU' | 'geU'
/** `nearest` rounds halves to even; `not` is for bool. */
export type UnaryOp = 'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'trunc' | 'nearest' | 'not'

export type Code =
  | { readonly op: 'const'; readonly type: CodeType; readonly value: number | bigint | boolean }
  /** The k-th input of the body: a column's stored value, or a state field. */
  | { readonly op: 'input'; readonly type: CodeType; readonly index: number }
  | { readonly op: BinaryOp; readonly type: CodeType; readonly args: readonly [Code, Code] }
  | { readonly op: CompareOp; readonly type: 'bool'; readonly args: readonly [Code, Code] }
  | { readonly op: UnaryOp; readonly type: CodeType; readonly args: readonly [Code] }
  /** condition ? a : b, without branching: both are computed. */
  | { readonly op: 'select'; readonly type: CodeType; readonly args: readonly [Code, Code, Code] }
  /** Value-preserving or rounding conversion to `type`. From floats to integers it saturates, NaN gives 0. `unsigned` tells how the integer side is read. */
  | { readonly op: 'convert'; readonly type: CodeType; readonly args: readonly [Code]; readonly unsigned?: true }
  /** The same bits under another type: f64 <-> i64, f32 <-> i32. */
  | { readonly op: 'reinterpret'; readonly type: CodeType; readonly args: readonly [Code] }
  /** A function that the kernel exports: f64 arguments, f64 result. Scalar only. */
  | { readonly op: 'kernel'; readonly name: string; readonly type: 'f64'; readonly args: readonly Code[] }

/** An SQL value as code: absent `valid` = never NULL. The value under a NULL is arbitrary. */
export interface Emitted {
  readonly value: Code
  readonly valid?: Code | undefined
  /** Conditions that make the query fail if they hold for an active, valid cell. Never a trap. */
  readonly errors?: readonly { readonly when: Code; readonly message: string }[] | undefined
}

export function codeTypeOf(type: Type): CodeType {
  switch (type.kind) {
    case 'null':
    case 'boolean':
      return 'bool'
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'date':
      return 'i32'
    case 'uint32':
    case 'int64':
    case 'uint64':
    case 'timestamp':
    case 'calendar':
      return 'i64'
    case 'float32':
      return 'f32'
    case 'float64':
      return 'f64'
    case 'varchar':
    case 'blob':
    case 'list':
    case 'duration':
      throw new Error(`${typeName(type)} has no code`)
    default:
      return type.kind satisfies never
  }
}

// Builders, so that emitters read like formulas.

export const constant = (type: CodeType, value: number | bigint | boolean): Code => ({ op: 'const', type, value })
export const input = (type: CodeType, index: number): Code => ({ op: 'input', type, index })
const binary =
  (op: BinaryOp) =>
  (a: Code, b: Code): Code => ({ op, type: a.type, args: [a, b] })
const compare =
  (op: CompareOp) =>
  (a: Code, b: Code): Code => ({ op, type: 'bool', args: [a, b] })
const unary =
  (op: UnaryOp) =>
  (a: Code): Code => ({ op, type: a.type, args: [a] })

export const add = binary('add')
export const sub = binary('sub')
export const mul = binary('mul')
export const div = binary('div')
export const divU = binary('divU')
export const rem = binary('rem')
export const remU = binary('remU')
export const min = binary('min')
export const max = binary('max')
export const and = binary('and')
export const or = binary('or')
export const xor = binary('xor')
export const shl = binary('shl')
export const shr = binary('shr')
export const shrU = binary('shrU')
export const eq = compare('eq')
export const ne = compare('ne')
export const lt = compare('lt')
export const le = compare('le')
export const gt = compare('gt')
export const ge = compare('ge')
export const ltU = compare('ltU')
export const leU = compare('leU')
export const gtU = compare('gtU')
export const geU = compare('geU')
export const neg = unary('neg')
export const abs = unary('abs')
export const sqrt = unary('sqrt')
export const floor = unary('floor')
export const ceil = unary('ceil')
export const trunc = unary('trunc')
export const nearest = unary('nearest')
export const not = unary('not')
export const select = (condition: Code, a: Code, b: Code): Code => ({
  op: 'select',
  type: a.type,
  args: [condition, a, b],
})
export const convert = (type: CodeType, a: Code, unsigned?: true): Code =>
  a.type === type ? a : unsigned ? { op: 'convert', type, args: [a], unsigned } : { op: 'convert', type, args: [a] }
export const reinterpret = (type: CodeType, a: Code): Code => ({ op: 'reinterpret', type, args: [a] })
export const kernelCall = (name: string, ...args: Code[]): Code => ({ op: 'kernel', name, type: 'f64', args })

/** The conjunction of validities; absent parts are always valid. */
export function allValid(...parts: readonly (Code | undefined)[]): Code | undefined {
  const present = parts.filter((part) => part !== undefined)
  return present.length === 0 ? undefined : present.reduce((a, b) => (a === b ? a : and(a, b)))
}

export function childrenOfCode(code: Code): readonly Code[] {
  return 'args' in code ? code.args : []
}
