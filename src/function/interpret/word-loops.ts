/** The same for 64-bit integers, as pairs of 32-bit words: BigInt is ten times slower. Memory is little-endian. */
import type { Type } from '../../model/type.js'
import type { NumericArray } from '../../model/vector.js'
import type { Loop } from './loops.js'

/** Low words at even places, high words at odd ones. */
const lowWords = (array: NumericArray): Uint32Array =>
  new Uint32Array(array.buffer, array.byteOffset, array.byteLength / 4)

const signedWords = (array: NumericArray): Int32Array =>
  new Int32Array(array.buffer, array.byteOffset, array.byteLength / 4)

type Words = Int32Array | Uint32Array

const less =
  (words: (array: NumericArray) => Words, orEqual: boolean): Loop =>
  (a, sa, b, sb, out, n) => {
    const [aLow, aHigh, bLow, bHigh] = [lowWords(a), words(a), lowWords(b), words(b)]
    const equals = Number(orEqual)
    for (let i = 0; i < n; i++) {
      const [x, y] = [2 * i * sa, 2 * i * sb]
      const high = (aHigh[x + 1] as number) - (bHigh[y + 1] as number)
      const low = (aLow[x] as number) - (bLow[y] as number)
      const order = high || low
      out[i] = order < 0 ? 1 : order === 0 ? equals : 0
    }
    return true
  }

const swap =
  (loop: Loop): Loop =>
  (a, sa, b, sb, out, n) =>
    loop(b, sb, a, sa, out, n)

const equal =
  (whenEqual: 0 | 1): Loop =>
  (a, sa, b, sb, out, n) => {
    const [x, y] = [signedWords(a), signedWords(b)]
    for (let i = 0; i < n; i++) {
      const [j, k] = [2 * i * sa, 2 * i * sb]
      out[i] = x[j] === y[k] && x[j + 1] === y[k + 1] ? whenEqual : 1 - whenEqual
    }
    return true
  }

/** Signed sums; the high word leaves its 32 bits where the sum leaves 64. */
const add: Loop = (a, sa, b, sb, out, n) => {
  const [aLow, aHigh, bLow, bHigh, words] = [lowWords(a), signedWords(a), lowWords(b), signedWords(b), signedWords(out)]
  let kept = true
  for (let i = 0; i < n; i++) {
    const [x, y] = [2 * i * sa, 2 * i * sb]
    const low = (aLow[x] as number) + (bLow[y] as number)
    const high = (aHigh[x + 1] as number) + (bHigh[y + 1] as number) + (low > 0xffffffff ? 1 : 0)
    words[2 * i] = low
    words[2 * i + 1] = high
    kept &&= high === (high | 0)
  }
  return kept
}

const subtract: Loop = (a, sa, b, sb, out, n) => {
  const [aLow, aHigh, bLow, bHigh, words] = [lowWords(a), signedWords(a), lowWords(b), signedWords(b), signedWords(out)]
  let kept = true
  for (let i = 0; i < n; i++) {
    const [x, y] = [2 * i * sa, 2 * i * sb]
    const low = (aLow[x] as number) - (bLow[y] as number)
    const high = (aHigh[x + 1] as number) - (bHigh[y + 1] as number) - (low < 0 ? 1 : 0)
    words[2 * i] = low
    words[2 * i + 1] = high
    kept &&= high === (high | 0)
  }
  return kept
}

const equality = { '=': equal(1), '<>': equal(0) }

function order(words: (array: NumericArray) => Words): Readonly<Record<string, Loop>> {
  const [lesser, lesserOrEqual] = [less(words, false), less(words, true)]
  return { '<': lesser, '>': swap(lesser), '<=': lesserOrEqual, '>=': swap(lesserOrEqual) }
}

const signed: Readonly<Record<string, Loop>> = { ...equality, ...order(signedWords), '+': add, '-': subtract }
const unsigned: Readonly<Record<string, Loop>> = { ...equality, ...order(lowWords) }

export function wordLoops(type: Type): Readonly<Record<string, Loop>> {
  return type.kind === 'uint64' ? unsigned : signed
}

/** 64-bit integers as DOUBLE, rounded once. */
export function wordsToDouble(array: NumericArray, isSigned: boolean): Float64Array {
  const low = lowWords(array)
  const high = isSigned ? signedWords(array) : low
  const out = new Float64Array(array.length)
  for (let i = 0; i < out.length; i++) out[i] = (high[2 * i + 1] as number) * 4294967296 + (low[2 * i] as number)
  return out
}
