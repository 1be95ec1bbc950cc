import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataType, RecordBatchStreamReader, type Table, TimeUnit, tableFromIPC } from 'apache-arrow'
import fc from 'fast-check'
import * as T from '../../src/model/type.js'
import { vectorOf } from '../../src/model/vector.js'
import { arrowBatch, arrowSchema, arrowTable } from '../../src/output/arrow.js'
import { encode, encodeStream } from '../../src/output/arrow-file.js'
import { bytesOf, extremes, headerOf, resultOf } from './sample.js'

/** What apache-arrow gives for our days and microseconds: milliseconds, as a number. */
function arrowValue(type: T.Type, value: T.Value): unknown {
  if (type.kind === 'date' && value !== null) return Number(value) * 864e5
  return type.kind === 'timestamp' && value !== null ? Number(value) / 1000 : value
}

function assertExtremes(table: Table): void {
  for (const [name, type, values] of extremes) {
    const read = [...(table.getChild(name) ?? [])]
    assert.deepEqual(
      read,
      values.map((value) => arrowValue(type, value)),
      name,
    )
  }
}

test('an Arrow file is read back by apache-arrow with every value', async () => {
  assertExtremes(tableFromIPC(await bytesOf(encode, resultOf(extremes))))
})

test('an Arrow stream is read back by apache-arrow with every value', async () => {
  const bytes = await bytesOf(encodeStream, resultOf(extremes))
  assert.ok(RecordBatchStreamReader.from(bytes).isStream())
  assertExtremes(tableFromIPC(bytes))
})

test('a table in memory has every value, and its types', async () => {
  const { header, batches } = resultOf(extremes)
  const table = await arrowTable(header, batches)
  assertExtremes(table)
  assert.deepEqual(
    table.schema.fields.map((field) => String(field.type)),
    [
      'Null',
      'Bool',
      'Int8',
      'Int16',
      'Int32',
      'Int64',
      'Uint8',
      'Uint16',
      'Uint32',
      'Uint64',
      'Float32',
      'Float64',
      'Utf8',
      'Date32<DAY>',
      'Timestamp<MICROSECOND>',
    ],
  )
  const moment = table.schema.fields.at(-1)?.type
  assert.ok(DataType.isTimestamp(moment) && moment.unit === TimeUnit.MICROSECOND)
})

test('timestamps keep their microseconds', async () => {
  const { header, batches } = resultOf(extremes)
  const values = (await arrowTable(header, batches)).getChild('moment')?.data[0]?.values as BigInt64Array
  assert.deepEqual([...values.subarray(0, 3)], [-62135596800000000n, 1n, 253402300799999999n])
})

test('several batches, an empty result, and a result without columns', async () => {
  const one = [['x', T.INT64, [1n]]] as const
  const several = tableFromIPC(await bytesOf(encode, resultOf(one, [['x', T.INT64, []]], [['x', T.INT64, [2n, null]]])))
  assert.deepEqual([...(several.getChild('x') ?? [])], [1n, 2n, null])

  for (const encoding of [encode, encodeStream]) {
    const empty = tableFromIPC(await bytesOf(encoding, { header: headerOf(extremes), batches: [] }))
    assert.equal(empty.numRows, 0)
    assert.deepEqual(
      empty.schema.names,
      extremes.map(([name]) => name),
    )
  }
  assert.equal((await arrowTable(headerOf(extremes), [])).numCols, extremes.length)
  assert.equal((await arrowTable({ columns: [] }, [{ length: 3, columns: [] }])).numRows, 3)
})

test('numbers without NULLs are not copied', () => {
  const values = Float64Array.of(1, 2, 3)
  const schema = arrowSchema({ columns: [{ name: 'x', type: T.FLOAT64, nullable: false }] })
  const batch = arrowBatch(schema, { length: 2, columns: [{ type: T.FLOAT64, length: 2, values }] })
  const data = batch.getChildAt(0)?.data[0]?.values as Float64Array
  assert.equal(data.buffer, values.buffer)
  assert.equal(data.length, 2)
})

test('names are made unique', () => {
  const column = (name: string) => ({ name, type: T.INT32, nullable: true })
  const { names } = arrowSchema({ columns: ['a', 'a', 'A', 'a_1', 'b'].map(column) })
  assert.deepEqual(names, ['a', 'a_1', 'A_2', 'a_1_1', 'b'])
})

test('a NULL in a column that has none is an error of ours', () => {
  const schema = arrowSchema({ columns: [{ name: 'x', type: T.INT32, nullable: false }] })
  const batch = { length: 1, columns: [vectorOf(T.INT32, [null])] }
  assert.throws(() => arrowBatch(schema, batch), { code: 'internal', message: /column x has NULLs/ })
})

test('any booleans, texts and NULLs survive', () => {
  const maybe = <V>(value: fc.Arbitrary<V>) => fc.array(fc.option(value), { maxLength: 40 })
  const check = (type: T.Type, values: T.Value[]) => {
    const schema = arrowSchema(headerOf([['x', type, values]]))
    const batch = arrowBatch(schema, { length: values.length, columns: [vectorOf(type, values)] })
    assert.deepEqual([...(batch.getChildAt(0) ?? [])], values)
  }
  fc.assert(fc.property(maybe(fc.boolean()), (values) => check(T.BOOLEAN, values)))
  fc.assert(fc.property(maybe(fc.string({ unit: 'grapheme' })), (values) => check(T.VARCHAR, values)))
  fc.assert(fc.property(maybe(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), (values) => check(T.INT64, values)))
})

test('texts longer than the first guess of their room', () => {
  const long = 'ü'.repeat(5000)
  const schema = arrowSchema(headerOf([['x', T.VARCHAR, []]]))
  const batch = arrowBatch(schema, { length: 3, columns: [vectorOf(T.VARCHAR, ['a', long, 'b'])] })
  assert.deepEqual([...(batch.getChildAt(0) ?? [])], ['a', long, 'b'])
})

test('lengths of time are intervals of months, days and nanoseconds', async () => {
  const values = [{ months: 14, days: -3, micros: -1n }, null, { months: 0, days: 0, micros: 2n ** 40n }]
  const lengths = resultOf([['length', T.INTERVAL, values]])
  const read = tableFromIPC(await bytesOf(encode, lengths)).getChild('length')
  assert.deepEqual([...(read?.get(0) ?? [])], [14, -3, -1000, -1])
  assert.equal(read?.get(1), null)
  const [, , low = 0, high = 0] = read?.get(2) ?? []
  assert.equal((BigInt(high) << 32n) | BigInt(low >>> 0), 2n ** 40n * 1000n)
  const tooLong = resultOf([['length', T.INTERVAL, [{ months: 0, days: 0, micros: 2n ** 62n }]]])
  await assert.rejects(bytesOf(encode, tooLong), { code: 'value', message: /nanoseconds in 64 bits/ })
})
