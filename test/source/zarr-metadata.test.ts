/** Metadata in every spelling, and what is refused: by column, with a reason, never read wrongly. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { isChunkQLError } from '../../src/model/error.js'
import { openLocation, openSource } from '../../src/source/registry.js'
import { parseFill } from '../../src/source/zarr/fill.js'
import { parseJson } from '../../src/source/zarr/json.js'
import { columnOf, readAll, tableOf } from './read-all.js'
import { arrayV2, arrayV3, directory, mapStore, mapStoreV3 } from './stores.js'

const json = (text: string) => parseJson(new TextEncoder().encode(text), 'test')

test('JSON as Python writes it: NaN, infinities, integers of any length, and text that looks like them', () => {
  assert.deepEqual(json('{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN 12345678901234567890 \\" Infinity"}'), {
    a: Number.NaN,
    b: [-Infinity, Infinity],
    c: 'NaN 12345678901234567890 " Infinity',
  })
  assert.deepEqual(json('[18446744073709551615, -9223372036854775808, 9007199254740991, 0.1234567890123456]'), [
    2n ** 64n - 1n,
    -(2n ** 63n),
    9007199254740991,
    0.1234567890123456,
  ])
  assert.deepEqual(json('[1e300, 2345678901234567.5, -0.5e-3, NaN]'), [1e300, 2345678901234567.5, -0.0005, Number.NaN])
  assert.throws(() => json('{"a": nan}'), { code: 'store', where: 'test' })
  assert.throws(() => json('[NaN,]'), { code: 'store' })
})

test('fill values in every spelling', () => {
  const fill = (value: unknown, storage: string, version: 2 | 3 = 3) =>
    parseFill(value as never, { kind: 'number', storage: storage as never }, version)
  assert.equal(fill('NaN', 'f4'), Number.NaN)
  assert.equal(fill('-Infinity', 'f8'), -Infinity)
  assert.equal(fill('0x7fc00000', 'f4'), Number.NaN)
  assert.equal(fill('0x3f800000', 'f4'), 1)
  assert.equal(fill('0xc000000000000000', 'f8'), -2)
  assert.equal(fill(2n ** 64n - 1n, 'u8'), 2n ** 64n - 1n)
  assert.equal(fill(5, 'i8'), 5n)
  assert.equal(fill(false, 'bool'), false)
  assert.equal(fill(0, 'bool'), false)
  assert.equal(fill(null, 'i4'), undefined)
  assert.equal(fill(3, 'f4'), 3)
  assert.equal(fill('1.5', 'f4', 2), 1.5)
  for (const [value, storage] of [
    [300, 'u1'],
    [-1, 'u8'],
    [1.5, 'i4'],
    ['x', 'f4'],
    ['0x7fc0', 'f4'],
    [[1], 'f4'],
  ] as const) {
    assert.throws(() => fill(value, storage), /fill_value is/, `${value} as ${storage}`)
  }
})

const refusedV2: readonly (readonly [name: string, zarray: object, why: RegExp])[] = [
  ['quadruple', { dtype: '<f16' }, /<f16/],
  ['long complex', { dtype: '<c32' }, /<c32/],
  ['objects', { dtype: '|O' }, /\|O/],
  ['pickle', { dtype: '|O', filters: [{ id: 'pickle' }] }, /pickled objects are programs/],
  ['no unit', { dtype: '<M8' }, /<M8/],
  ['codec', { compressor: { id: 'lzma2000' } }, /no codec "lzma2000"/],
  ['filter', { filters: [{ id: 'delta2', dtype: '<i4' }] }, /no codec "delta2"/],
  ['nonsense', { dtype: '<q4' }, /no type of NumPy/],
  ['order', { order: 'K' }, /order/],
  ['format', { zarr_format: 1 }, /zarr_format is 1/],
  ['fill', { fill_value: 'many' }, /fill_value is "many"/],
  ['rank', { chunks: [2, 2] }, /chunk shape has 2 dimensions/],
]

for (const [name, zarray, why] of refusedV2) {
  test(`version 2, ${name}: refused by column, the rest of the store is there`, async () => {
    const source = await openLocation(
      mapStore({
        bad: { dims: ['x'], shape: [4], zarray: zarray as never },
        good: { dims: ['x'], shape: [4], chunks: { '0': Int32Array.of(1, 2, 3, 4) } },
      }),
    )
    assert.deepEqual(await readAll(source, 'good', 'good'), [1, 2, 3, 4])
    const column = columnOf(tableOf(source, 'good'), 'bad')
    assert.match(column.refused ?? '', why)
    assert.equal(column.layout, undefined)
    await assert.rejects(async () => source.column('good', 'bad'), isChunkQLError)
    await assert.rejects(source.coordinate('good', 'bad'), isChunkQLError)
  })
}

const refusedV3: readonly (readonly [name: string, change: object, why: RegExp])[] = [
  ['sharding', { codecs: [{ name: 'sharding_indexed', configuration: {} }] }, /chunk_shape of the shards is missing/],
  ['rectilinear', { chunk_grid: { name: 'rectilinear', configuration: {} } }, /chunk_shapes tells no lengths/],
  ['grid', { chunk_grid: { name: 'hexagonal', configuration: {} } }, /"hexagonal"/],
  ['extension', { new_thing: { must_understand: true } }, /"new_thing" must be understood/],
  ['bare extension', { new_thing: 5 }, /"new_thing" must be understood/],
  ['transformer', { storage_transformers: [{ name: 'x' }] }, /storage transformers/],
  ['keys', { chunk_key_encoding: { name: 'fanout' } }, /"fanout"/],
  ['small integers', { data_type: 'int4' }, /int4/],
  ['odd bits', { data_type: 'r12' }, /r12/],
  ['struct', { data_type: { name: 'struct', configuration: { fields: [] } } }, /struct/],
  ['inherited name', { data_type: 'constructor' }, /constructor/],
  ['codec', { codecs: ['bytes', { name: 'zfp' }] }, /no codec "zfp"/],
  ['no bytes', { codecs: [{ name: 'gzip' }] }, /no codec makes bytes/],
  ['permutation', { codecs: [{ name: 'transpose', configuration: { order: [1] } }, 'bytes'] }, /no permutation/],
]

for (const [name, change, why] of refusedV3) {
  test(`version 3, ${name}: refused by column`, async () => {
    const source = await openLocation(mapStoreV3({ bad: arrayV3(change), good: arrayV3() }))
    assert.match(columnOf(tableOf(source, 'bad'), 'bad').refused ?? '', why)
    assert.equal(columnOf(tableOf(source, 'good'), 'good').refused, undefined)
  })
}

test('arrays in a group that cannot be understood are refused, others are read', async () => {
  const group = (more: object) => ({ zarr_format: 3, node_type: 'group', attributes: {}, ...more })
  const source = await openLocation(
    mapStoreV3({
      good: group({}),
      'good/a': arrayV3(),
      odd: group({ new_thing: {} }),
      'odd/deep': group({}),
      'odd/deep/b': arrayV3(),
    }),
  )
  const refusedOf = (table: string, column: string) => columnOf(tableOf(source, table), column).refused
  assert.equal(refusedOf('good/a', 'a'), undefined)
  assert.match(refusedOf('odd/deep/b', 'b') ?? '', /its group 'odd': the extension "new_thing" must be understood/)
})

test('extensions that need not be understood are left out', async () => {
  const source = await openLocation(mapStoreV3({ a: arrayV3({ new_thing: { must_understand: false } }) }))
  assert.equal(columnOf(tableOf(source, 'a'), 'a').refused, undefined)
})

test('codecs of version 3 may be bare names, keys may be those of version 2', async () => {
  const store = mapStoreV3({
    a: arrayV3({
      codecs: [{ name: 'bytes', configuration: { endian: 'big' } }],
      chunk_key_encoding: { name: 'v2' },
      fill_value: 7,
    }),
  })
  store.set('/a/1', Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 1))
  assert.deepEqual(await readAll(await openLocation(store), 'a', 'a'), [7, 7, 256, 1])
})

test('a float _FillValue of version 3 is base64; the fill value of the array is no missing value', async () => {
  const attributes = { _FillValue: Buffer.from(Float64Array.of(-9).buffer).toString('base64') }
  const node = arrayV3({ data_type: 'float32', fill_value: 2, attributes })
  const store = mapStoreV3({ a: node })
  const chunk = Float32Array.of(-9, 1)
  store.set('/a/c/0', new Uint8Array(chunk.buffer))
  const source = await openLocation(store)
  assert.deepEqual(columnOf(tableOf(source, 'a'), 'a').layout?.missing, [-9])
  assert.deepEqual(await readAll(source, 'a', 'a'), [null, 1, 2, 2])
})

test('the same store is found with consolidated metadata, without, and from version 3 directories', async () => {
  const array = arrayV2({ shape: [2] })
  const attributes = { _ARRAY_DIMENSIONS: ['x'] }
  const files = {
    '.zgroup': { zarr_format: 2 },
    'g/v/.zarray': array,
    'g/v/.zattrs': attributes,
    'g/v/0': Int32Array.of(5, 6),
  }
  const walked = await openLocation(directory(files))
  const metadata = { 'g/v/.zarray': array, 'g/v/.zattrs': attributes }
  const consolidated = await openLocation(directory({ ...files, '.zmetadata': { metadata } }))
  assert.deepEqual(walked.schema, consolidated.schema)
  assert.deepEqual(await readAll(walked, 'g/v', 'v'), [5, 6])

  const group = { zarr_format: 3, node_type: 'group', attributes: {} }
  const v3 = await openLocation(
    directory({ 'zarr.json': group, 'g/zarr.json': group, 'g/v/zarr.json': arrayV3(), 'g/v/c/1': Int32Array.of(5, 6) }),
  )
  assert.deepEqual(await readAll(v3, 'g/v', 'v'), [0, 0, 5, 6])
})

test('an array can be a store', async () => {
  const v2 = await openLocation(directory({ '.zarray': arrayV2({ shape: [2] }), '0': Int32Array.of(5, 6) }))
  assert.deepEqual(await readAll(v2, 'test', 'test'), [5, 6])
  const v3 = await openLocation(directory({ 'zarr.json': arrayV3(), 'c/0': Int32Array.of(5, 6) }))
  assert.deepEqual(await readAll(v3, 'test', 'test'), [5, 6, 0, 0])
})

test('an array that is named by its path has the coordinates of its group', async () => {
  const attributes = { _ARRAY_DIMENSIONS: ['x'] }
  const root = directory({
    '.zgroup': { zarr_format: 2 },
    'x/.zarray': arrayV2({ shape: [2] }),
    'x/.zattrs': attributes,
    'x/0': Int32Array.of(50, 60),
    'v/.zarray': arrayV2({ shape: [2] }),
    'v/.zattrs': attributes,
    'v/0': Int32Array.of(5, 6),
    'w/.zarray': arrayV2({ shape: [2, 3] }),
    'w/.zattrs': { _ARRAY_DIMENSIONS: ['x', 'y'] },
  })
  const source = await openLocation(`${root}/v`)
  assert.equal(source.schema.defaultTable, 'v')
  assert.deepEqual(await readAll(source, 'v', 'x'), [50, 60])
  assert.deepEqual(await readAll(source, 'v', 'v'), [5, 6])
  assert.ok(source.ref)
  assert.deepEqual((await openSource(source.ref)).schema, source.schema)
})

test('text and times of version 3', async () => {
  const chunk_grid = { name: 'regular', configuration: { chunk_shape: [2] } }
  const of = (data_type: unknown, fill_value: unknown, codec = 'bytes') =>
    arrayV3({
      shape: [3],
      chunk_grid,
      data_type,
      fill_value,
      codecs: [{ name: codec, configuration: { endian: 'little' } }],
    })
  const store = mapStoreV3({
    fixed: of({ name: 'fixed_length_utf32', configuration: { length_bytes: 8 } }, 'é'),
    narrow: of({ name: 'null_terminated_bytes', configuration: { length_bytes: 3 } }, 'YQ=='),
    text: of('string', 'none', 'vlen-utf8'),
    time: of({ name: 'numpy.datetime64', configuration: { unit: 's', scale_factor: 10 } }, 'NaT'),
  })
  store.set('/fixed/c/0', new Uint8Array(Uint32Array.of(0x1f642, 0, 98, 99).buffer))
  store.set('/narrow/c/0', new TextEncoder().encode('x\0\0xyz'))
  store.set('/text/c/0', new Uint8Array([...[2, 0, 0, 0], ...[0, 0, 0, 0], ...[2, 0, 0, 0], 0xc3, 0xa9]))
  store.set('/time/c/0', new Uint8Array(BigInt64Array.of(6n, -1n).buffer))
  const source = await openLocation(store)
  assert.deepEqual(await readAll(source, 'fixed', 'fixed'), ['🙂', 'bc', 'é'])
  assert.deepEqual(await readAll(source, 'narrow', 'narrow'), ['x', 'xyz', 'a'])
  assert.deepEqual(await readAll(source, 'text', 'text'), ['', 'é', 'none'])
  assert.deepEqual(await readAll(source, 'time', 'time'), [60_000_000n, -10_000_000n, null])
})

test('a directory that is no store says what was expected', async () => {
  await assert.rejects(openLocation(directory({ 'readme.txt': 'x' })), {
    code: 'store',
    message: /holds no Zarr metadata/,
  })
  await assert.rejects(openLocation('/nowhere/at/all.zarr'), { code: 'io', message: /there is no directory/ })
  await assert.rejects(openLocation('ftp://example.org/x.zarr'), { code: 'unsupported' })
  await assert.rejects(openLocation(directory({ 'zarr.json': '{' })), { code: 'store', where: 'test.zarr/zarr.json' })
})

test('opening does not depend on the number of chunks', async () => {
  const huge = { dims: ['t', 'y', 'x'], shape: [10_000_000, 100, 100], zarray: { chunks: [1, 10, 10] } }
  const source = await openLocation(mapStore({ huge }))
  const column = await source.column('huge', 'huge')
  assert.deepEqual(column.locate([9_999_999, 9, 9]), { key: 'huge/9999999.9.9' })
})
