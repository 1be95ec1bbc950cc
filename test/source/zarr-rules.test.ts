/** Coordinates that no array holds: levels of OME-Zarr images, rasters of GeoZarr. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'
import { openLocation } from '../../src/source/registry.js'
import type { Source } from '../../src/source/source.js'
import { columnOf, tableOf } from './read-all.js'
import { arrayV3, mapStore, mapStoreV3 } from './stores.js'

async function values(source: Source, table: string, column: string): Promise<number[]> {
  const { type, role, layout } = columnOf(tableOf(source, table), column)
  assert.deepEqual([type.kind, role, layout], ['float64', 'coordinate', undefined])
  const whole = [...((await source.coordinate(tableOf(source, table).name, column)).values as Float64Array)]
  const part = await source.vectors?.(tableOf(source, table).name, column, 1, 2)
  assert.deepEqual([...((part?.values as Float64Array) ?? [])], whole.slice(1, 2))
  return whole
}

const columns = (source: Source, table: string) =>
  tableOf(source, table).columns.map(({ name, role, type }) => `${name} ${role} ${type.kind}`)

const space = (name: string) => ({ name, type: 'space', unit: 'micrometer' })
const axes = [{ name: 'c', type: 'channel' }, space('y'), space('x')]
const scale = (...numbers: number[]) => ({ type: 'scale', scale: numbers })

test('levels of an image have physical coordinates from scale and translation', async () => {
  const multiscales = [
    {
      axes,
      datasets: [
        { path: '0', coordinateTransformations: [scale(1, 0.5, 0.25)] },
        {
          path: '1',
          coordinateTransformations: [scale(1, 1, 0.5), { type: 'translation', translation: [0, 0.25, 0.125] }],
        },
      ],
      coordinateTransformations: [scale(1, 2, 2)],
    },
  ]
  const store = mapStore({ '0': { shape: [2, 4, 6] }, '1': { shape: [2, 2, 3] } }, { multiscales })
  const source = await openLocation(store)
  assert.deepEqual(columns(source, '0'), [
    'c index int64',
    'y coordinate float64',
    'x coordinate float64',
    '0 variable int32',
  ])
  assert.deepEqual(await values(source, '0', 'y'), [0, 1, 2, 3])
  assert.deepEqual(await values(source, '1', 'y'), [0.5, 2.5])
  assert.deepEqual(await values(source, '1', 'x'), [0.25, 1.25, 2.25])
  assert.deepEqual(columnOf(tableOf(source, '1'), 'x').attributes, { units: 'micrometer' })
  const plain = await openLocation(store, { decodeCf: false })
  assert.deepEqual(columns(plain, '0').slice(0, 3), ['c index int64', 'y index int64', 'x index int64'])
})

test('OME-Zarr 0.5 has its metadata under ome, and arrays may lie deeper', async () => {
  const node = (size: number) =>
    arrayV3({
      shape: [size, size],
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [size, size] } },
      dimension_names: ['y', 'x'],
    })
  const ome = {
    version: '0.5',
    multiscales: [
      {
        axes: axes.slice(1),
        datasets: [
          { path: 's0/image', coordinateTransformations: [scale(2, 3)] },
          { path: 's1/image', coordinateTransformations: [scale(4, 6)] },
        ],
      },
    ],
  }
  const group = { zarr_format: 3, node_type: 'group', attributes: { ome } }
  const source = await openLocation(mapStoreV3({ a: group, 'a/s0/image': node(4), 'a/s1/image': node(2) }))
  assert.deepEqual(await values(source, 'a/s0/image', 'x'), [0, 3, 6, 9])
  assert.deepEqual(await values(source, 'a/s1/image', 'y'), [0, 4])
})

test('axes of older images are names, or the five that all had', async () => {
  const dims = async (image: object, shape: number[]) => {
    const source = await openLocation(
      mapStore({ '0': { shape } }, { multiscales: [{ datasets: [{ path: '0' }], ...image }] }),
    )
    return tableOf(source, '0').dims.map(({ name }) => name)
  }
  assert.deepEqual(await dims({ axes: ['z', 'y'] }, [2, 3]), ['z', 'y'])
  assert.deepEqual(await dims({}, [1, 1, 1, 2, 2]), ['t', 'c', 'z', 'y', 'x'])
  assert.deepEqual(await dims({ axes: [{}, 'y'] }, [2, 3]), ['dim_0', 'y'])
})

const raster = (attributes: object) => ({ dims: ['y', 'x'], shape: [2, 3], attributes: { ...attributes } })

test('a GeoTransform gives the centers of cells', async () => {
  const spatial_ref = { dims: [], shape: [], attributes: { GeoTransform: '500000.0 10.0 0.0 4200000.0 0.0 -20.0' } }
  const source = await openLocation(mapStore({ b2: raster({ grid_mapping: 'spatial_ref' }), spatial_ref }))
  assert.deepEqual(columns(source, 'b2'), ['y coordinate float64', 'x coordinate float64', 'b2 variable int32'])
  assert.deepEqual(await values(source, 'b2', 'y'), [4199990, 4199970])
  assert.deepEqual(await values(source, 'b2', 'x'), [500005, 500015, 500025])
})

test('a spatial:transform may be of the group, of edges or of nodes, and names its dimensions', async () => {
  const transform = { 'spatial:transform': [0.5, 0, 10, 0, -0.5, 50] }
  const edges = await openLocation(mapStore({ a: raster({}) }, transform))
  assert.deepEqual(await values(edges, 'a', 'x'), [10.25, 10.75, 11.25])
  const said = { ...transform, 'spatial:registration': 'node', 'spatial:dimensions': ['x', 'y'] }
  const nodes = await openLocation(mapStore({ a: raster(said) }))
  assert.deepEqual(await values(nodes, 'a', 'x'), [50, 49.5, 49])
})

test('no coordinates come of a raster that is turned, of two that differ, or where there are arrays', async () => {
  const ofDims = async (store: Parameters<typeof mapStore>[0]) =>
    columns(await openLocation(mapStore(store)), 'a').slice(0, 2)
  const transform = (...numbers: unknown[]) => raster({ 'spatial:transform': numbers })
  const indexes = ['y index int64', 'x index int64']
  assert.deepEqual(await ofDims({ a: transform(1, 0.1, 0, 0, 1, 0) }), indexes)
  assert.deepEqual(await ofDims({ a: transform(1, 0, 0, 0, 'north', 0) }), indexes)
  assert.deepEqual(await ofDims({ a: transform(1, 0, 0, 0, 1, 0), b: transform(2, 0, 0, 0, 1, 0) }), [
    'y coordinate float64',
    'x index int64',
  ])
  assert.deepEqual(await ofDims({ a: transform(1, 0, 0, 0, 1, 0), x: { dims: ['x'], shape: [3] } }), [
    'y coordinate float64',
    'x coordinate int32',
  ])
})

test('such coordinates select chunks as any others do', async () => {
  const chunks = Object.fromEntries([0, 1, 2, 3].map((i) => [`0.${i}`, Int32Array.of(i, i + 10)]))
  const a = { dims: ['y', 'x'], shape: [2, 4], zarray: { chunks: [2, 1] }, chunks }
  const db = await connect({ attach: { s: mapStore({ a }, { 'spatial:transform': [1, 0, 100, 0, -1, 50] }) } })
  const { batches, work } = await db.run('SELECT sum(a), min(x), max(y) FROM s.a WHERE x > 101.5 AND x < 103')
  for await (const { columns } of batches)
    assert.deepEqual(
      columns.map(({ values }) => Number(values[0])),
      [14, 102.5, 49.5],
    )
  assert.deepEqual([work.chunksTotal, work.read], [4, 1])
  await db.close()
})
