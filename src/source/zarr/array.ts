/** An array as both versions of Zarr describe it. Made by metadata-v2.ts and metadata-v3.ts, read by everything else here. */
import type { CodecConfig } from '../../codec/codec.js'
import type { Storage } from '../../model/schema.js'
import type { JsonObject } from './json.js'

export type DataType =
  | { readonly kind: 'number'; readonly storage: Storage }
  /** Counts of `count` units since 1970 as i8; the least i8 is not-a-time. */
  | { readonly kind: 'datetime'; readonly unit: string; readonly count: number }
  /** Text of a fixed number of bytes: UTF-32 code points or single bytes, padded with zeros. */
  | { readonly kind: 'fixedText'; readonly encoding: 'utf32' | 'bytes'; readonly size: number }
  /** Text of any length, as the vlen-utf8 codec lays it. */
  | { readonly kind: 'text' }

export interface ChunkKeys {
  /** What comes before the indexes: '' or 'c'. */
  readonly prefix: string
  readonly separator: '.' | '/'
  /** Axes of the store after those of the array, with one chunk each: characters that became one text. */
  readonly innerAxes?: number | undefined
}

export interface ZarrArray {
  /** From the root of the store, without a leading slash; '' for the root itself. */
  readonly path: string
  readonly shape: readonly number[]
  readonly chunk: readonly number[]
  readonly dataType: DataType
  /** Of cells in chunks that do not exist; undefined where metadata leave it open. */
  readonly fill: number | bigint | boolean | string | undefined
  /** The axes as they lie in a decoded chunk, slowest first. */
  readonly axes: readonly number[]
  /** In order of encoding; those that only permute axes are in `axes`. */
  readonly codecs: readonly CodecConfig[]
  readonly keys: ChunkKeys
  /** null where an axis has no name; undefined where none has. */
  readonly dimensionNames: readonly (string | null)[] | undefined
  readonly attributes: JsonObject
  /** Version 2 with dimension names: the fill value is CF's `_FillValue` too, as xarray has it. */
  readonly fillIsMissing: boolean
  /** The file that describes it: if that is gone, chunks that are not there are not fill values. */
  readonly metadataKey: string
}

/** An array that is there but cannot be read, and why. */
export interface RefusedArray {
  readonly path: string
  readonly shape: readonly number[]
  readonly dimensionNames: readonly (string | null)[] | undefined
  readonly attributes: JsonObject
  readonly refused: string
}

export type AnyArray = ZarrArray | RefusedArray

export function isRefused(array: AnyArray): array is RefusedArray {
  return 'refused' in array
}

/** Thrown inside the readers of metadata where something is valid but beyond us; becomes a `RefusedArray`. */
export class Refusal extends Error {}

const typeSizes = { datetime: 8, text: 1 } as const

/** Bytes of one cell in a decoded chunk. */
export function cellBytes(type: DataType): number {
  switch (type.kind) {
    case 'number':
      return type.storage === 'bool' ? 1 : Number(type.storage[1])
    case 'fixedText':
      return type.size
    default:
      return typeSizes[type.kind]
  }
}

/** Bytes of one number inside a cell, for codecs that reverse byte order. */
export function elementBytes(type: DataType): number {
  if (type.kind !== 'fixedText') return cellBytes(type)
  return type.encoding === 'utf32' ? 4 : 1
}

/** The key of a chunk, relative to the array. */
export function chunkKey({ prefix, separator, innerAxes = 0 }: ChunkKeys, index: readonly number[]): string {
  if (index.length + innerAxes === 0) return prefix || '0'
  const indexes = [...index, ...new Array<number>(innerAxes).fill(0)].join(separator)
  return prefix ? `${prefix}${separator}${indexes}` : indexes
}

/** Bytes from one cell to the next along each axis of a decoded chunk. */
export function chunkStrides(chunk: readonly number[], axes: readonly number[], cell: number): number[] {
  const strides = new Array<number>(chunk.length).fill(0)
  let stride = cell
  for (const axis of axes.toReversed()) {
    strides[axis] = stride
    stride *= chunk[axis] ?? 1
  }
  return strides
}
