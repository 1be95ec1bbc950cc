/** Columns of values in memory: what the interpreter computes with and what batches are made of. */
import type { Attributes } from './attribute.js'
import type { Duration } from './duration.js'
import { ChunkQLError } from './error.js'
import { type Type, typeName, type Value } from './type.js'

export type NumericArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** Values that lie one by one: text, bytes, lists, lengths of time. */
export type ObjectValue = string | Uint8Array | Duration | readonly Value[]

/** boolean: Uint8Array of 0 and 1; date: Int32Array of days; timestamp: BigInt64Array of microseconds; null: Uint8Array of 0. */
export type Values = NumericArray | readonly ObjectValue[]

/** Values that repeat, by number: row r has `values[numbers[r]]`. What is computed of them alone is computed once for each. */
export interface Coded {
  readonly numbers: Int32Array
  readonly values: readonly Value[]
}

/** Texts end to end in UTF-8: text i has the bytes [offsets[i], offsets[i + 1]), NULL has none. */
export interface Utf8 {
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
}

export interface Vector {
  readonly type: Type
  readonly length: number
  readonly values: Values
  /** One byte a row, 0 where the row is NULL. Absent where no row is. The value under a NULL is arbitrary. */
  readonly valid?: Uint8Array | undefined
  /** The same values by number, where few of them repeat. */
  readonly coded?: Coded | undefined
  /** The same texts as bytes, where they came as bytes: `values` are then made when somebody asks for them. */
  readonly utf8?: Utf8 | undefined
}

/** A vector on its way between threads, where texts may be bytes alone, or numbers alone. */
export type PackedVector =
  | Vector
  | (Omit<Vector, 'values'> & { readonly utf8: Utf8 })
  | (Pick<Vector, 'type' | 'length'> & { readonly coded: Coded })

/** Rows in the order of the query; all columns have the same length. Names are kept apart, in a header. */
export interface Batch {
  readonly length: number
  readonly columns: readonly Vector[]
}

/** The names and types of a result's columns. */
export interface Header {
  readonly columns: readonly {
    readonly name: string
    readonly type: Type
    readonly nullable: boolean
    /** What the store says of a column that is handed on unchanged. */
    readonly attributes?: Attributes | undefined
  }[]
}

const noBytes = new Uint8Array(0)
const noItems: readonly Value[] = []
const noTime: Duration = { months: 0, days: 0, micros: 0n }

/** A zeroed array that holds `length` values of the type. */
export function allocate(type: Type, length: number): NumericArray | ObjectValue[] {
  switch (type.kind) {
    case 'null':
    case 'boolean':
    case 'uint8':
      return new Uint8Array(length)
    case 'int8':
      return new Int8Array(length)
    case 'int16':
      return new Int16Array(length)
    case 'int32':
    case 'date':
      return new Int32Array(length)
    case 'int64':
    case 'timestamp':
    case 'calendar':
      return new BigInt64Array(length)
    case 'uint16':
      return new Uint16Array(length)
    case 'uint32':
      return new Uint32Array(length)
    case 'uint64':
      return new BigUint64Array(length)
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
    case 'varchar':
      return new Array<string>(length).fill('')
    case 'blob':
      return new Array<Uint8Array>(length).fill(noBytes)
    case 'list':
      return new Array<readonly Value[]>(length).fill(noItems)
    case 'duration':
      return new Array<Duration>(length).fill(noTime)
    default:
      return type.kind satisfies never
  }
}

/** The value of one row as JavaScript has it. */
export function valueAt(vector: Vector, row: number): Value {
  if (row < 0 || row >= vector.length) {
    throw new ChunkQLError('internal', `row ${row} of a ${typeName(vector.type)} vector of ${vector.length}`)
  }
  if (vector.type.kind === 'null' || vector.valid?.[row] === 0) return null
  const value = vector.values[row] as number | bigint | ObjectValue
  return vector.type.kind === 'boolean' ? value !== 0 : value
}

/** A vector from values; null entries become NULL. */
export function vectorOf(type: Type, items: readonly Value[]): Vector {
  const values = allocate(type, items.length)
  let valid: Uint8Array | undefined
  for (const [row, item] of items.entries()) {
    if (item === null) {
      valid ??= new Uint8Array(items.length).fill(1)
      valid[row] = 0
    } else {
      ;(values as unknown[])[row] = typeof item === 'boolean' ? Number(item) : item
    }
  }
  return { type, length: items.length, values, valid }
}

/** The vector with its values, which are made of bytes only when they are looked at: most go to an output as they are. */
export function unpack(vector: PackedVector): Vector {
  if ('values' in vector) return vector
  if (!('utf8' in vector)) return vectorOfCoded(vector.type, vector.coded)
  let made: readonly string[] | undefined
  return {
    ...vector,
    get values() {
      made ??= textsIn(vector.utf8)
      return made
    },
  }
}

/** As strings. */
export function textsIn({ offsets, bytes }: Utf8): string[] {
  const [start, end] = [offsets[0] as number, offsets[offsets.length - 1] as number]
  const whole = decoder.decode(bytes.subarray(start, end))
  // A unit for each byte: all are ASCII, and the places of bytes are those of characters.
  const isPlain = whole.length === end - start
  return Array.from({ length: offsets.length - 1 }, (_, i) => {
    const [from, to] = [offsets[i] as number, offsets[i + 1] as number]
    return isPlain ? whole.slice(from - start, to - start) : decoder.decode(bytes.subarray(from, to))
  })
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The rows at the given positions, in that order. */
export function take(vector: Vector, rows: ArrayLike<number>): Vector {
  const length = rows.length
  if (vector.utf8) return unpack(takePacked(vector, vector.utf8, rows))
  const values = allocate(vector.type, length)
  const from = vector.values as ArrayLike<unknown>
  const to = values as unknown[]
  for (let i = 0; i < length; i++) to[i] = from[rows[i] as number]
  const taken = { type: vector.type, length, values, ...codedRows(vector, length, (numbers) => pick(numbers, rows)) }
  return vector.valid ? { ...taken, valid: pick(vector.valid, rows) } : taken
}

function takePacked({ type, valid }: Vector, { offsets, bytes }: Utf8, rows: ArrayLike<number>): PackedVector {
  const length = rows.length
  const picked = new Int32Array(length + 1)
  for (let i = 0; i < length; i++) {
    const row = rows[i] as number
    picked[i + 1] = (picked[i] as number) + (offsets[row + 1] as number) - (offsets[row] as number)
  }
  const own = new Uint8Array(picked[length] as number)
  for (let i = 0; i < length; i++) {
    const row = rows[i] as number
    let to = picked[i] as number
    for (let at = offsets[row] as number; at < (offsets[row + 1] as number); at++) own[to++] = bytes[at] as number
  }
  return { type, length, valid: valid && pick(valid, rows), utf8: { offsets: picked, bytes: own } }
}

function pick<A extends Uint8Array | Int32Array>(from: A, rows: ArrayLike<number>): A {
  const to = (from instanceof Uint8Array ? new Uint8Array(rows.length) : new Int32Array(rows.length)) as A
  for (let i = 0; i < rows.length; i++) to[i] = from[rows[i] as number] as number
  return to
}

/** Of few rows the numbers are not worth keeping. */
function codedRows(
  { coded }: Vector,
  length: number,
  some: (numbers: Int32Array) => Int32Array,
): Pick<Vector, 'coded'> {
  return coded && coded.values.length * 2 <= length ? { coded: { ...coded, numbers: some(coded.numbers) } } : {}
}

/** A vector from values by number; the numbers are kept where they are worth it. */
export function vectorOfCoded(type: Type, coded: Coded): Vector {
  const { numbers, values } = coded
  const length = numbers.length
  const whole = take(vectorOf(type, values), numbers)
  return values.length * 2 <= length ? { ...whole, coded } : whole
}

/** Rows [start, end) as views where possible. */
export function slice(vector: Vector, start: number, end: number): Vector {
  const { type, utf8 } = vector
  if (utf8) {
    const offsets = utf8.offsets.subarray(start, end + 1)
    return unpack({ type, length: end - start, valid: vector.valid?.subarray(start, end), utf8: { ...utf8, offsets } })
  }
  const values =
    vector.values instanceof Array
      ? vector.values.slice(start, end)
      : (vector.values as NumericArray).subarray(start, end)
  const coded = codedRows(vector, end - start, (numbers) => numbers.subarray(start, end))
  return { type, length: end - start, values, valid: vector.valid?.subarray(start, end), ...coded }
}

/** Vectors of one type laid end to end. */
export function concat(type: Type, parts: readonly Vector[]): Vector {
  const [only] = parts
  if (parts.length === 1 && only) return only
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const values = allocate(type, length)
  const valid = parts.some((part) => part.valid) ? new Uint8Array(length).fill(1) : undefined
  let at = 0
  for (const part of parts) {
    if (values instanceof Array) for (let i = 0; i < part.length; i++) values[at + i] = part.values[i] as ObjectValue
    else values.set(part.values as never, at)
    if (part.valid) valid?.set(part.valid, at)
    at += part.length
  }
  return { type, length, values, valid }
}
