/**
 * By which it is told, without reading it, whether a chunk still is what it was: two 64-bit words for each, in one array, so
 * that many fit a Zarr array and cost no object each. Made by sources; kept and compared by whatever keeps something of chunks.
 */

/** Two words per chunk, in the order of the question: kind and size or hash, and the rest. Both are 0 where none is to be had. */
export type Fingerprints = BigUint64Array

export function noFingerprints(count: number): Fingerprints {
  return new BigUint64Array(2 * count)
}

/** In the upper byte of the second word. */
const kinds = { missing: 1n << 56n, file: 2n << 56n, hash: 3n << 56n } as const
const belowKind = (1n << 56n) - 1n

/** Whether there is one: what has none may have changed. */
export function isKnown(fingerprints: Fingerprints, i: number): boolean {
  return fingerprints[2 * i + 1] !== 0n
}

export function isMissing(fingerprints: Fingerprints, i: number): boolean {
  return fingerprints[2 * i + 1] === kinds.missing
}

/** Both are known, and the same. */
export function sameFingerprint(a: Fingerprints, i: number, b: Fingerprints, k: number): boolean {
  return isKnown(a, i) && a[2 * i] === b[2 * k] && a[2 * i + 1] === b[2 * k + 1]
}

/** What may be written again within the tick of a clock that already told its time is not believed yet: nanoseconds. */
const leastAgeNs = 2_000_000_000n

export function setNone(to: Fingerprints, i: number): void {
  to[2 * i] = 0n
  to[2 * i + 1] = 0n
}

/** The chunk does not exist; if it comes to be there, its fingerprint is another. */
export function setMissing(to: Fingerprints, i: number): void {
  to[2 * i] = 0n
  to[2 * i + 1] = kinds.missing
}

/** A file by its size and the time of its last change. One that is young, or of the future, gets none. */
export function setFile(to: Fingerprints, i: number, mtimeNs: bigint, size: bigint, nowMs: number): void {
  const isOld = BigInt(nowMs) * 1_000_000n - mtimeNs >= leastAgeNs
  to[2 * i] = isOld ? mtimeNs : 0n
  to[2 * i + 1] = isOld ? kinds.file | size : 0n
}

/** By a text that is another for every version: an ETag and a size, for example. */
export function setText(to: Fingerprints, i: number, text: string): void {
  const [high, low] = hashText(text)
  to[2 * i] = high
  to[2 * i + 1] = kinds.hash | (low & belowKind)
}

/** By all of `parts`, and by a text that tells how they make one; none where a part has none. */
export function setParts(to: Fingerprints, i: number, parts: Fingerprints, text: string): void {
  let isWhole = true
  for (let k = 0; 2 * k < parts.length; k++) isWhole &&= isKnown(parts, k)
  if (isWhole) setText(to, i, `${parts.join(' ')} ${text}`)
  else setNone(to, i)
}

/** Differs from process to process, so that nothing kept by a number of an object outlives it. */
const process = globalThis.crypto.randomUUID()
const numbers = new WeakMap<object, number>()
let objects = 0

/** By identity: what is changed in place is not seen. */
export function setObject(to: Fingerprints, i: number, object: object, size: number): void {
  const number = numbers.get(object) ?? ++objects
  numbers.set(object, number)
  setText(to, i, `${process} ${number} ${size}`)
}

/** 128 bits of a text, as two words. Not to be trusted where somebody looks for texts with equal hashes. */
export function hashText(text: string): readonly [bigint, bigint] {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, text.length]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x85ebca6b)
    b = Math.imul(b ^ (unit + (a >>> 15)), 0xc2b2ae35)
    c = Math.imul(c ^ (unit + (b >>> 13)), 0x27d4eb2f)
    d = Math.imul(d ^ (unit + (c >>> 16)), 0x165667b1)
    a = (a << 13) | (a >>> 19)
  }
  a = spread(a ^ d)
  b = spread(b + a)
  c = spread(c ^ b)
  d = spread(d + c)
  a = spread(a + d)
  return [wordOf(a, b), wordOf(c, d)]
}

/** Each bit of the number decides about half of the others. */
function spread(number: number): number {
  let x = number ^ (number >>> 16)
  x = Math.imul(x, 0x85ebca6b)
  x ^= x >>> 13
  x = Math.imul(x, 0xc2b2ae35)
  return x ^ (x >>> 16)
}

function wordOf(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

/** As 32 hexadecimal digits. */
export function digestText(text: string): string {
  return hashText(text)
    .map((word) => word.toString(16).padStart(16, '0'))
    .join('')
}
