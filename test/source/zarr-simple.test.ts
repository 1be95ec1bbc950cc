/** The thinnest store: version 2, one grid with coordinates, raw chunks, written here by hand. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { defaultTable } from '../../src/model/schema.js'
import { typeName } from '../../src/model/type.js'
import { openLocation, openSource } from '../../src/source/registry.js'
import { columnOf, readAll, tableOf } from './read-all.js'

/** 3 x 4 floats in chunks of 2 x 3 beside a coordinate; the chunk 1.1 is missing. */
function writeStore(): string {
  const root = mkdtempSync(join(tmpdir(), 'chunkql-'))
  const write = (name: string, zarray: object, zattrs: object, chunks: Record<string, Float32Array | Int32Array>) => {
    mkdirSync(join(root, name))
    writeFileSync(
      join(root, name, '.zarray'),
      JSON.stringify({ zarr_format: 2, compressor: null, filters: null, order: 'C', ...zarray }),
    )
    writeFileSync(join(root, name, '.zattrs'), JSON.stringify(zattrs))
    for (const [key, bytes] of Object.entries(chunks)) writeFileSync(join(root, name, key), bytes)
  }
  writeFileSync(join(root, '.zgroup'), '{"zarr_format":2}')
  write(
    't2m',
    { shape: [3, 4], chunks: [2, 3], dtype: '<f4', fill_value: 'NaN' },
    { _ARRAY_DIMENSIONS: ['time', 'x'] },
    {
      '0.0': Float32Array.of(0, 1, 2, 10, 11, 12),
      '0.1': Float32Array.of(3, -1, -1, 13, -1, -1),
      '1.0': Float32Array.of(20, 21, Number.NaN, -1, -1, -1),
    },
  )
  write(
    'time',
    { shape: [3], chunks: [3], dtype: '<i4', fill_value: null },
    { _ARRAY_DIMENSIONS: ['time'], units: 'hours since 1970-01-01' },
    { '0': Int32Array.of(0, 6, 12) },
  )
  return root
}

test('a grid, its coordinate and an index', async () => {
  const source = await openLocation(writeStore())
  const table = defaultTable(source.schema)
  assert.equal(table?.name, 't2m')
  assert.deepEqual(table.dims, [
    { name: 'time', size: 3 },
    { name: 'x', size: 4 },
  ])
  assert.deepEqual(
    table.columns.map((column) => [column.name, typeName(column.type), column.role, column.dims]),
    [
      ['time', 'TIMESTAMP', 'coordinate', [0]],
      ['x', 'BIGINT', 'index', [1]],
      ['t2m', 'FLOAT', 'variable', [0, 1]],
    ],
  )
  assert.deepEqual(await readAll(source, 't2m', 't2m'), [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, null, null])
  const time = await source.coordinate('t2m', 'time')
  assert.deepEqual([...time.values], [0n, 21_600_000_000n, 43_200_000_000n])
})

test('coordinates are tables that are not listed', async () => {
  const source = await openLocation(writeStore())
  assert.equal(tableOf(source, 'time').hidden, true)
  assert.equal(columnOf(tableOf(source, 'time'), 'time').role, 'coordinate')
})

test('a worker opens the same again', async () => {
  const first = await openLocation(writeStore())
  assert.ok(first.ref)
  const again = await openSource(structuredClone(first.ref))
  assert.deepEqual(again.schema, first.schema)
})
