/** What a column in memory is made of: stored numbers, or a reader of vectors. Made by arrow.ts and arrays.ts, served by open.ts. */
import type { Storage, Unpack } from '../../model/schema.js'
import { BOOLEAN, type Type } from '../../model/type.js'
import type { NumericArray, Vector } from '../../model/vector.js'

export type Material =
  | {
      readonly kind: 'stored'
      readonly type: Type
      readonly storage: Storage
      readonly unpack: Unpack
      readonly missing: readonly (number | bigint)[]
      readonly nanIsNull: boolean
      /** The pieces are copies of ours: nobody else can change what is in them. */
      readonly isOwn: boolean
      /** Laid end to end they are the column. Called on first use, kept by the caller. */
      pieces(): readonly NumericArray[]
    }
  | {
      readonly kind: 'vector'
      readonly type: Type
      readonly nullable: boolean
      read(start: number, end: number): Vector
    }
  | { readonly kind: 'refused'; readonly type: Type; readonly refused: string }

export const asStored: Unpack = { kind: 'none' }

/** Truth values, none of them NULL: a byte each, in memory of ours. */
export function truths(bytes: () => Uint8Array): Material {
  return {
    kind: 'stored',
    type: BOOLEAN,
    storage: 'bool',
    unpack: asStored,
    missing: [],
    nanIsNull: false,
    isOwn: true,
    pieces: () => [bytes()],
  }
}

/** NULL as a number that no valid cell has, so that NULL columns run compiled too; undefined where every number is used. */
export function freeNumber(storage: Storage, values: Iterable<number | bigint>): number | bigint | undefined {
  const range = ranges[storage]
  if (!range) return undefined
  const free = new Set<number | bigint>(range)
  for (const value of values) {
    if (free.delete(value) && free.size === 0) return undefined
  }
  return free.values().next().value
}

/** Candidates that data rarely have. */
const ranges: Partial<Record<Storage, readonly (number | bigint)[]>> = {
  i1: [-128, 127],
  i2: [-32768, 32767],
  i4: [-(2 ** 31), 2 ** 31 - 1],
  i8: [-(2n ** 63n), 2n ** 63n - 1n],
  u1: [255, 254],
  u2: [65535, 65534],
  u4: [2 ** 32 - 1, 2 ** 32 - 2],
  u8: [2n ** 64n - 1n, 2n ** 64n - 2n],
  f4: [-3.4028234663852886e38, 3.4028234663852886e38],
  f8: [-Number.MAX_VALUE, Number.MAX_VALUE],
}
