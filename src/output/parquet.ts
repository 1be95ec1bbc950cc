/** Parquet, row group by row group, so that memory holds one of them. Named in registry.ts. */
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { ChunkQLError } from '../model/error.js'
import { elementOf, type PlainKind, type Type } from '../model/type.js'
import { type Header, type Vector, valueAt } from '../model/vector.js'
import type { ResultStream } from './output-format.js'
import { rowGroups } from './row-groups.js'
import { spelled } from './spelled.js'
import { uniqueNames } from './unique-names.js'

export async function* encode({ header, batches }: ResultStream): AsyncGenerator<Uint8Array> {
  if (header.columns.length === 0) {
    throw new ChunkQLError('unsupported', 'a Parquet file cannot hold a result without columns')
  }
  const names = uniqueNames(header)
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(header, names), createdBy: 'chunkql' })
  for await (const group of rowGroups(header, batches)) {
    const columnData = group.columns.map((column, index) => columnSource(names[index] ?? '', column))
    // Without a flush of its own the writer works synchronously.
    writer.write({ columnData, rowGroupSize: group.length })
    yield* taken(bytes)
  }
  writer.finish()
  yield* taken(bytes)
}

/** What was written so far; the buffer is used again once the consumer asks for more. */
function* taken(bytes: ByteWriter): Generator<Uint8Array> {
  yield bytes.getBytes()
  bytes.index = 0
}

function schemaOf({ columns }: Header, names: readonly string[]): SchemaElement[] {
  const elements = columns.flatMap(({ type, nullable }, index) => elementsOf(names[index] ?? '', type, nullable))
  return [{ name: 'root', num_children: columns.length }, ...elements]
}

/** A list is a group of a repeated group of elements. */
function elementsOf(name: string, type: Type, nullable: boolean): SchemaElement[] {
  const repetition_type = nullable || type.kind === 'null' ? 'OPTIONAL' : 'REQUIRED'
  if (type.kind !== 'list') return [{ name, ...physical(type.kind), repetition_type }]
  return [
    { name, repetition_type, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    ...elementsOf('element', elementOf(type), true),
  ]
}

function physical(kind: PlainKind): Omit<SchemaElement, 'name'> {
  switch (kind) {
    case 'boolean':
      return { type: 'BOOLEAN' }
    case 'int8':
      return { type: 'INT32', converted_type: 'INT_8' }
    case 'int16':
      return { type: 'INT32', converted_type: 'INT_16' }
    case 'uint8':
      return { type: 'INT32', converted_type: 'UINT_8' }
    case 'uint16':
      return { type: 'INT32', converted_type: 'UINT_16' }
    case 'uint32':
      return { type: 'INT32', converted_type: 'UINT_32' }
    case 'uint64':
      return { type: 'INT64', converted_type: 'UINT_64' }
    case 'date':
      return { type: 'INT32', converted_type: 'DATE' }
    case 'timestamp':
      // Without the logical type readers take the converted one for a time in UTC.
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
      }
    case 'null':
    case 'int32':
      return { type: 'INT32' }
    case 'int64':
      return { type: 'INT64' }
    case 'float32':
      return { type: 'FLOAT' }
    case 'float64':
      return { type: 'DOUBLE' }
    case 'varchar':
    case 'calendar':
    case 'duration':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
    case 'blob':
      return { type: 'BYTE_ARRAY' }
    default:
      return kind satisfies never
  }
}

function columnSource(name: string, given: Vector): ColumnSource {
  const vector = spelled(given, ['calendar', 'duration'])
  const source = { name, data: cells(vector) }
  if (vector.type.kind !== 'float32' && vector.type.kind !== 'float64') return source
  const { hasNaN, hasMinusZero } = oddities(vector)
  return {
    ...source,
    // Bounds that leave NaN out would let readers skip rows that they hold to be greater than everything.
    statistics: !hasNaN,
    // The dictionary of the writer takes -0 for 0.
    ...(hasMinusZero && { encoding: 'PLAIN' as const }),
  }
}

/** Arrays as they are where the writer takes them so; else the values one by one, NULL as null. */
function cells(vector: Vector): ColumnSource['data'] {
  const { kind } = vector.type
  const isDirect = !vector.valid && kind !== 'boolean' && kind !== 'null' && kind !== 'uint32'
  if (isDirect) return vector.values as ColumnSource['data']
  return Array.from({ length: vector.length }, (_, row) => valueAt(vector, row))
}

function oddities({ values, valid }: Vector): { hasNaN: boolean; hasMinusZero: boolean } {
  let hasNaN = false
  let hasMinusZero = false
  for (let row = 0; row < values.length; row++) {
    if (valid?.[row] === 0) continue
    hasNaN ||= Number.isNaN(values[row])
    hasMinusZero ||= Object.is(values[row], -0)
  }
  return { hasNaN, hasMinusZero }
}
