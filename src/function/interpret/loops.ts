/**
 * Tight loops for what scans do most: arithmetic and comparison of plain arrays. A loop writes all rows, also those that are
 * NULL; it returns false where an integer left its type, and the careful way then finds out whether a row that counts did.
 * Loops are written out because the engine specialises each by the kinds of arrays that reach it.
 */
import { integerFacts, isFloat, isInteger, isMoment, type Type } from '../../model/type.js'
import type { NumericArray } from '../../model/vector.js'
import { wordLoops } from './word-loops.js'

/** Row i of an argument is at i * stride. */
export type Loop = (a: NumericArray, sa: number, b: NumericArray, sb: number, out: NumericArray, n: number) => boolean

type NumberLoop = (a: Float64Array, sa: number, b: Float64Array, sb: number, out: Float64Array, n: number) => boolean

/** The loop of a function of two arguments, where there is one. The arrays are of the types given. */
export function loopFor(name: string, args: readonly Type[], result: Type): Loop | undefined {
  const [a, b] = args
  if (!a || !b || a.kind !== b.kind) return undefined
  const table = tableOf(a, result)
  return table?.[name] as Loop | undefined
}

function tableOf(type: Type, result: Type): Readonly<Record<string, NumberLoop | Loop>> | undefined {
  if (isFloat(type)) return floatLoops
  if ((isMoment(type) || type.kind === 'date') && result.kind !== 'boolean') return undefined
  if (isMoment(type) || integerFacts(type)?.bits === 64) return wordLoops(type)
  return isInteger(type) || type.kind === 'date' ? integerLoops : undefined
}

const floatLoops: Readonly<Record<string, NumberLoop>> = {
  '+': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i * sa] as number) + (b[i * sb] as number)
    return true
  },
  '-': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i * sa] as number) - (b[i * sb] as number)
    return true
  },
  '*': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i * sa] as number) * (b[i * sb] as number)
    return true
  },
  '/': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i * sa] as number) / (b[i * sb] as number)
    return true
  },
  '=': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(equal(a[i * sa] as number, b[i * sb] as number))
    return true
  },
  '<>': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(!equal(a[i * sa] as number, b[i * sb] as number))
    return true
  },
  '<': (a, sa, b, sb, out, n) => floatLess(a, sa, b, sb, out, n),
  '>': (a, sa, b, sb, out, n) => floatLess(b, sb, a, sa, out, n),
  '<=': (a, sa, b, sb, out, n) => floatLessOrEqual(a, sa, b, sb, out, n),
  '>=': (a, sa, b, sb, out, n) => floatLessOrEqual(b, sb, a, sa, out, n),
}

// biome-ignore lint/suspicious/noSelfCompare: NaN equals NaN
const equal = (x: number, y: number): boolean => x === y || (x !== x && y !== y)

const floatLess: NumberLoop = (a, sa, b, sb, out, n) => {
  for (let i = 0; i < n; i++) {
    const x = a[i * sa] as number
    const y = b[i * sb] as number
    // biome-ignore lint/suspicious/noSelfCompare: NaN is the greatest
    out[i] = Number(x < y || (y !== y && x === x))
  }
  return true
}

const floatLessOrEqual: NumberLoop = (a, sa, b, sb, out, n) => {
  for (let i = 0; i < n; i++) {
    const x = a[i * sa] as number
    const y = b[i * sb] as number
    // biome-ignore lint/suspicious/noSelfCompare: NaN is the greatest
    out[i] = Number(x <= y || y !== y)
  }
  return true
}

/** Integers of up to 32 bits: what the array did not keep was out of range. */
const integerLoops: Readonly<Record<string, NumberLoop>> = {
  '+': (a, sa, b, sb, out, n) => {
    let kept = true
    for (let i = 0; i < n; i++) {
      const result = (a[i * sa] as number) + (b[i * sb] as number)
      out[i] = result
      kept &&= out[i] === result
    }
    return kept
  },
  '-': (a, sa, b, sb, out, n) => {
    let kept = true
    for (let i = 0; i < n; i++) {
      const result = (a[i * sa] as number) - (b[i * sb] as number)
      out[i] = result
      kept &&= out[i] === result
    }
    return kept
  },
  '*': (a, sa, b, sb, out, n) => {
    let kept = true
    for (let i = 0; i < n; i++) {
      const result = (a[i * sa] as number) * (b[i * sb] as number)
      out[i] = result
      kept &&= out[i] === result
    }
    return kept
  },
  '=': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(a[i * sa] === b[i * sb])
    return true
  },
  '<>': (a, sa, b, sb, out, n) => {
    for (let i = 0; i < n; i++) out[i] = Number(a[i * sa] !== b[i * sb])
    return true
  },
  '<': (a, sa, b, sb, out, n) => integerLess(a, sa, b, sb, out, n),
  '>': (a, sa, b, sb, out, n) => integerLess(b, sb, a, sa, out, n),
  '<=': (a, sa, b, sb, out, n) => integerLessOrEqual(a, sa, b, sb, out, n),
  '>=': (a, sa, b, sb, out, n) => integerLessOrEqual(b, sb, a, sa, out, n),
}

const integerLess: NumberLoop = (a, sa, b, sb, out, n) => {
  for (let i = 0; i < n; i++) out[i] = Number((a[i * sa] as number) < (b[i * sb] as number))
  return true
}

const integerLessOrEqual: NumberLoop = (a, sa, b, sb, out, n) => {
  for (let i = 0; i < n; i++) out[i] = Number((a[i * sa] as number) <= (b[i * sb] as number))
  return true
}
