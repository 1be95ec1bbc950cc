/** Which grids a store has: what each array's table holds, and what FROM means when it names only the store. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { defaultTable, findTable, listedTables, type Schema } from '../../src/model/schema.js'
import { openLocation } from '../../src/source/registry.js'
import { tableOf } from './read-all.js'
import { type ArraySpec, arrayV3, mapStore, mapStoreV3 } from './stores.js'

async function schemaOf(arrays: Readonly<Record<string, ArraySpec>>, attributes = {}): Promise<Schema> {
  return (await openLocation(mapStore(arrays, attributes))).schema
}

function columns(schema: Schema, table: string): string[] {
  const found = findTable(schema, table)
  return (found?.columns ?? []).map(({ name, role, dims }) => `${name} ${role} (${dims.join()})`)
}

const names = (schema: Schema) => listedTables(schema).map(({ name }) => name)

const time = { dims: ['time'], shape: [3] }
const lat = { dims: ['lat'], shape: [2] }
const cube = { dims: ['time', 'lat', 'x'], shape: [3, 2, 4] }

test('a table has the coordinates of its dimensions, then its own variable, then all that fits', async () => {
  const schema = await schemaOf({ time, lat, t2m: cube, a: cube, mask: { dims: ['x', 'lat'], shape: [4, 2] } })
  assert.deepEqual(columns(schema, 't2m'), [
    'time coordinate (0)',
    'lat coordinate (1)',
    'x index (2)',
    't2m variable (0,1,2)',
    'a variable (0,1,2)',
    'mask variable (2,1)',
  ])
  assert.deepEqual(columns(schema, 'mask'), ['x index (0)', 'lat coordinate (1)', 'mask variable (0,1)'])
})

test('FROM the store is the one grid that contains all others', async () => {
  const schema = await schemaOf({ time, lat, t2m: cube, mask: { dims: ['x', 'lat'], shape: [4, 2] } })
  assert.equal(defaultTable(schema)?.name, 't2m')
  assert.deepEqual(names(schema), ['mask', 't2m'])
})

test('FROM the store means nothing where grids stand side by side', async () => {
  const schema = await schemaOf({ time, t2m: cube, profile: { dims: ['time', 'depth'], shape: [3, 5] } })
  assert.equal(defaultTable(schema), undefined)
  assert.deepEqual(names(schema), ['profile', 't2m'])
})

test('a plain table is named by its store and by each of its columns', async () => {
  const row = { dims: ['row'], shape: [5] }
  const schema = await schemaOf({ delay: row, distance: row })
  assert.deepEqual(columns(schema, defaultTable(schema)?.name ?? ''), [
    'row index (0)',
    'delay variable (0)',
    'distance variable (0)',
  ])
  assert.deepEqual(columns(schema, 'distance'), ['row index (0)', 'distance variable (0)', 'delay variable (0)'])
})

test('arrays of equal length without dimension names are not put side by side', async () => {
  const schema = await schemaOf({ a: { shape: [5] }, b: { shape: [5] } })
  assert.deepEqual(columns(schema, 'a'), ['dim_0 index (0)', 'a variable (0)'])
  assert.equal(defaultTable(schema), undefined)
})

test('one array alone is the table of its store', async () => {
  assert.equal(defaultTable(await schemaOf({ a: { shape: [5, 6] } }))?.name, 'a')
})

test('coordinates are listed only where nothing else is there', async () => {
  assert.deepEqual(names(await schemaOf({ time, lat, t2m: cube })), ['t2m'])
  assert.deepEqual(names(await schemaOf({ time, lat })), ['lat', 'time'])
  assert.equal(tableOf({ schema: await schemaOf({ time, t2m: cube }) } as never, 'time').hidden, true)
})

test('auxiliary coordinates and scalars are columns, and the ends of bounds; grid mappings are not', async () => {
  const schema = await schemaOf(
    {
      time: { ...time, attributes: { bounds: 'time_bnds' } },
      time_bnds: { dims: ['time', 'bnds'], shape: [3, 2] },
      t2m: { ...cube, attributes: { coordinates: 'height area', grid_mapping: 'crs: x y' } },
      height: { dims: [], shape: [] },
      area: { dims: ['lat', 'x'], shape: [2, 4] },
      crs: { dims: [], shape: [] },
      label: { dims: ['lat'], shape: [2] },
    },
    { coordinates: 'label' },
  )
  assert.deepEqual(columns(schema, 't2m'), [
    'time coordinate (0)',
    'lat index (1)',
    'x index (2)',
    'area auxiliary (1,2)',
    'height auxiliary ()',
    'label auxiliary (1)',
    'time_lower auxiliary (0)',
    'time_upper auxiliary (0)',
    't2m variable (0,1,2)',
  ])
  assert.deepEqual(columns(schema, 'time_bnds'), [
    'time coordinate (0)',
    'bnds index (1)',
    'height auxiliary ()',
    'time_lower auxiliary (0)',
    'time_upper auxiliary (0)',
    'time_bnds variable (0,1)',
  ])
  assert.deepEqual(names(schema), ['t2m'])
})

test('bounds stand for the index of a dimension of their name, in their own table', async () => {
  const schema = await schemaOf({
    lat: { ...lat, attributes: { bounds: 'ends' } },
    ends: { dims: ['lat', 'ends'], shape: [2, 2] },
  })
  assert.deepEqual(columns(schema, 'ends'), [
    'lat coordinate (0)',
    'lat_lower auxiliary (0)',
    'lat_upper auxiliary (0)',
    'ends variable (0,1)',
  ])
})

test('every table and column has a name of its own, whatever arrays are called', async () => {
  const complex = { dtype: '<c8', fill_value: 0 }
  const schema = await schemaOf({
    lat: { ...lat, attributes: { bounds: 'ends' } },
    ends: { dims: ['lat', 'two'], shape: [2, 2], zarray: { dtype: '<c32' } },
    z: { ...lat, zarray: complex },
    'z.real': lat,
    scalar: { dims: [], shape: [] },
    nameless: { dims: [''], shape: [4] },
  })
  const tables = schema.tables.map(({ name }) => name)
  assert.deepEqual(tables, [...new Set(tables)])
  assert.deepEqual(columns(schema, 'z'), [
    'lat coordinate (0)',
    'lat_lower auxiliary (0)',
    'lat_upper auxiliary (0)',
    'z variable (0)',
    'scalar variable ()',
    'z.real variable (0)',
  ])
  assert.match(findTable(schema, 'z')?.columns.find(({ name }) => name === 'z')?.refused ?? '', /"z.real", as another/)
  assert.deepEqual(columns(schema, 'scalar'), ['scalar variable ()'])
})

test('bounds that are no pairs of ends, or whose names are taken, stay tables of their own', async () => {
  const schema = await schemaOf({
    lat: { ...lat, attributes: { bounds: 'corners' } },
    corners: { dims: ['lat', 'four'], shape: [2, 4] },
    time: { ...time, attributes: { bounds: 'ends' } },
    ends: { dims: ['time', 'two'], shape: [3, 2] },
    time_lower: time,
    depth: { dims: ['depth'], shape: [2], attributes: { bounds: 'ends' } },
    t2m: { dims: ['time', 'lat'], shape: [3, 2] },
  })
  assert.deepEqual(columns(schema, 't2m'), [
    'time coordinate (0)',
    'lat coordinate (1)',
    'time_upper auxiliary (0)',
    't2m variable (0,1)',
    'time_lower variable (0)',
  ])
})

test('what others name as measures and ancillary variables is a column, but not listed', async () => {
  const schema = await schemaOf({
    sst: {
      dims: ['x', 'y'],
      shape: [3, 2],
      attributes: { cell_measures: 'area: cells', ancillary_variables: 'error' },
    },
    error: { dims: ['x', 'y'], shape: [3, 2] },
    cells: { dims: ['y'], shape: [2] },
  })
  assert.deepEqual(columns(schema, 'sst'), [
    'x index (0)',
    'y index (1)',
    'cells auxiliary (1)',
    'error auxiliary (0,1)',
    'sst variable (0,1)',
  ])
  assert.deepEqual(names(schema), ['sst'])
  assert.equal(defaultTable(schema)?.name, 'sst')
})

test('characters whose dimension others have are no texts', async () => {
  const letters = { dtype: '|S1' }
  const names = { dims: ['lat', 'n'], shape: [2, 3], zarray: letters }
  const schema = await schemaOf({
    names,
    split: { ...names, dims: ['lat', 'm'], zarray: { ...letters, chunks: [2, 2] } },
  })
  const found = findTable(schema, 'names')?.columns ?? []
  assert.equal(found.find(({ name }) => name === 'names')?.refused, undefined)
  assert.match(found.find(({ name }) => name === 'split')?.refused ?? '', /split over several chunks/)
  const other = await schemaOf({ names, weight: { dims: ['n'], shape: [3] } })
  assert.equal(columns(other, 'names').at(-2), 'names variable (0,1)')
})

test('a variable of more dimensions that is named like a dimension leaves no room for an index', async () => {
  const schema = await schemaOf({ lat: { dims: ['lat', 'x'], shape: [2, 3] } })
  assert.deepEqual(columns(schema, 'lat'), ['x index (1)', 'lat variable (0,1)'])
})

test('one name with two lengths in a group is an error', async () => {
  await assert.rejects(schemaOf({ time, t2m: { dims: ['time'], shape: [4] } }), {
    message: "dimension 'time' has length 4 in 't2m' and 3 in 'time'",
  })
})

test('the levels of an image pyramid are tables of their own', async () => {
  const level = (size: number) => ({ dims: ['y', 'x'], shape: [size, size] })
  const schema = await schemaOf({ '0': level(8), '1': level(4) }, { multiscales: [{}] })
  assert.deepEqual(columns(schema, '1'), ['y index (0)', 'x index (1)', '1 variable (0,1)'])
  assert.equal(defaultTable(schema), undefined)
})

test('nested groups are schemas: their tables have paths, and shorter names where those mean one thing', async () => {
  const row = { dims: ['row'], shape: [5] }
  const schema = await schemaOf({ 'a/x': row, 'a/y': row, 'b/c/x': { dims: ['row'], shape: [7] } })
  assert.deepEqual(names(schema), ['a/x', 'y', 'b/c/x'])
  assert.equal(findTable(schema, 'a/y')?.name, 'y')
  assert.equal(findTable(schema, 'x'), undefined)
  assert.equal(findTable(schema, 'a')?.name, 'a/x')
  assert.equal(findTable(schema, 'b/c')?.dims[0]?.size, 7)
  assert.equal(defaultTable(schema), undefined)
})

test('a table two groups deep is named by its last part, unless a group or another table is', async () => {
  const row = { dims: ['row'], shape: [5] }
  const schema = await schemaOf({
    '1f3a/9c0e/peaks': row,
    '1f3a/9c0e/row': row,
    '1f3a/77/events': row,
    events: row,
    'x/1f3a': row,
  })
  assert.deepEqual(names(schema), ['events', '1f3a/77/events', 'peaks', '1f3a'])
})

test('a repeated dimension name within an array is not one dimension', async () => {
  const schema = await schemaOf({ covariance: { dims: ['x', 'x'], shape: [3, 3] } })
  assert.deepEqual(columns(schema, 'covariance'), ['x index (0)', 'dim_1 index (1)', 'covariance variable (0,1)'])
})

test('axes of version 3 may be without a name', async () => {
  const { schema } = await openLocation(
    mapStoreV3({
      v: arrayV3({
        shape: [4, 4],
        chunk_grid: { name: 'regular', configuration: { chunk_shape: [2, 2] } },
        dimension_names: ['t', null],
      }),
    }),
  )
  assert.deepEqual(columns(schema, 'v'), ['t index (0)', 'dim_1 index (1)', 'v variable (0,1)'])
})

test('NCZarr names dimensions by references', async () => {
  const schema = await schemaOf({
    t: { shape: [4, 2], attributes: { _nczarr_array: { dimrefs: ['/time', '/lat'], storage: 'chunked' } } },
  })
  assert.deepEqual(
    findTable(schema, 't')?.dims.map(({ name }) => name),
    ['time', 'lat'],
  )
  const scalar = { shape: [1], zarray: { _nczarr_array: { dimrefs: [], storage: 'scalar' } } }
  assert.deepEqual(columns(await schemaOf({ scalar }), 'scalar'), ['scalar variable ()'])
})

test('in version 3, too, dimensions may be named as in version 2', async () => {
  const { schema } = await openLocation(
    mapStoreV3({
      a: arrayV3({ attributes: { _ARRAY_DIMENSIONS: ['x'] } }),
      b: arrayV3({ attributes: { _nczarr_array: { dimension_references: ['/g/y'] } } }),
    }),
  )
  assert.deepEqual(columns(schema, 'a'), ['x index (0)', 'a variable (0)'])
  assert.deepEqual(columns(schema, 'b'), ['y index (0)', 'b variable (0)'])
})
