/** What a part of divided groups has behind its records and states. Called by `divide.ts` and what it divides beside them. */

export interface Tail {
  /** Whole words. */
  readonly bytes: number
  write(part: ArrayBuffer, at: number): void
}

export function withTails(own: Uint8Array, tails: readonly Tail[]): ArrayBuffer {
  const part = new ArrayBuffer(tails.reduce((sum, { bytes }) => sum + bytes, own.length))
  new Uint8Array(part).set(own)
  let at = own.length
  for (const tail of tails) {
    tail.write(part, at)
    at += tail.bytes
  }
  return part
}

/** Bytes of so many 32-bit numbers, so that what is behind them is aligned. */
export function evenBytes(numbers: number): number {
  return Math.ceil(numbers / 2) * 8
}
