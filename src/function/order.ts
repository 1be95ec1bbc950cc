/** The order of values: as in DuckDB NaN equals itself and is the greatest, text is ordered by code point. */
import { and, type Code, eq, ge, geU, gt, gtU, le, leU, lt, ltU, ne, not, or } from '../model/code.js'
import { compareDurations, type Duration, isDuration } from '../model/duration.js'
import type { Type, Value } from '../model/type.js'

/** Negative, zero or positive, for two non-NULL values of one type. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (typeof a === 'object' && typeof b === 'object' && a && b) return compareItems(a, b)
  if (equalValues(a, b)) return 0
  return lessValue(a, b) ? -1 : 1
}

export function equalValues(a: Value, b: Value): boolean {
  // biome-ignore lint/suspicious/noSelfCompare: NaN equals NaN
  if (a === b || (a !== a && b !== b)) return true
  return typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && compareItems(a, b) === 0
}

export function lessValue(a: Value, b: Value): boolean {
  if (a === null || b === null) return false
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b) < 0
  if (typeof a === 'object' && typeof b === 'object') return compareItems(a, b) < 0
  // biome-ignore lint/suspicious/noSelfCompare: NaN is the greatest
  return a < b || (b !== b && a === a)
}

type Composed = Uint8Array | Duration | readonly Value[]

/** Bytes and lists: by the first item that differs, then by length. NULL in a list is the greatest. */
function compareItems(a: Composed, b: Composed): number {
  if (isDuration(a) || isDuration(b)) return compareDurations(a as Duration, b as Duration)
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x = null, y = null] = [a[i], b[i]]
    if (x === null || y === null) {
      if (x !== y) return x === null ? 1 : -1
    } else {
      const order = compareValues(x, y)
      if (order !== 0) return order
    }
  }
  return a.length - b.length
}

/** UTF-16 order differs from code point order only where a surrogate meets a character from U+E000 on. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

// The same as code. Most columns meet a constant, which is no NaN: then one comparison is enough.

const isFloatCode = (code: Code): boolean => code.type === 'f32' || code.type === 'f64'

/** Certain from the shape of the code alone. */
export function neverNaN(code: Code): boolean {
  if (code.op === 'const') return !Number.isNaN(code.value)
  if (code.op !== 'convert') return !isFloatCode(code)
  const [from] = code.args
  return neverNaN(from)
}

const isNaNCode = (a: Code): Code => ne(a, a)
const notNaNCode = (a: Code): Code => eq(a, a)

const isUnsigned = (type: Type): boolean => type.kind === 'uint64'

export function equalCode(a: Code, b: Code): Code {
  if (!isFloatCode(a) || neverNaN(a) || neverNaN(b)) return a.type === 'bool' ? sameTruth(a, b) : eq(a, b)
  return or(eq(a, b), and(isNaNCode(a), isNaNCode(b)))
}

/** `type` tells whether 64 bits are read as unsigned. */
export function lessCode(a: Code, b: Code, type: Type): Code {
  if (a.type === 'bool') return and(not(a), b)
  if (!isFloatCode(a)) return isUnsigned(type) ? ltU(a, b) : lt(a, b)
  if (neverNaN(b)) return lt(a, b)
  return neverNaN(a) ? not(ge(a, b)) : and(not(ge(a, b)), notNaNCode(a))
}

export function lessOrEqualCode(a: Code, b: Code, type: Type): Code {
  if (a.type === 'bool') return or(not(a), b)
  if (!isFloatCode(a)) return isUnsigned(type) ? leU(a, b) : le(a, b)
  if (neverNaN(b)) return le(a, b)
  return neverNaN(a) ? not(gt(a, b)) : or(le(a, b), isNaNCode(b))
}

export function greaterCode(a: Code, b: Code, type: Type): Code {
  if (!isFloatCode(a) && isUnsigned(type)) return gtU(a, b)
  return lessCode(b, a, type)
}

export function greaterOrEqualCode(a: Code, b: Code, type: Type): Code {
  if (!isFloatCode(a) && isUnsigned(type)) return geU(a, b)
  return lessOrEqualCode(b, a, type)
}

function sameTruth(a: Code, b: Code): Code {
  return or(and(a, b), and(not(a), not(b)))
}
