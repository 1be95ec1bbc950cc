/** Code as instructions for one cell. Called by the loops; `lanes.ts` does the same for four cells. */
import type { BinaryOp, Code, CodeType, CompareOp, UnaryOp } from '../model/code.js'
import { homeOf, keep, type Scope } from './scope.js'
import { constantOf, i32, op, type Wasm, wasmType } from './wasm.js'

/** The value of the code, computed in this or an outer scope the first time it is asked for. Bools are 0 or 1. */
export function scalar(code: Code, scope: Scope): Wasm {
  if (code.op === 'const') return constantOf(code.type, code.value)
  const home = homeOf(code, scope)
  const known = home.scalars.get(code)
  if (known) return known
  const value = code.op === 'input' ? home.inputs.scalar(code.index, home) : operation(code, home)
  const kept = keep(home, wasmType(code.type), value)
  home.scalars.set(code, kept)
  return kept
}

function operation(code: Exclude<Code, { op: 'const' | 'input' }>, scope: Scope): Wasm {
  const args = code.args.map((arg) => scalar(arg, scope))
  const [a, b, c] = args as [Wasm, Wasm, Wasm]
  const from = code.args[0]?.type ?? code.type
  switch (code.op) {
    case 'select':
      return isZero(code.args[2]) && isFloat(code.type) ? orZero(code.type, a, b) : op('select', b, c, a)
    case 'convert':
      return converted(a, from, code.type, code.unsigned === true)
    case 'reinterpret':
      return op(`${code.type}.reinterpret_${from}`, a)
    case 'kernel':
      return { kind: 'kernel', name: code.name, args }
    default:
      return code.args.length === 1 ? unary(code.op as UnaryOp, code.type, a) : binary(code.op, from, a, b)
  }
}

function isFloat(type: CodeType): type is 'f32' | 'f64' {
  return type === 'f32' || type === 'f64'
}

export function isZero(code: Code): boolean {
  return code.op === 'const' && Object.is(Number(code.value), 0)
}

/** V8 makes a branch of a select of floats, which data cannot be trusted to let it predict. */
function orZero(type: 'f32' | 'f64', condition: Wasm, value: Wasm): Wasm {
  const bits = type === 'f32' ? 'i32' : 'i64'
  const mask = converted(op('i32.sub', i32(0), condition), 'i32', bits, false)
  return op(`${type}.reinterpret_${bits}`, op(`${bits}.and`, op(`${bits}.reinterpret_${type}`, value), mask))
}

function binary(operator: BinaryOp | CompareOp | UnaryOp, type: CodeType, a: Wasm, b: Wasm): Wasm {
  const machine = wasmType(type)
  const float = isFloat(type)
  const { float: plain, integer } = binaryNames[operator as keyof typeof binaryNames]
  const unsigned = type === 'bool' ? integer.replace('_s', '_u') : integer
  return op(`${machine}.${float ? plain : unsigned}`, a, b)
}

const same = (name: string) => ({ float: name, integer: name })
const signed = (name: string) => ({ float: name, integer: `${name}_s` })
const unsigned = (name: string) => ({ float: name, integer: `${name}_u` })

const binaryNames = {
  add: same('add'),
  sub: same('sub'),
  mul: same('mul'),
  div: signed('div'),
  divU: unsigned('div'),
  rem: signed('rem'),
  remU: unsigned('rem'),
  min: same('min'),
  max: same('max'),
  and: same('and'),
  or: same('or'),
  xor: same('xor'),
  shl: same('shl'),
  shr: signed('shr'),
  shrU: unsigned('shr'),
  eq: same('eq'),
  ne: same('ne'),
  lt: signed('lt'),
  le: signed('le'),
  gt: signed('gt'),
  ge: signed('ge'),
  ltU: unsigned('lt'),
  leU: unsigned('le'),
  gtU: unsigned('gt'),
  geU: unsigned('ge'),
}

function unary(operator: UnaryOp, type: CodeType, a: Wasm): Wasm {
  if (operator === 'not') return op('i32.eqz', a)
  if (isFloat(type)) return op(`${type}.${operator}`, a)
  const negative = op(`${wasmType(type)}.sub`, constantOf(type, 0), a)
  if (operator === 'neg') return negative
  if (operator === 'abs') return op('select', negative, a, op(`${wasmType(type)}.lt_s`, a, constantOf(type, 0)))
  // Integers are whole already; sqrt of one has no meaning.
  if (operator === 'sqrt') throw new Error(`sqrt of ${type}`)
  return a
}

/** Arguments of `converted` are locals or constants, so that using them twice costs nothing. */
export function converted(a: Wasm, from: CodeType, to: CodeType, isUnsigned: boolean): Wasm {
  const sign = isUnsigned ? 'u' : 's'
  if (from === to) return a
  if (to === 'bool') return op(`${wasmType(from)}.ne`, a, constantOf(from, 0))
  if (from === 'bool') return to === 'i32' ? a : converted(a, 'i32', to, true)
  if (from === 'i32' && to === 'i64') return op(`i64.extend_i32_${sign}`, a)
  if (from === 'i64' && to === 'i32') return op('i32.wrap_i64', a)
  if (from === 'f32' && to === 'f64') return op('f64.promote_f32', a)
  if (from === 'f64' && to === 'f32') return op('f32.demote_f64', a)
  if (from === 'i32' || from === 'i64') return op(`${to}.convert_${from}_${sign}`, a)
  return op(`${to}.trunc_sat_${from}_${sign}`, a)
}
