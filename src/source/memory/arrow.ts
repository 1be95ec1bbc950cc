/** Columns of Arrow: numbers where they lie, the rest as vectors. Arrow has NULLs, so its NaN stays NaN. Called by open.ts. */
import { type Vector as ArrowVector, type DataType, Type as Kind, type Precision } from 'apache-arrow'
import type { Storage, Unpack } from '../../model/schema.js'
import {
  BOOLEAN,
  DATE,
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
import { type NumericArray, vectorOf } from '../../model/vector.js'
import { asStored, freeNumber, type Material, truths } from './material.js'

interface StoredForm {
  readonly storage: Storage
  readonly type: Type
  readonly unpack: Unpack
}

/** Facts of Arrow's types that this file needs; its classes hold them under these names. */
interface ArrowFacts {
  readonly typeId: Kind
  readonly bitWidth: number
  readonly isSigned: boolean
  readonly precision: Precision
  readonly unit: number
  readonly scale: number
  readonly dictionary: DataType
}

export function arrowMaterial(column: ArrowVector): Material {
  const facts = column.type as unknown as ArrowFacts
  const stored = storedForm(facts)
  if (stored) return storedMaterial(column, stored) ?? vectorMaterial(column, stored.type, cellOf(column, stored))
  if (facts.typeId === Kind.Bool && column.nullCount === 0) return truthsOf(column)
  const time = fineTime(column, facts)
  if (time) return vectorMaterial(column, time.type, time.convert)
  const value = vectorForm(facts)
  if (!value) return { kind: 'refused', type: NULL, refused: `Arrow data of type ${column.type} are not read yet` }
  return vectorMaterial(facts.typeId === Kind.Dictionary ? column.memoize() : column, value.type, value.convert)
}

const integers: Readonly<Record<string, readonly [Storage, Type]>> = {
  i8: ['i1', INT8],
  i16: ['i2', INT16],
  i32: ['i4', INT32],
  i64: ['i8', INT64],
  u8: ['u1', UINT8],
  u16: ['u2', UINT16],
  u32: ['u4', UINT32],
  u64: ['u8', UINT64],
}
/** Seconds, milliseconds, microseconds; nanoseconds have no whole step. */
const timeSteps = [1_000_000, 1000, 1]

function storedForm(type: ArrowFacts): StoredForm | undefined {
  if (type.typeId === Kind.Int) {
    const [storage, sql] = integers[`${type.isSigned ? 'i' : 'u'}${type.bitWidth}`] ?? []
    return storage && sql && { storage, type: sql, unpack: asStored }
  }
  if (type.typeId === Kind.Float && type.precision === 1) return { storage: 'f4', type: FLOAT32, unpack: asStored }
  if (type.typeId === Kind.Float && type.precision === 2) return { storage: 'f8', type: FLOAT64, unpack: asStored }
  if (type.typeId === Kind.Date && type.unit === 0) return { storage: 'i4', type: DATE, unpack: asStored }
  const step = type.typeId === Kind.Timestamp ? timeSteps[type.unit] : undefined
  return step === undefined ? undefined : { storage: 'i8', type: TIMESTAMP, unpack: { kind: 'time', step, epoch: 0n } }
}

/** Undefined where NULLs cannot be told by a number of their own. */
function storedMaterial(column: ArrowVector, { storage, type, unpack }: StoredForm): Material | undefined {
  const free = column.nullCount > 0 ? freeNumber(storage, validNumbers(column)) : undefined
  if (column.nullCount > 0 && free === undefined) return undefined
  let pieces: NumericArray[] | undefined
  return {
    kind: 'stored',
    type,
    storage,
    unpack,
    missing: free === undefined ? [] : [free],
    nanIsNull: false,
    isOwn: free !== undefined && column.data.every(({ nullCount }) => nullCount > 0),
    pieces: () => {
      pieces ??= column.data.map((data) => withNulls(data as ArrowData, free))
      return pieces
    },
  }
}

/** Bits, spread to bytes when they are first read. */
function truthsOf(column: ArrowVector): Material {
  let bytes: Uint8Array | undefined
  return truths(() => {
    bytes ??= Uint8Array.from({ length: column.length }, (_, row) => (column.get(row) ? 1 : 0))
    return bytes
  })
}

interface ArrowData {
  readonly values: NumericArray
  readonly length: number
  readonly nullCount: number
  getValid(index: number): boolean
}

function* validNumbers(column: ArrowVector): Generator<number | bigint> {
  for (const part of column.data) {
    const data = part as ArrowData
    for (let i = 0; i < data.length; i++) if (data.getValid(i)) yield data.values[i] as number | bigint
  }
}

function withNulls(data: ArrowData, free: number | bigint | undefined): NumericArray {
  const values = data.values.subarray(0, data.length)
  if (data.nullCount === 0 || free === undefined) return values
  const copy = values.slice()
  for (let i = 0; i < data.length; i++) if (!data.getValid(i)) copy[i] = free as never
  return copy
}

/** The raw number, where `get` would make a Date of it. */
function cellOf(column: ArrowVector, { unpack }: StoredForm): (value: unknown, row: number) => Value {
  if (unpack.kind !== 'time' && column.type.typeId !== Kind.Date) return (value) => value as Value
  const raw = rawReader(column)
  return (_, row) => (unpack.kind === 'time' ? BigInt(raw(row)) * BigInt(unpack.step) : raw(row))
}

/** Nanoseconds, cut to microseconds towards the past; dates in milliseconds. */
function fineTime(column: ArrowVector, { typeId, unit }: ArrowFacts): VectorForm | undefined {
  const raw = rawReader(column)
  if (typeId === Kind.Timestamp && unit === 3) {
    return { type: TIMESTAMP, convert: (_, row) => floorDivide(BigInt(raw(row)), 1000n) }
  }
  if (typeId !== Kind.Date) return undefined
  return { type: DATE, convert: (_, row) => Math.floor(Number(raw(row)) / 86_400_000) }
}

function floorDivide(value: bigint, by: bigint): bigint {
  return (value - (((value % by) + by) % by)) / by
}

/** Stored numbers by row over all parts. */
function rawReader(column: ArrowVector): (row: number) => number | bigint {
  const parts = column.data as readonly ArrowData[]
  let part = 0
  let base = 0
  return (row) => {
    if (row < base) [part, base] = [0, 0]
    for (let data = parts[part]; data && row >= base + data.length; data = parts[part]) {
      base += data.length
      part++
    }
    return parts[part]?.values[row - base] ?? 0
  }
}

interface VectorForm {
  readonly type: Type
  readonly convert: (value: unknown, row: number) => Value
}

function vectorForm(type: ArrowFacts): VectorForm | undefined {
  switch (type.typeId) {
    case Kind.Null:
      return { type: NULL, convert: () => null }
    case Kind.Bool:
      return { type: BOOLEAN, convert: (value) => value as boolean }
    case Kind.Utf8:
    case Kind.LargeUtf8:
    case Kind.Utf8View:
      return { type: VARCHAR, convert: (value) => value as string }
    case Kind.Float:
      return { type: FLOAT32, convert: (value) => value as number }
    case Kind.Decimal:
      return { type: FLOAT64, convert: (value) => decimal(value as Uint32Array, type.scale) }
    case Kind.Dictionary:
      return dictionaryForm(type.dictionary as unknown as ArrowFacts)
    default:
      return undefined
  }
}

/** Dictionaries of what is read as it is. */
function dictionaryForm(values: ArrowFacts): VectorForm | undefined {
  const stored = storedForm(values)
  if (stored)
    return stored.unpack === asStored && stored.type !== DATE ? { type: stored.type, convert: asIs } : undefined
  return values.typeId === Kind.Dictionary ? undefined : vectorForm(values)
}

const asIs = (value: unknown) => value as Value

/** Little-endian words of two's complement; written out and parsed, so that the double is the nearest one. */
function decimal(words: Uint32Array, scale: number): number {
  let integer = 0n
  for (const word of [...words].reverse()) integer = (integer << 32n) | BigInt(word)
  return Number(`${BigInt.asIntN(32 * words.length, integer)}e${-scale}`)
}

function vectorMaterial(column: ArrowVector, type: Type, convert: (value: unknown, row: number) => Value): Material {
  return {
    kind: 'vector',
    type,
    nullable: column.nullCount > 0 || type.kind === 'null',
    read(start, end) {
      const cells: Value[] = []
      for (let row = start; row < end; row++) {
        const value: unknown = column.get(row)
        cells.push(value === null || value === undefined ? null : convert(value, row))
      }
      return vectorOf(type, cells)
    },
  }
}
