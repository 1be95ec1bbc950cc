/** Typed arrays and plain arrays as columns. Called by open.ts. */
import { ChunkQLError } from '../../model/error.js'
import type { Storage } from '../../model/schema.js'
import {
  BOOLEAN,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  INT32,
  INT64,
  NULL,
  TIMESTAMP,
  type Type,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
  VARCHAR,
  type Value,
} from '../../model/type.js'
import { type NumericArray, slice, vectorOf } from '../../model/vector.js'
import { asStored, freeNumber, type Material, truths } from './material.js'

const typed = new Map<unknown, readonly [Storage, Type]>([
  [Int8Array, ['i1', INT8]],
  [Int16Array, ['i2', INT16]],
  [Int32Array, ['i4', INT32]],
  [BigInt64Array, ['i8', INT64]],
  [Uint8Array, ['u1', UINT8]],
  [Uint8ClampedArray, ['u1', UINT8]],
  [Uint16Array, ['u2', UINT16]],
  [Uint32Array, ['u4', UINT32]],
  [BigUint64Array, ['u8', UINT64]],
  [Float32Array, ['f4', FLOAT32]],
  [Float64Array, ['f8', FLOAT64]],
])

export type AnyArray = NumericArray | Uint8ClampedArray | readonly unknown[]

export function isArrayLike(value: unknown): value is AnyArray {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))
}

/** NaN in floats is NULL unless the setting says otherwise: arrays have no other way to say it. */
export function arrayMaterial(name: string, values: AnyArray, nanIsNull: boolean): Material {
  if (Array.isArray(values)) return plainMaterial(name, values, nanIsNull)
  const known = [...typed].find(([kind]) => values instanceof (kind as typeof Int8Array))
  if (!known) {
    return { kind: 'refused', type: NULL, refused: `${values.constructor.name} is not read` }
  }
  const [, [storage, type]] = known
  const isFloat = storage === 'f4' || storage === 'f8'
  const pieces = [values as NumericArray]
  return {
    kind: 'stored',
    type,
    storage,
    unpack: asStored,
    missing: [],
    nanIsNull: nanIsNull && isFloat,
    isOwn: false,
    pieces: () => pieces,
  }
}

type Kind = 'number' | 'bigint' | 'boolean' | 'string' | 'date'

/** The kind of all values that are not null or undefined. */
function plainMaterial(name: string, values: readonly unknown[], nanIsNull: boolean): Material {
  let kind: Kind | undefined
  for (const [row, value] of values.entries()) {
    if (value === null || value === undefined) continue
    const found = kindOf(value)
    if (!found) throw new ChunkQLError('type', `'${name}' has ${describe(value)} in row ${row}`, { hint: kindsHint })
    kind ??= found
    if (found !== kind) {
      throw new ChunkQLError('type', `'${name}' mixes ${kind} and ${found}, first in row ${row}`, { hint: kindsHint })
    }
  }
  switch (kind) {
    case 'number':
      return numbers('f8', FLOAT64, values as (number | null)[], Float64Array, nanIsNull)
    case 'bigint':
      return integers(name, values as (bigint | null)[])
    case 'date':
      return numbers('i8', TIMESTAMP, values.map(microseconds), BigInt64Array, false)
    case 'boolean': {
      if (!values.every((value) => typeof value === 'boolean')) return asVector(BOOLEAN, values)
      const bytes = Uint8Array.from(values, Number)
      return truths(() => bytes)
    }
    case 'string':
      return asVector(VARCHAR, values)
    case undefined:
      return asVector(NULL, values)
    default:
      return kind satisfies never
  }
}

const kindsHint = 'an array holds numbers, bigints, booleans, strings or Dates, and null'

function kindOf(value: unknown): Kind | undefined {
  const kind = typeof value
  if (kind === 'number' || kind === 'bigint' || kind === 'boolean' || kind === 'string') return kind
  return value instanceof Date ? 'date' : undefined
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function microseconds(value: unknown): bigint | null {
  if (!(value instanceof Date)) return null
  const time = value.getTime()
  return Number.isNaN(time) ? null : BigInt(time) * 1000n
}

function integers(name: string, values: readonly (bigint | null)[]): Material {
  const present = values.filter((value) => value !== null && value !== undefined)
  const isSigned = present.every((value) => BigInt.asIntN(64, value) === value)
  if (!isSigned && present.some((value) => BigInt.asUintN(64, value) !== value)) {
    throw new ChunkQLError('type', `'${name}' holds integers beyond 64 bits`)
  }
  return isSigned
    ? numbers('i8', INT64, values, BigInt64Array, false)
    : numbers('u8', UINT64, values, BigUint64Array, false)
}

type Numbers = readonly (number | bigint | null | undefined)[]

function numbers(
  storage: Storage,
  type: Type,
  values: Numbers,
  make: { new (length: number): NumericArray },
  nanIsNull: boolean,
): Material {
  const stored = new make(values.length)
  const present = values.filter((value) => value !== null && value !== undefined)
  const hasNulls = present.length < values.length
  const free = hasNulls ? freeNumber(storage, present) : undefined
  if (hasNulls && free === undefined) return asVector(type, values)
  for (const [i, value] of values.entries()) stored[i] = (value ?? free) as never
  const missing = free === undefined ? [] : [free]
  const isTime = type.kind === 'timestamp'
  return {
    kind: 'stored',
    type,
    storage,
    unpack: isTime ? { kind: 'time', step: 1, epoch: 0n } : asStored,
    missing,
    nanIsNull,
    isOwn: true,
    pieces: () => [stored],
  }
}

function asVector(type: Type, values: readonly unknown[]): Material {
  const vector = vectorOf(
    type,
    values.map((value) => (value ?? null) as Value),
  )
  return {
    kind: 'vector',
    type,
    nullable: vector.valid !== undefined || type.kind === 'null',
    read: (start, end) => slice(vector, start, end),
  }
}
