/** Rewrites one operation whose arguments are simplified already; each rule keeps the value bit for bit. Called by `graph.ts`. */
import { and, type Code, constant, convert, not, or } from '../model/code.js'

const TRUE = constant('bool', true)
const FALSE = constant('bool', false)

export function simplify(code: Code): Code {
  switch (code.op) {
    case 'and':
      return code.type === 'bool' ? simplifyAnd(code, ...code.args) : code
    case 'or':
      return code.type === 'bool' ? simplifyOr(code, ...code.args) : code
    case 'not':
      return simplifyNot(code, code.args[0])
    case 'select':
      return simplifySelect(code, ...code.args)
    case 'convert':
      return simplifyConvert(code, code.args[0])
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return narrowCompare(code, ...code.args)
    default:
      return code
  }
}

function truth(code: Code): boolean | undefined {
  return code.op === 'const' && code.type === 'bool' ? Boolean(code.value) : undefined
}

/** Conjunctions are lists in which each condition stands once, and none that another makes superfluous. */
function simplifyAnd(code: Code, a: Code, b: Code): Code {
  if (truth(a) === true || a === b) return b
  if (truth(b) === true) return a
  if (truth(a) === false || truth(b) === false) return FALSE
  const given = [...conjunctsOf(a), ...conjunctsOf(b)]
  const parts = [...new Set(given)].map((part) => withoutNaN(part, given))
  const kept = parts.filter((part) => !parts.some((other) => other !== part && implies(other, part)))
  const unchanged = kept.length === given.length && kept.every((part, i) => part === given[i])
  return unchanged && isList(b) ? code : kept.reduce(and)
}

/** Lists lean to the left, so that they share their beginnings. */
function isList(last: Code): boolean {
  return !(last.op === 'and' && last.type === 'bool')
}

export function conjunctsOf(code: Code): Code[] {
  return code.op === 'and' && code.type === 'bool' ? code.args.flatMap(conjunctsOf) : [code]
}

const ordered = ['eq', 'lt', 'le', 'gt', 'ge']

/** An ordered comparison of two values is false where one is NaN: beside it `x = x` says nothing new. */
function implies(comparison: Code, test: Code): boolean {
  if (test.op !== 'eq' || test.args[0] !== test.args[1] || !ordered.includes(comparison.op)) return false
  if (!('args' in comparison) || comparison.args[0] === comparison.args[1]) return false
  return comparison.args.some((arg) => arg === test.args[0])
}

/** Whether the test is false where the value is NaN, or the narrower one that it is a copy of. */
export function isNotNaNTest(test: Code, value: Code): boolean {
  if ('args' in test && ordered.includes(test.op) && test.args.some((arg) => arg === value)) return true
  return value.op === 'convert' && isNotNaNTest(test, value.args[0])
}

/** Where no argument can be NaN, `not (a >= b)` is `a < b`. */
function withoutNaN(part: Code, given: readonly Code[]): Code {
  if (part.op !== 'not') return part
  const [inner] = part.args
  if (!(inner.op in opposite) || !('args' in inner)) return part
  const sure = (arg: Code) =>
    arg.op === 'const' ? !Number.isNaN(arg.value) : given.some((test) => test !== part && isNotNaNTest(test, arg))
  return inner.args.every(sure) ? ({ ...inner, op: opposite[inner.op as keyof typeof opposite] } as Code) : part
}

function simplifyOr(code: Code, a: Code, b: Code): Code {
  if (truth(a) === false || a === b) return b
  if (truth(b) === false) return a
  if (truth(a) === true || truth(b) === true) return TRUE
  return code
}

const opposite = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' } as const
const oppositeU = { ltU: 'geU', geU: 'ltU', gtU: 'leU', leU: 'gtU' } as const

function simplifyNot(code: Code, a: Code): Code {
  const known = truth(a)
  if (known !== undefined) return known ? FALSE : TRUE
  if (a.op === 'not') return a.args[0]
  if (a.op in oppositeU) return { ...a, op: oppositeU[a.op as keyof typeof oppositeU] } as Code
  if (!(a.op in opposite) || !('args' in a)) return code
  // With NaN, `not (a < b)` is true and `a >= b` false.
  const float = a.args[0]?.type === 'f32' || a.args[0]?.type === 'f64'
  if (float && a.op !== 'eq' && a.op !== 'ne') return code
  return { ...a, op: opposite[a.op as keyof typeof opposite] } as Code
}

function simplifySelect(code: Code, condition: Code, a: Code, b: Code): Code {
  const known = truth(condition)
  if (known !== undefined) return known ? a : b
  if (a === b) return a
  if (code.type !== 'bool') return code
  if (truth(a) === true) return or(condition, b)
  if (truth(a) === false) return and(not(condition), b)
  if (truth(b) === true) return or(not(condition), a)
  if (truth(b) === false) return and(condition, a)
  return code
}

/** Conversions that lose nothing are skipped on the way to the last type. */
function simplifyConvert(code: Code, inner: Code): Code {
  if (inner.op !== 'convert') return code.type === inner.type ? inner : code
  const [source] = inner.args
  if (source.type === 'i32' && inner.type === 'i64') {
    if (code.type === 'i32') return source
    if (code.type === 'f64') return convert('f64', source, inner.unsigned)
  }
  if (source.type === 'f32' && inner.type === 'f64' && code.type === 'f32') return source
  return code
}

/** Comparing two f32 as f64 tells what comparing them as f32 does. */
function narrowCompare(code: Code, a: Code, b: Code): Code {
  const narrowA = asFloat32(a)
  const narrowB = asFloat32(b)
  if (!narrowA || !narrowB || (a.op === 'const' && b.op === 'const')) return code
  return { ...code, args: [narrowA, narrowB] } as Code
}

function asFloat32(code: Code): Code | undefined {
  if (code.type !== 'f64') return undefined
  if (code.op === 'convert' && code.args[0].type === 'f32') return code.args[0]
  if (code.op !== 'const' || !Object.is(Math.fround(Number(code.value)), Number(code.value))) return undefined
  return constant('f32', code.value)
}
