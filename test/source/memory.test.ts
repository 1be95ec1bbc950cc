/** Arrow tables, IPC bytes, typed arrays and named grids: what columns they become, and that every value arrives. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as arrow from 'apache-arrow'
import { isChunkQLError } from '../../src/model/error.js'
import { defaultTable } from '../../src/model/schema.js'
import { typeName } from '../../src/model/type.js'
import { openLocation } from '../../src/source/registry.js'
import type { Source } from '../../src/source/source.js'
import { columnOf, readAll } from './read-all.js'

function columnsOf(source: Source) {
  return (defaultTable(source.schema)?.columns ?? []).map(
    (column) => `${column.name} ${typeName(column.type)}${column.nullable ? '' : ' NOT NULL'} ${column.role}`,
  )
}

/** The builder of nanoseconds takes none: its numbers are put there by hand. */
function nanoseconds() {
  const type = new arrow.TimestampNanosecond()
  return arrow.makeVector(arrow.makeData({ type, length: 3, nullCount: 0, data: BigInt64Array.of(1999n, -1n, 2000n) }))
}

function arrowTable() {
  const batch = (shift: number) =>
    new arrow.Table({
      i: arrow.vectorFromArray([1 + shift, null, 3], new arrow.Int32()),
      big: arrow.vectorFromArray([2n ** 62n + 1n, -5n, 0n], new arrow.Int64()),
      f: arrow.vectorFromArray([Number.NaN, 1.5, null], new arrow.Float64()),
      name: arrow.vectorFromArray(['a', null, 'a']),
      plain: arrow.vectorFromArray(['x', 'yö', null], new arrow.Utf8()),
      yes: arrow.vectorFromArray([true, false, true], new arrow.Bool()),
      maybe: arrow.vectorFromArray([true, null, false], new arrow.Bool()),
      day: arrow.vectorFromArray([new Date(0), new Date(86_400_000 * 3), null], new arrow.DateDay()),
      at: arrow.vectorFromArray([new Date(1), null, new Date(-1)], new arrow.TimestampMillisecond()),
      fine: nanoseconds(),
      list: arrow.vectorFromArray([[1], [2], [3]]),
      money: arrow.vectorFromArray(
        [Uint32Array.of(12345, 0, 0, 0), null, Uint32Array.of(-1, -1, -1, -1)],
        new arrow.Decimal(2, 10, 128),
      ),
    })
  return batch(0).concat(batch(10))
}

test('an Arrow table keeps its types, its NULLs and its NaN, over all batches', async () => {
  const source = await openLocation(arrowTable())
  assert.deepEqual(columnsOf(source), [
    'i INTEGER variable',
    'big BIGINT NOT NULL variable',
    'f DOUBLE variable',
    'name VARCHAR variable',
    'plain VARCHAR variable',
    'yes BOOLEAN NOT NULL variable',
    'maybe BOOLEAN variable',
    'day DATE variable',
    'at TIMESTAMP variable',
    'fine TIMESTAMP NOT NULL variable',
    'list NULL variable',
    'money DOUBLE variable',
  ])
  const read = (name: string) => readAll(source, 'data', name)
  assert.deepEqual(await read('i'), [1, null, 3, 11, null, 3])
  assert.deepEqual((await read('big')).slice(0, 3), [2n ** 62n + 1n, -5n, 0n])
  assert.deepEqual((await read('f')).slice(3), [Number.NaN, 1.5, null])
  assert.deepEqual((await read('name')).slice(2), ['a', 'a', null, 'a'])
  assert.deepEqual((await read('plain')).slice(0, 3), ['x', 'yö', null])
  assert.deepEqual((await read('yes')).slice(0, 4), [true, false, true, true])
  assert.deepEqual((await read('maybe')).slice(0, 3), [true, null, false])
  assert.deepEqual((await read('day')).slice(0, 3), [0, 3, null])
  assert.deepEqual((await read('at')).slice(0, 3), [1000n, null, -1000n])
  assert.deepEqual((await read('fine')).slice(0, 3), [1n, -1n, 2n])
  assert.deepEqual((await read('money')).slice(0, 3), [123.45, null, -0.01])
})

test('what Arrow has and we cannot read yet is refused by name', async () => {
  const source = await openLocation(arrowTable())
  const list = defaultTable(source.schema)?.columns.find(({ name }) => name === 'list')
  assert.match(list?.refused ?? '', /List<Float64>/)
  assert.throws(() => source.column('data', 'list'), isChunkQLError)
})

test('IPC bytes of both kinds are the same table', async () => {
  const stream = await openLocation(arrow.tableToIPC(arrowTable(), 'stream'))
  assert.deepEqual(await readAll(stream, 'data', 'i'), [1, null, 3, 11, null, 3])
  assert.deepEqual(await readAll(stream, 'data', 'name'), ['a', null, 'a', 'a', null, 'a'])
  const file = await openLocation(arrow.tableToIPC(arrowTable().slice(3), 'file'))
  assert.deepEqual(await readAll(file, 'data', 'i'), [11, null, 3])
  assert.deepEqual(await readAll(file, 'data', 'name'), ['a', null, 'a'])
  await assert.rejects(openLocation(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)), /Arrow IPC/)
})

test('a record batch, and a slice of a table', async () => {
  const [batch] = arrowTable().batches
  assert.deepEqual(await readAll(await openLocation(batch), 'data', 'i'), [1, null, 3])
  const slice = await openLocation(arrowTable().slice(2, 5))
  assert.deepEqual(await readAll(slice, 'data', 'i'), [3, 11, null])
  assert.deepEqual(await readAll(slice, 'data', 'at'), [-1000n, 1000n, null])
  assert.deepEqual(await readAll(slice, 'data', 'yes'), [true, true, false])
})

test('typed and plain arrays are columns; NaN is NULL', async () => {
  const source = await openLocation({
    a: Float32Array.of(1, Number.NaN, 3),
    b: [1.5, null, Number.NaN],
    c: [1n, 2n, undefined],
    d: ['x', null, 'z'],
    e: [true, false, true],
    f: [new Date(5), null, new Date(7)],
    g: Uint8Array.of(0, 255, 7),
    h: [null, null, null],
  })
  assert.deepEqual(columnsOf(source), [
    'a FLOAT variable',
    'b DOUBLE variable',
    'c BIGINT variable',
    'd VARCHAR variable',
    'e BOOLEAN NOT NULL variable',
    'f TIMESTAMP variable',
    'g UTINYINT NOT NULL variable',
    'h NULL variable',
  ])
  const read = (name: string) => readAll(source, 'data', name)
  assert.deepEqual(await read('a'), [1, null, 3])
  assert.deepEqual(await read('b'), [1.5, null, null])
  assert.deepEqual(await read('c'), [1n, 2n, null])
  assert.deepEqual(await read('d'), ['x', null, 'z'])
  assert.deepEqual(await read('e'), [true, false, true])
  assert.deepEqual(await read('f'), [5000n, null, 7000n])
  assert.deepEqual(await read('g'), [0, 255, 7])
  assert.deepEqual(await read('h'), [null, null, null])
})

test('nan_is_null = false keeps NaN and still knows NULL', async () => {
  const source = await openLocation({ a: Float32Array.of(Number.NaN), b: [Number.NaN] }, { nanIsNull: false })
  assert.deepEqual(await readAll(source, 'data', 'a'), [Number.NaN])
  assert.deepEqual(await readAll(source, 'data', 'b'), [Number.NaN])
  const nulls = await openLocation({ b: [null, Number.NaN] }, { nanIsNull: false })
  assert.deepEqual(await readAll(nulls, 'data', 'b'), [null, Number.NaN])
})

test('named dimensions make a grid with coordinates and indexes', async () => {
  const source = await openLocation({
    dims: ['time', 'lat', 'x'],
    coords: { lat: [10, -10], time: [new Date(0), new Date(1000), new Date(2000)] },
    data: { t2m: Float32Array.from({ length: 24 }, (_, i) => i) },
  })
  const table = defaultTable(source.schema)
  assert.deepEqual(
    table?.dims.map(({ name, size }) => [name, size]),
    [
      ['time', 3],
      ['lat', 2],
      ['x', 4],
    ],
  )
  assert.deepEqual(columnsOf(source), [
    'time TIMESTAMP NOT NULL coordinate',
    'lat DOUBLE coordinate',
    'x BIGINT NOT NULL index',
    't2m FLOAT variable',
  ])
  assert.deepEqual(table && columnOf(table, 't2m').dims, [0, 1, 2])
  assert.deepEqual([...(await source.coordinate('data', 'lat')).values], [10, -10])
  assert.deepEqual(
    await readAll(source, 'data', 't2m'),
    Array.from({ length: 24 }, (_, i) => i),
  )
})

test('arrays beyond a virtual chunk come in several', async () => {
  const length = 2 ** 21 + 5
  const source = await openLocation({ v: Int32Array.from({ length }, (_, i) => i) })
  const column = await source.column('data', 'v')
  assert.deepEqual(column.layout.chunk, [2 ** 20])
  assert.deepEqual(column.locate([2]), { key: 'v', offset: 2 ** 23, length: 20 })
  const { values } = await source.coordinate('data', 'v')
  assert.deepEqual([values.length, values[length - 1]], [length, length - 1])
})

test('what does not fit together is an error that says so', async () => {
  await assert.rejects(openLocation({ a: [1, 2], b: [1] }), /'b' has 1 rows, 'a' has 2/)
  await assert.rejects(openLocation({ a: [1, 'x'] }), /'a' mixes number and string, first in row 1/)
  await assert.rejects(openLocation({ dims: ['x', 'y'], data: { v: [1, 2] } }), /sizes of the dims are not known/)
  await assert.rejects(openLocation({ dims: ['x'], shape: [3], data: { v: [1, 2] } }), /'v' has 2 values, expected 3/)
  await assert.rejects(openLocation(42), /cannot read data from number/)
})
