/** Bytes and lists of any length in a chunk, as the vlen codecs lay them: each different one is kept once. Called by chunked.ts. */
import { ChunkQLError } from '../../model/error.js'
import type { Value } from '../../model/type.js'
import { formBytes, hashOf, objectReader, sameBytes } from '../objects.js'
import type { Decoding } from './convention.js'

/** The values of a chunk, and for each cell the number of its value. */
export interface Kept {
  readonly values: readonly Value[]
  readonly numbers: Int32Array
}

/** What the bytes of a cell are, if no text. */
export interface Variable {
  /** For errors. */
  readonly what: string
  /** Throws where they are no such value. */
  readonly read: (bytes: Uint8Array) => Value
}

export const variableBytes: Variable = { what: 'values', read: (bytes) => bytes.slice() }

/** How the numbers of lists become values. */
export type Items = NonNullable<Decoding['items']>

export function variableLists({ type, form }: Items, bigEndian: boolean): Variable {
  const size = formBytes(form)
  return {
    what: 'lists',
    read(bytes) {
      if (bytes.length % size > 0) throw damaged(`a list of ${bytes.length} bytes, numbers take ${size} each`)
      // A copy begins where numbers of every size may.
      const copy = bytes.slice()
      if (bigEndian) for (let at = 0; at < copy.length; at += size) copy.subarray(at, at + size).reverse()
      return objectReader(form, type, copy.buffer, undefined)(0, size, copy.length / size)
    },
  }
}

/** A count, then for each cell its length in bytes and the bytes: the whole chunk. */
export function readVariable({ what, read }: Variable, bytes: Uint8Array, cells: number): Kept {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length >= 4 ? view.getUint32(0, true) : -1
  if (count !== cells) throw damaged(`a count of ${count}, expected ${cells} ${what}`)
  const numbers = new Int32Array(cells)
  const different = new Different(bytes)
  let at = 4
  for (let i = 0; i < cells; i++) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Infinity
    if (at + 4 + length > bytes.length) throw damaged(`an end inside of value ${i} of ${cells}`)
    numbers[i] = different.numberOf(at + 4, length)
    at += 4 + length
  }
  if (at !== bytes.length) throw damaged(`${bytes.length - at} bytes behind its ${what}`)
  return { values: different.parts().map(read), numbers }
}

/** One value in every cell. */
export function sameInAll(value: Value, cells: number): Kept {
  return { values: [value], numbers: new Int32Array(cells) }
}

function damaged(what: string): ChunkQLError {
  return new ChunkQLError('store', `the chunk has ${what}`)
}

/** Numbers for different runs of bytes, by a table of hashes that doubles. */
class Different {
  #slots = new Int32Array(64).fill(-1)
  readonly #hashes: number[] = []
  readonly #starts: number[] = []
  readonly #lengths: number[] = []

  constructor(readonly bytes: Uint8Array) {}

  numberOf(start: number, length: number): number {
    const hash = hashOf(this.bytes, start, start + length)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] as number
      if (number < 0) return this.#add(slot, hash, start, length)
      const isSame = this.#hashes[number] === hash && this.#lengths[number] === length
      if (isSame && sameBytes(this.bytes, this.#starts[number] as number, start, length)) return number
    }
  }

  parts(): Uint8Array[] {
    return this.#starts.map((start, number) => this.bytes.subarray(start, start + (this.#lengths[number] as number)))
  }

  #add(slot: number, hash: number, start: number, length: number): number {
    const number = this.#hashes.length
    this.#slots[slot] = number
    this.#hashes.push(hash)
    this.#starts.push(start)
    this.#lengths.push(length)
    if (number * 2 > this.#slots.length) this.#grow()
    return number
  }

  #grow(): void {
    const mask = this.#slots.length * 2 - 1
    this.#slots = new Int32Array(mask + 1).fill(-1)
    this.#hashes.forEach((hash, number) => {
      let slot = hash & mask
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & mask
      this.#slots[slot] = number
    })
  }
}
