/** CF conventions: what type a column has, which stored values are missing, how numbers become values. Called by tables.ts. */
import type { Layout, Storage, Unpack } from '../../model/schema.js'
import { storageBytes } from '../../model/schema.js'
import {
  BOOLEAN,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  TIMESTAMP,
  type Type,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
  VARCHAR,
} from '../../model/type.js'
import { cellBytes, chunkStrides, type ZarrArray } from './array.js'
import { datetimeUnitsOf, parseTimeUnits, type TimeUnits } from './calendar.js'
import { isArray, type Json, type JsonObject } from './json.js'
import { missingValues } from './missing.js'

/** How one array is read. */
export interface Decoding {
  readonly type: Type
  readonly nullable: boolean
  /** Present where the compiled engine can read the chunks as they are decoded. */
  readonly layout?: Layout | undefined
  /** As `layout`, for arrays of numbers that only JavaScript can convert (nanoseconds). */
  readonly stored?: Layout | undefined
  readonly time?: TimeUnits | undefined
  readonly text?: { readonly missing: string | undefined } | undefined
  /** Stored as i1, meant as a boolean: any value but 0 is true, those listed are missing and become `missingTruth`. */
  readonly truth?: readonly number[] | undefined
  readonly refused?: string | undefined
}

export interface DecodeOptions {
  readonly nanIsNull: boolean
}

export function decodingOf(array: ZarrArray, attributes: JsonObject, options: DecodeOptions): Decoding {
  const { dataType } = array
  switch (dataType.kind) {
    case 'number':
      return numberDecoding(array, dataType.storage, attributes, options)
    case 'datetime':
      return datetimeDecoding(array, datetimeUnitsOf(dataType.unit, dataType.count), dataType.unit)
    case 'fixedText':
    case 'text':
      return textDecoding(array)
    default:
      return dataType satisfies never
  }
}

function textDecoding(array: ZarrArray): Decoding {
  if (array.shape.length > 1) return refuse(VARCHAR, 'text of more than one dimension is not read yet')
  const missing = array.fillIsMissing && typeof array.fill === 'string' ? array.fill : undefined
  return { type: VARCHAR, nullable: missing !== undefined, text: { missing } }
}

/** What stands for a missing value among bytes that are booleans. */
export const missingTruth = 2

const notATime = -(2n ** 63n)

function datetimeDecoding(array: ZarrArray, time: TimeUnits | undefined, unit: string): Decoding {
  if (!time) return refuse(TIMESTAMP, `datetime64 in units of '${unit}' is not read yet`)
  return timeDecoding(array, 'i8', time, [notATime], { scale: 1, offset: 0 })
}

function numberDecoding(array: ZarrArray, stored: Storage, attributes: JsonObject, options: DecodeOptions): Decoding {
  const storage = withSign(stored, attributes._Unsigned)
  const { values: missing, named } = missingValues(array, stored, storage, attributes)
  const packing = packingOf(attributes)
  const time = storage === 'bool' ? undefined : timeOf(attributes)
  if (time) return timeDecoding(array, storage, time, missing, packing ?? { scale: 1, offset: 0 })
  if (attributes.dtype === 'bool' && storage === 'i1' && !packing) {
    const fills = missing.length > 0 ? [missingTruth] : []
    return { ...finish(array, BOOLEAN, 'bool', { kind: 'none' }, fills, false), truth: missing.map(Number) }
  }
  const nanIsNull = options.nanIsNull && storage.startsWith('f')
  if (!packing || storage === 'bool')
    return finish(array, types[storage], storage, { kind: 'none' }, missing, nanIsNull)
  const type = unpackedType(storage, named, packing.hasOffset)
  const { scale, offset } = packing
  return finish(array, type, storage, { kind: 'scale', scale, offset }, missing, nanIsNull)
}

const types: Readonly<Record<Storage, Type>> = {
  bool: BOOLEAN,
  i1: INT8,
  i2: INT16,
  i4: INT32,
  i8: INT64,
  u1: UINT8,
  u2: UINT16,
  u4: UINT32,
  u8: UINT64,
  f4: FLOAT32,
  f8: FLOAT64,
}

/** netCDF 3 had no unsigned integers: the attribute says so, and the other way round. */
function withSign(storage: Storage, unsigned: Json | undefined): Storage {
  if (unsigned === 'true' && storage.startsWith('i')) return `u${storage[1]}` as Storage
  if (unsigned === 'false' && storage.startsWith('u')) return `i${storage[1]}` as Storage
  return storage
}

interface Packing {
  readonly scale: number
  readonly offset: number
  readonly hasOffset: boolean
}

function packingOf(attributes: JsonObject): Packing | undefined {
  const scale = single(attributes.scale_factor)
  const offset = single(attributes.add_offset)
  if (scale === undefined && offset === undefined) return undefined
  return { scale: scale ?? 1, offset: offset ?? 0, hasOffset: offset !== undefined }
}

/** A number, also where a writer put it in a list. */
function single(value: Json | undefined): number | undefined {
  const item = isArray(value) && value.length === 1 ? value[0] : value
  return typeof item === 'number' || typeof item === 'bigint' ? Number(item) : undefined
}

/** As xarray: missing values make floats of integers first, and then floats of up to four bytes stay FLOAT. */
function unpackedType(storage: Storage, hasMissing: boolean, hasOffset: boolean): Type {
  if (storage === 'f4') return FLOAT32
  const isSmall = storage !== 'f8' && storageBytes[storage] <= 2
  return isSmall && (hasMissing || !hasOffset) ? FLOAT32 : FLOAT64
}

function timeOf(attributes: JsonObject): TimeUnits | undefined {
  const { units, calendar } = attributes
  if (typeof units !== 'string' || !/\ssince\s/i.test(units)) return undefined
  return parseTimeUnits(units, typeof calendar === 'string' ? calendar : undefined)
}

function timeDecoding(
  array: ZarrArray,
  storage: Storage,
  time: TimeUnits,
  missing: readonly (number | bigint)[],
  packing: { readonly scale: number; readonly offset: number },
): Decoding {
  const microseconds = Number(time.numerator) / Number(time.denominator)
  const epoch = time.epoch + BigInt(Math.round(packing.offset * microseconds))
  const unpack: Unpack = { kind: 'time', step: packing.scale * microseconds, epoch }
  // NaN has no place in TIMESTAMP: it is missing whatever the setting says.
  const decoding = finish(array, TIMESTAMP, storage, unpack, missing, storage.startsWith('f'))
  if (time.denominator === 1n) return { ...decoding, time }
  if (array.shape.length > 1) return refuse(TIMESTAMP, 'times finer than microseconds are read in one dimension only')
  return { ...decoding, time, stored: decoding.layout, layout: undefined }
}

function finish(
  array: ZarrArray,
  type: Type,
  storage: Storage,
  unpack: Unpack,
  missing: readonly (number | bigint)[],
  nanIsNull: boolean,
): Decoding {
  const cell = cellBytes(array.dataType)
  const layout: Layout = {
    storage,
    chunk: array.chunk,
    strides: chunkStrides(array.chunk, array.axes, cell),
    bytes: array.chunk.reduce((product, size) => product * size, cell),
    unpack,
    missing,
    nanIsNull,
  }
  return { type, nullable: missing.length > 0 || nanIsNull, layout }
}

function refuse(type: Type, refused: string): Decoding {
  return { type, nullable: true, refused }
}
