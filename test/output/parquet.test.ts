import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import * as T from '../../src/model/type.js'
import { vectorOf } from '../../src/model/vector.js'
import type { ResultStream } from '../../src/output/output-format.js'
import { encode } from '../../src/output/parquet.js'
import { bytesOf, extremes, headerOf, resultOf } from './sample.js'

/** Days and microseconds as they were stored, not as Date, which has milliseconds only. */
const parsers = {
  dateFromDays: (days: number) => days,
  timestampFromMicroseconds: (micros: bigint) => micros,
}

async function written(result: ResultStream) {
  const bytes = await bytesOf(encode, result)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  return { rows: await parquetReadObjects({ file, parsers: parsers as never }), metadata: parquetMetadata(file) }
}

test('a Parquet file is read back by hyparquet with every value', async () => {
  const { rows } = await written(resultOf(extremes))
  for (const [name, , values] of extremes) {
    assert.deepEqual(
      rows.map((row) => row[name]),
      values,
      name,
    )
  }
})

test('types say what they are to other readers', async () => {
  const { metadata } = await written(resultOf(extremes))
  const converted = Object.fromEntries(metadata.schema.map(({ name, converted_type }) => [name, converted_type]))
  assert.equal(converted.u64, 'UINT_64')
  assert.equal(converted.day, 'DATE')
  const moment = metadata.schema.find(({ name }) => name === 'moment')
  assert.deepEqual(moment?.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' })
})

test('bounds are kept, but not where NaN would fall outside of them', async () => {
  const { metadata } = await written(resultOf(extremes))
  const bounds = new Map(
    metadata.row_groups[0]?.columns.map(({ meta_data }) => [meta_data?.path_in_schema[0], meta_data?.statistics]),
  )
  assert.equal(bounds.get('u32')?.max_value, 4294967295)
  assert.equal(bounds.get('u64')?.max_value, 18446744073709551615n)
  assert.equal(bounds.get('f64')?.min_value, -Infinity)
  assert.equal(bounds.get('f32')?.max_value, undefined)
})

test('batches of any size become row groups of 131,072 rows', async () => {
  const lengths = [100_000, 0, 50_000, 300_000, 1]
  let next = 0
  const batches = lengths.map((length) => {
    const values = BigInt64Array.from({ length }, () => BigInt(next++))
    return { length, columns: [{ type: T.INT64, length, values }] }
  })
  const header = { columns: [{ name: 'x', type: T.INT64, nullable: false }] }
  const { rows, metadata } = await written({ header, batches })
  assert.deepEqual(
    metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
    [131072, 131072, 131072, 56785],
  )
  assert.ok(rows.every((row, index) => row.x === BigInt(index)))
})

test('an empty result keeps its columns', async () => {
  const { rows, metadata } = await written({ header: headerOf(extremes), batches: [] })
  assert.deepEqual(rows, [])
  assert.equal(metadata.schema.length, extremes.length + 1)
})

test('minus zero and zero stay two values though they repeat', async () => {
  const values = Array.from({ length: 1000 }, (_, row) => (row % 2 === 0 ? -0 : 0))
  const { rows } = await written(resultOf([['x', T.FLOAT64, values]]))
  assert.ok(rows.every((row, index) => Object.is(row.x, values[index])))
})

test('NULLs in one row group of several', async () => {
  const first = [['x', T.VARCHAR, new Array<string>(131_072).fill('a')]] as const
  const { rows } = await written(resultOf(first, [['x', T.VARCHAR, ['b', null]]]))
  assert.deepEqual(
    rows.slice(-3).map((row) => row.x),
    ['a', 'b', null],
  )
})

test('a result without columns is refused', async () => {
  await assert.rejects(bytesOf(encode, { header: { columns: [] }, batches: [] }), { code: 'unsupported' })
})

test('values past the length of a vector are not written', async () => {
  const column = { ...vectorOf(T.INT32, [1, 2, 3]), length: 2 }
  const { rows } = await written({
    header: headerOf([['x', T.INT32, []]]),
    batches: [{ length: 2, columns: [column] }],
  })
  assert.deepEqual(rows, [{ x: 1 }, { x: 2 }])
})
