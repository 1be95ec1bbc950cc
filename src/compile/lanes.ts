/**
 * Code as instructions for four cells at once: 32-bit values are one vector, 64-bit values two (cells 0 1 and 2 3),
 * bools masks of 32 bits a lane, or of 64 bits where that is what comparing gives and selecting wants.
 * Called by the loops where `hasLanes` says that all operations have such a form.
 */
import type { BinaryOp, Code, CodeType, CompareOp } from '../model/code.js'
import { convertedLanes, hasLaneConversion, highHalf, joinHalves, joinLow, splat } from './lane-shape.js'
import { isZero, scalar } from './scalar.js'
import { homeOf, keep, levelOf, type Scope } from './scope.js'
import { constantVector, isWide, op, type Wasm } from './wasm.js'

export type Vectors = readonly Wasm[]

/** Whether code can run in lanes; what does not change from cell to cell is computed as a scalar, so that it always can. */
export function hasLanes(code: Code, scope: Scope, seen = new Map<Code, boolean>()): boolean {
  const known = seen.get(code)
  if (known !== undefined) return known
  const possible =
    levelOf(code, scope) !== 'cell' ||
    code.op === 'input' ||
    (operationHasLanes(code, scope) && (!('args' in code) || code.args.every((arg) => hasLanes(arg, scope, seen))))
  seen.set(code, possible)
  return possible
}

function operationHasLanes(code: Code, scope: Scope): boolean {
  switch (code.op) {
    case 'kernel':
      return false
    case 'div':
    case 'divU':
    case 'rem':
    case 'remU':
      return code.type === 'i32' || isFloat(code.type)
    case 'shl':
    case 'shr':
    case 'shrU':
      return levelOf(code.args[1], scope) !== 'cell'
    case 'convert':
      return hasLaneConversion(code.args[0].type, code.type, code.unsigned === true)
    default:
      return true
  }
}

function isFloat(type: CodeType): boolean {
  return type === 'f32' || type === 'f64'
}

/** The vectors of the code; a bool as one mask of 32 bits a lane. */
export function lanes(code: Code, scope: Scope): Vectors {
  const home = homeOf(code, scope)
  const known = home.vectors.get(code)
  if (known) return known
  const value = keepAll(home, computeLanes(code, home))
  home.vectors.set(code, value)
  return value
}

function computeLanes(code: Code, home: Scope): Vectors {
  if (levelOf(code, home) !== 'cell') return invariant(code, home)
  if (code.op === 'input') return home.inputs.lanes(code.index, home)
  if (code.type === 'bool') {
    return isNaturallyWide(code, home) ? [joinLow(...(wideMask(code, home) as [Wasm, Wasm]))] : narrowMask(code, home)
  }
  return operation(code as Operation, home)
}

/** The same vector serves both halves of a 64-bit value. */
function invariant(code: Code, home: Scope): Vectors {
  const vector = code.op === 'const' ? constantVector(code.type, code.value) : splat(code.type, scalar(code, home))
  return isWide(code.type) ? twice(home, vector) : [vector]
}

function twice(home: Scope, vector: Wasm): Vectors {
  const kept = keep(home, 'v128', vector)
  return [kept, kept]
}

function keepAll(scope: Scope, vectors: Vectors): Vectors {
  return vectors.map((vector) => (vector.kind === 'get' ? vector : keep(scope, 'v128', vector)))
}

/** A bool as two masks of 64 bits a lane. */
export function wideMask(code: Code, scope: Scope): Vectors {
  const home = homeOf(code, scope)
  const known = home.wideMasks.get(code)
  if (known) return known
  const value = keepAll(home, computeWideMask(code, home))
  home.wideMasks.set(code, value)
  return value
}

function computeWideMask(code: Code, home: Scope): Vectors {
  const fixed = levelOf(code, home) !== 'cell'
  if (!fixed && isNaturallyWide(code, home)) return maskOperation(code as Operation, home, wideMask)
  const [mask] = lanes(code, home) as [Wasm]
  // All lanes of an invariant mask are equal.
  if (fixed) return [mask, mask]
  return [op('i64x2.extend_low_i32x4_s', mask), op('i64x2.extend_high_i32x4_s', mask)]
}

function narrowMask(code: Code, home: Scope): Vectors {
  return maskOperation(code as Operation, home, lanes)
}

/** Whether computing the bool gives 64-bit masks: it compares 64-bit values, or combines such comparisons. */
function isNaturallyWide(code: Code, scope: Scope): boolean {
  const known = scope.wideBools.get(code)
  if (known !== undefined) return known
  const wide = comesWide(code, scope)
  scope.wideBools.set(code, wide)
  return wide
}

function comesWide(code: Code, scope: Scope): boolean {
  switch (code.op) {
    case 'const':
    case 'input':
    case 'select':
    case 'convert':
      return code.op === 'convert' && isWide(code.args[0].type)
    case 'and':
    case 'or':
    case 'xor':
    case 'not': {
      const moving = code.args.filter((arg) => levelOf(arg, scope) === 'cell')
      return moving.length > 0 && moving.every((arg) => isNaturallyWide(arg, scope))
    }
    default:
      return 'args' in code && isWide((code.args[0] as Code).type)
  }
}

type Operation = Exclude<Code, { op: 'const' | 'input' | 'kernel' }>

function maskOperation(code: Operation, scope: Scope, mask: (code: Code, scope: Scope) => Vectors): Vectors {
  const [a, b, c] = code.args as unknown as [Code, Code, Code]
  switch (code.op) {
    case 'and':
      return conjunction(a, b, (part) => mask(part, scope))
    case 'or':
    case 'xor':
      return zip(mask(a, scope), mask(b, scope), (x, y) => op(`v128.${code.op}`, x, y))
    case 'not':
      return mask(a, scope).map((x) => op('v128.not', x))
    case 'select': {
      const condition = mask(a, scope)
      return zip(mask(b, scope), mask(c, scope), (x, y, i) => op('v128.bitselect', x, y, condition[i] as Wasm))
    }
    case 'convert':
      return compareLanes('ne', a.type, lanes(a, scope), [zeroOf(a.type), zeroOf(a.type)])
    default:
      return a.type === 'bool'
        ? zip(mask(a, scope), mask(b, scope), (x, y) => compareMasks(code.op as CompareOp, x, y))
        : compareLanes(code.op as CompareOp, a.type, lanes(a, scope), lanes(b, scope))
  }
}

/** `a and not b` is one instruction. */
function conjunction(a: Code, b: Code, mask: (code: Code) => Vectors): Vectors {
  if (b.op === 'not') return zip(mask(a), mask(b.args[0]), (x, y) => op('v128.andnot', x, y))
  if (a.op === 'not') return zip(mask(b), mask(a.args[0]), (x, y) => op('v128.andnot', x, y))
  return zip(mask(a), mask(b), (x, y) => op('v128.and', x, y))
}

function zeroOf(type: CodeType): Wasm {
  return constantVector(type, 0)
}

function zip(a: Vectors, b: Vectors, combine: (a: Wasm, b: Wasm, half: number) => Wasm): Vectors {
  return a.map((x, half) => combine(x, b[half] as Wasm, half))
}

function compareMasks(operator: CompareOp, a: Wasm, b: Wasm): Wasm {
  switch (operator) {
    case 'eq':
      return op('v128.not', op('v128.xor', a, b))
    case 'ne':
      return op('v128.xor', a, b)
    case 'lt':
    case 'ltU':
      return op('v128.andnot', b, a)
    case 'gt':
    case 'gtU':
      return op('v128.andnot', a, b)
    case 'le':
    case 'leU':
      return op('v128.not', op('v128.andnot', a, b))
    case 'ge':
    case 'geU':
      return op('v128.not', op('v128.andnot', b, a))
    default:
      return operator satisfies never
  }
}

const shapes = { bool: 'i32x4', i32: 'i32x4', i64: 'i64x2', f32: 'f32x4', f64: 'f64x2' } as const

function compareLanes(operator: CompareOp, type: CodeType, a: Vectors, b: Vectors): Vectors {
  const shape = shapes[type]
  const isUnsigned = operator.endsWith('U')
  const name = isUnsigned ? operator.slice(0, -1) : operator
  if (isFloat(type) || name === 'eq' || name === 'ne') return zip(a, b, (x, y) => op(`${shape}.${name}`, x, y))
  if (!isUnsigned || type === 'i32') {
    return zip(a, b, (x, y) => op(`${shape}.${name}_${isUnsigned ? 'u' : 's'}`, x, y))
  }
  // 64-bit lanes compare as signed only: moving both by half of the range keeps their order.
  const sign = constantVector('i64', 1n << 63n)
  const moved = (x: Wasm) => op('v128.xor', x, sign)
  return zip(a, b, (x, y) => op(`i64x2.${name}_s`, moved(x), moved(y)))
}

function operation(code: Operation, scope: Scope): Vectors {
  const [a, b, c] = code.args as unknown as [Code, Code, Code]
  switch (code.op) {
    case 'select': {
      const extreme = extremeOf(a, b, c)
      if (extreme) return zip(lanes(c, scope), lanes(b, scope), (m, x) => op(`${shapes[code.type]}.${extreme}`, m, x))
      const condition = isWide(code.type) ? wideMask(a, scope) : lanes(a, scope)
      return selected(condition, b, c, scope)
    }
    case 'convert':
      return a.type === 'bool' ? convertedBool(a, code.type, scope) : convertedLanes(lanes(a, scope), a, code, scope)
    case 'reinterpret':
      return lanes(a, scope)
    case 'div':
    case 'divU':
    case 'rem':
    case 'remU':
      return isFloat(code.type) ? binary(code.op, code.type, a, b, scope) : [divided(code.op, a, b, scope)]
    case 'shl':
    case 'shr':
    case 'shrU':
      return shifted(code.op, a, b, scope)
    default:
      return code.args.length === 1
        ? lanes(a, scope).map((x) => unary(code.op, code.type, x))
        : binary(code.op as BinaryOp, code.type, a, b, scope)
  }
}

function binary(operator: BinaryOp, type: CodeType, a: Code, b: Code, scope: Scope): Vectors {
  return zip(lanes(a, scope), lanes(b, scope), (x, y) => op(binaryName(operator, type), x, y))
}

/** Integers of 32 bits by way of doubles, which hold them and whose quotients, cut off, are exact. */
function divided(operator: 'div' | 'divU' | 'rem' | 'remU', a: Code, b: Code, scope: Scope): Wasm {
  const sign = operator === 'div' || operator === 'rem' ? 's' : 'u'
  const [x, y] = [lanes(a, scope), lanes(b, scope)].map(([vector]) => vector) as [Wasm, Wasm]
  const halves = [(vector: Wasm) => vector, highHalf].map((half) => {
    const [p, q] = [x, y].map((vector) => op(`f64x2.convert_low_i32x4_${sign}`, half(vector))) as [Wasm, Wasm]
    return op(`i32x4.trunc_sat_f64x2_${sign}_zero`, op('f64x2.div', p, q))
  })
  const quotient = joinHalves(...(halves as [Wasm, Wasm]))
  return operator.startsWith('div') ? quotient : op('i32x4.sub', x, op('i32x4.mul', quotient, y))
}

/** `x < m ? x : m` is one instruction, also where one is NaN. Undefined where there is none, or it is something else. */
function extremeOf(condition: Code, x: Code, m: Code): string | undefined {
  if (!['lt', 'gt', 'ltU', 'gtU'].includes(condition.op)) return undefined
  const [left, right] = (condition as Operation).args
  if (left !== x || right !== m || x.type === 'i64') return undefined
  const name = condition.op.startsWith('lt') ? 'min' : 'max'
  return isFloat(x.type) ? `p${name}` : `${name}_${condition.op.endsWith('U') ? 'u' : 's'}`
}

/** Choosing between a value and zero is one `and`. */
function selected(condition: Vectors, a: Code, b: Code, scope: Scope): Vectors {
  if (isZero(b)) return zip(lanes(a, scope), condition, (x, m) => op('v128.and', x, m))
  if (isZero(a)) return zip(lanes(b, scope), condition, (x, m) => op('v128.andnot', x, m))
  return zip(lanes(a, scope), lanes(b, scope), (x, y, i) => op('v128.bitselect', x, y, condition[i] as Wasm))
}

/** True becomes the number one: its bits where all ones are. */
function convertedBool(a: Code, type: CodeType, scope: Scope): Vectors {
  const mask = isWide(type) ? wideMask(a, scope) : lanes(a, scope)
  const one = constantVector(type, 1)
  return mask.map((x) => op('v128.and', x, one))
}

function shifted(operator: 'shl' | 'shr' | 'shrU', a: Code, by: Code, scope: Scope): Vectors {
  const name = { shl: 'shl', shr: 'shr_s', shrU: 'shr_u' }[operator]
  const amount = scalar(by, scope)
  const count = by.type === 'i64' ? op('i32.wrap_i64', amount) : amount
  return lanes(a, scope).map((x) => op(`${shapes[a.type]}.${name}`, x, count))
}

function binaryName(operator: BinaryOp, type: CodeType): string {
  const bitwise = operator === 'and' || operator === 'or' || operator === 'xor'
  return bitwise ? `v128.${operator}` : `${shapes[type]}.${operator}`
}

function unary(operator: string, type: CodeType, x: Wasm): Wasm {
  const keepsIntegers = ['floor', 'ceil', 'trunc', 'nearest']
  return !isFloat(type) && keepsIntegers.includes(operator) ? x : op(`${shapes[type]}.${operator}`, x)
}
