/** An array as both versions of Zarr describe it. Made by metadata-v2.ts and metadata-v3.ts, read by everything else here. */
import type { CodecConfig } from '../../codec/codec.js'
import { cellCount, type Layout, type Storage } from '../../model/schema.js'
import type { ComplexNumber } from './complex.js'
import type { Edges } from './edges.js'
import type { JsonObject } from './json.js'
import type { ShardLevel } from './shard.js'

export type DataType =
  | { readonly kind: 'number'; readonly storage: Storage }
  /** Counts of `count` units since 1970 as i8; the least i8 is not-a-time. */
  | { readonly kind: 'datetime'; readonly unit: string; readonly count: number }
  /** Lengths of time, counted and marked likewise. */
  | { readonly kind: 'timedelta'; readonly unit: string; readonly count: number }
  /** Text of a fixed number of bytes: UTF-32 code points or single bytes, padded with zeros. */
  | { readonly kind: 'fixedText'; readonly encoding: 'utf32' | 'bytes'; readonly size: number }
  /** Text of any length, as the vlen-utf8 codec lays it; `hasNull` where its codec has a null beside texts. */
  | { readonly kind: 'text'; readonly hasNull?: true | undefined }
  /** Bytes of any number, as the vlen-bytes codec lays them. */
  | { readonly kind: 'bytes' }
  /** Lists of any number of numbers, times or lengths of time, as the vlen-array codec lays them. */
  | { readonly kind: 'lists'; readonly element: DataType; readonly bigEndian: boolean }
  /** Bytes of a fixed number without a meaning. */
  | { readonly kind: 'raw'; readonly size: number }
  /** Several values in each cell; what lies between them is padding. Fields are read one by one: see fields.ts. */
  | {
      readonly kind: 'struct'
      readonly bytes: number
      readonly fields: readonly StructField[]
      /** A complex number: fields `real` and `imag`, of which codecs know that they are numbers. */
      readonly complex?: true | undefined
    }
  /**
   * As many values of one type in each cell as the shape says, in C order; `step` bytes from one to the next, where they
   * do not lie side by side.
   */
  | {
      readonly kind: 'list'
      readonly element: DataType
      readonly shape: readonly number[]
      readonly step?: number | undefined
    }

export interface StructField {
  readonly name: string
  /** Bytes from the start of the cell. */
  readonly offset: number
  readonly type: DataType
  readonly bigEndian: boolean
}

/** One field of a structured array, as an array: the same chunks, read in part. */
export interface Field {
  /** `a.b` for field b of field a. */
  readonly name: string
  readonly offset: number
  readonly bigEndian: boolean
  readonly whole: ZarrArray
  /** Of a part of complex numbers: those of them that are missing. */
  readonly missing: readonly ComplexNumber[]
}

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
  /** Of the stored chunks, or of shards, where they are not all of one shape. */
  readonly edges?: Edges | undefined
  readonly dataType: DataType
  /** Of cells in chunks that do not exist; undefined where metadata leave it open. Of a struct: the bytes of a cell. */
  readonly fill: number | bigint | boolean | string | Uint8Array | undefined
  /** The axes as they lie in a decoded chunk, slowest first. */
  readonly axes: readonly number[]
  /** In order of encoding; those that only permute axes are in `axes`. */
  readonly codecs: readonly CodecConfig[]
  /** Where chunks lie several in one object: outermost first. */
  readonly shards: readonly ShardLevel[]
  readonly keys: ChunkKeys
  /** null where an axis has no name; undefined where none has. */
  readonly dimensionNames: readonly (string | null)[] | undefined
  readonly attributes: JsonObject
  /** Version 2 with dimension names: the fill value is CF's `_FillValue` too, as xarray has it. */
  readonly fillIsMissing: boolean
  /** The file that describes it: if that is gone, chunks that are not there are not fill values. */
  readonly metadataKey: string
  /** Present where this is a field of a structured array, and not what the metadata describe. */
  readonly field?: Field | undefined
}

/** An array that is there but cannot be read, and why. */
export interface RefusedArray {
  readonly path: string
  readonly shape: readonly number[]
  readonly dimensionNames: readonly (string | null)[] | undefined
  readonly attributes: JsonObject
  readonly refused: string
  readonly field?: undefined
}

export type AnyArray = ZarrArray | RefusedArray

export function isRefused(array: AnyArray): array is RefusedArray {
  return 'refused' in array
}

/** Thrown inside the readers of metadata where something is valid but beyond us; becomes a `RefusedArray`. */
export class Refusal extends Error {}

/** Texts, bytes and lists of any length are numbered: see variable.ts. */
const typeSizes = { datetime: 8, timedelta: 8, text: 4, bytes: 4, lists: 4 } as const

/** Bytes of one cell in a decoded chunk. */
export function cellBytes(type: DataType): number {
  switch (type.kind) {
    case 'number':
      return type.storage === 'bool' ? 1 : Number(type.storage[1])
    case 'fixedText':
    case 'raw':
      return type.size
    case 'struct':
      return type.bytes
    case 'list':
      return type.shape.reduce((product, size) => product * size, cellBytes(type.element))
    default:
      return typeSizes[type.kind]
  }
}

/** Bytes of one number inside a cell, for codecs that reverse byte order; fields have byte orders of their own. */
export function elementBytes(type: DataType): number {
  switch (type.kind) {
    case 'struct':
      return type.complex ? type.bytes / 2 : 1
    case 'raw':
      return 1
    case 'list':
      return elementBytes(type.element)
    case 'fixedText':
      return type.encoding === 'utf32' ? 4 : 1
    case 'text':
    case 'bytes':
    case 'lists':
      return 1
    default:
      return cellBytes(type)
  }
}

/** How the values of an array lie in its decoded chunks. */
export function placeOf(array: ZarrArray): Pick<Layout, 'chunk' | 'strides' | 'bytes' | 'offset' | 'shared'> {
  const { chunk, axes, field } = array
  const cell = cellBytes((field?.whole ?? array).dataType)
  const place = { chunk, strides: chunkStrides(chunk, axes, cell), bytes: cell * cellCount(chunk) }
  return field ? { ...place, offset: field.offset, shared: array.path } : place
}

/** The key of a chunk, relative to the array. */
export function chunkKey({ prefix, separator, innerAxes = 0 }: ChunkKeys, index: readonly number[]): string {
  if (index.length + innerAxes === 0) return prefix || '0'
  const indexes = [...index, ...new Array<number>(innerAxes).fill(0)].join(separator)
  return prefix ? `${prefix}${separator}${indexes}` : indexes
}

/** The chunk of a key that `chunkKey` made. */
export function keyIndex({ prefix, separator }: ChunkKeys, key: string): number[] {
  return key
    .split(separator)
    .slice(prefix ? 1 : 0)
    .map(Number)
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
