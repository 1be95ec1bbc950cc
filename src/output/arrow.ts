/** Results as apache-arrow schemas, record batches and tables, which share the memory of the batches where they can. */
import * as arrow from 'apache-arrow'
import { type Attributes, attributeText } from '../model/attribute.js'
import type { Duration } from '../model/duration.js'
import { ChunkQLError } from '../model/error.js'
import { elementOf, type Type, VARCHAR, type Value } from '../model/type.js'
import { type Batch, type Coded, type Header, type NumericArray, type Vector, vectorOf } from '../model/vector.js'
import { spelled } from './spelled.js'
import { uniqueNames } from './unique-names.js'

export function arrowSchema(header: Header): arrow.Schema {
  const names = uniqueNames(header)
  const fields = header.columns.map(
    ({ type, nullable, attributes }, index) =>
      new arrow.Field(names[index] ?? '', arrowType(type), nullable || type.kind === 'null', metadataOf(attributes)),
  )
  return new arrow.Schema(fields)
}

/** Attributes as texts, the only values that Arrow has there. */
function metadataOf(attributes: Attributes = {}): Map<string, string> {
  return new Map(Object.entries(attributes).map(([name, value]) => [name, attributeText(value)]))
}

/** Each record batch must be given the same schema object: the IPC writers compare. */
export function arrowBatch(schema: arrow.Schema, batch: Batch): arrow.RecordBatch {
  const children = batch.columns.map((column, index) => arrowColumn(column, schema.fields[index]))
  const type = new arrow.Struct(schema.fields)
  return new arrow.RecordBatch(schema, arrow.makeData({ type, length: batch.length, nullCount: 0, children }))
}

export async function arrowTable(
  header: Header,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
): Promise<arrow.Table> {
  const schema = arrowSchema(header)
  const parts: arrow.RecordBatch[] = []
  for await (const batch of batches) parts.push(arrowBatch(schema, batch))
  return new arrow.Table(schema, parts)
}

export function arrowType(type: Type): arrow.DataType {
  switch (type.kind) {
    case 'null':
      return new arrow.Null()
    case 'boolean':
      return new arrow.Bool()
    case 'int8':
      return new arrow.Int8()
    case 'int16':
      return new arrow.Int16()
    case 'int32':
      return new arrow.Int32()
    case 'int64':
      return new arrow.Int64()
    case 'uint8':
      return new arrow.Uint8()
    case 'uint16':
      return new arrow.Uint16()
    case 'uint32':
      return new arrow.Uint32()
    case 'uint64':
      return new arrow.Uint64()
    case 'float32':
      return new arrow.Float32()
    case 'float64':
      return new arrow.Float64()
    case 'varchar':
    case 'calendar':
      return new arrow.Utf8()
    case 'blob':
      return new arrow.Binary()
    case 'list': {
      const item = new arrow.Field('item', arrowType(elementOf(type)), true)
      return type.size === undefined ? new arrow.List(item) : new arrow.FixedSizeList(type.size, item)
    }
    case 'date':
      return new arrow.DateDay()
    case 'timestamp':
      return new arrow.TimestampMicrosecond()
    case 'duration':
      return new arrow.IntervalMonthDayNano()
    default:
      return type.kind satisfies never
  }
}

function arrowColumn(given: Vector, field: arrow.Field | undefined): arrow.Data {
  if (!field) throw new ChunkQLError('internal', 'a batch has more columns than its header')
  const vector = spelled(given)
  const { type, length } = vector
  if (type.kind === 'null') return arrow.makeData({ type: new arrow.Null(), length })
  const validity = validityBitmap(vector)
  if (validity.nullCount > 0 && !field.nullable) {
    throw new ChunkQLError('internal', `column ${field.name} has NULLs though its header says that it cannot`)
  }
  if (type.kind === 'varchar') {
    return arrow.makeData({ type: new arrow.Utf8(), length, ...validity, ...utf8(vector) })
  }
  if (type.kind === 'blob') return arrow.makeData({ type: new arrow.Binary(), length, ...validity, ...binary(vector) })
  if (type.kind === 'list') return arrowList(vector, field, validity)
  if (type.kind === 'duration') {
    return arrow.makeData({ type: new arrow.IntervalMonthDayNano(), length, ...validity, data: intervals(vector) })
  }
  const values = vector.values as NumericArray
  const data = type.kind === 'boolean' ? bitmap(values, length) : values.subarray(0, length)
  // makeData has one signature per type; that the data fit the type was settled by `allocate`.
  return arrow.makeData({ type: field.type as arrow.Int, length, ...validity, data: data as Int32Array })
}

/** Rows of a fixed size have their place even where they are NULL. */
function arrowList(
  vector: Vector,
  field: arrow.Field,
  validity: { readonly nullCount: number; readonly nullBitmap?: Uint8Array },
): arrow.Data {
  const { type, length } = vector
  const element = elementOf(type)
  const items: Value[] = []
  const valueOffsets = new Int32Array(length + 1)
  for (let row = 0; row < length; row++) {
    const isNull = vector.valid?.[row] === 0
    const list = isNull ? new Array<Value>(type.size ?? 0).fill(null) : (vector.values[row] as readonly Value[])
    for (const item of list) items.push(item)
    valueOffsets[row + 1] = items.length
  }
  const child = arrowColumn(vectorOf(element, items), (field.type as arrow.List).children[0])
  if (type.size !== undefined) {
    return arrow.makeData({ type: field.type as arrow.FixedSizeList, length, ...validity, child })
  }
  return arrow.makeData({ type: field.type as arrow.List, length, ...validity, valueOffsets, child })
}

/** Months, days, and nanoseconds in two words. */
function intervals({ values, valid, length }: Vector): Int32Array {
  const data = new Int32Array(4 * length)
  const nanos = new BigInt64Array(data.buffer)
  for (let row = 0; row < length; row++) {
    if (valid?.[row] === 0) continue
    const { months, days, micros } = values[row] as Duration
    data[4 * row] = months
    data[4 * row + 1] = days
    nanos[2 * row + 1] = nanosecondsOf(micros)
  }
  return data
}

function nanosecondsOf(micros: bigint): bigint {
  const nanos = micros * 1000n
  if (BigInt.asIntN(64, nanos) === nanos) return nanos
  throw new ChunkQLError('value', `Arrow has no INTERVAL of ${micros} microseconds: it counts nanoseconds in 64 bits`)
}

/** Bytes end to end with the offset of each. */
function binary({ values, valid, length }: Vector): { valueOffsets: Int32Array; data: Uint8Array } {
  const parts = Array.from({ length }, (_, row) => (valid?.[row] === 0 ? noBytes : (values[row] as Uint8Array)))
  const valueOffsets = new Int32Array(length + 1)
  parts.forEach((part, row) => {
    valueOffsets[row + 1] = (valueOffsets[row] as number) + part.length
  })
  const data = new Uint8Array(valueOffsets[length] as number)
  parts.forEach((part, row) => {
    data.set(part, valueOffsets[row])
  })
  return { valueOffsets, data }
}

const noBytes = new Uint8Array(0)

function validityBitmap({ valid, length }: Vector): { nullCount: number; nullBitmap?: Uint8Array } {
  if (!valid) return { nullCount: 0 }
  let nullCount = 0
  for (let row = 0; row < length; row++) if (valid[row] === 0) nullCount++
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bitmap(valid, length) }
}

/** Bit `row % 8` of byte `row / 8` is set where the value is not 0. */
function bitmap(values: ArrayLike<unknown>, length: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8))
  for (let row = 0; row < length; row++) {
    if (values[row]) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7))
  }
  return bits
}

/** Texts that repeat are encoded once. */
function utf8Coded({ numbers, values }: Coded): { valueOffsets: Int32Array; data: Uint8Array } {
  const { valueOffsets: starts, data: texts } = utf8(vectorOf(VARCHAR, values))
  const valueOffsets = new Int32Array(numbers.length + 1)
  let end = 0
  for (let row = 0; row < numbers.length; row++) {
    const number = numbers[row] as number
    end += (starts[number + 1] as number) - (starts[number] as number)
    valueOffsets[row + 1] = end
    if (end > mostBytes) throw tooLong()
  }
  const data = new Uint8Array(end)
  for (let row = 0, at = 0; row < numbers.length; row++) {
    const number = numbers[row] as number
    const past = starts[number + 1] as number
    for (let from = starts[number] as number; from < past; from++) data[at++] = texts[from] as number
  }
  return { valueOffsets, data }
}

const mostBytes = 2 ** 31 - 1

function tooLong(): ChunkQLError {
  return new ChunkQLError('memory', 'a batch holds more than 2 GB of text')
}

/** Texts end to end with the offset of each; nothing is written for a NULL. */
function utf8(vector: Vector): { valueOffsets: Int32Array; data: Uint8Array } {
  if (vector.utf8) return { valueOffsets: vector.utf8.offsets, data: vector.utf8.bytes }
  if (vector.coded && !vector.valid && !vector.coded.values.includes(null)) return utf8Coded(vector.coded)
  const encoder = new TextEncoder()
  const valueOffsets = new Int32Array(vector.length + 1)
  let data = new Uint8Array(Math.max(64, vector.length * 16))
  let end = 0
  for (let row = 0; row < vector.length; row++) {
    if (vector.valid?.[row] !== 0) {
      const text = vector.values[row] as string
      // A UTF-16 unit takes three bytes at most.
      data = atLeast(data, end, text.length * 3)
      end += encoder.encodeInto(text, data.subarray(end)).written
    }
    valueOffsets[row + 1] = end
  }
  return { valueOffsets, data: data.subarray(0, end) }
}

function atLeast(data: Uint8Array<ArrayBuffer>, used: number, more: number): Uint8Array<ArrayBuffer> {
  if (used + more <= data.length) return data
  if (used + more > 2 ** 31) throw tooLong()
  const larger = new Uint8Array(Math.max(used + more, data.length * 2))
  larger.set(data.subarray(0, used))
  return larger
}
