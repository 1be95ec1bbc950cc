/** Every array of the stores that zarr-python and xarray wrote (test/fixtures/zarr/make.py) against what they read back. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { typeName } from '../../src/model/type.js'
import { openLocation } from '../../src/source/registry.js'
import type { Source } from '../../src/source/source.js'
import { checkFixture, type Expected, fixtures, plain } from './expected.js'
import { columnOf, readAll, tableOf } from './read-all.js'

for (const name of ['types-v2', 'texts-v2', 'names-v2', 'cf-v2', 'grid-v2', 'related-v2']) {
  test(`${name}: every array has the values that its writer reads`, async () => {
    await checkFixture(name, await openLocation(`${fixtures}${name}.zarr`))
  })
}

test('texts of characters, bounds and truths have the types that they mean', async () => {
  const { schema } = await openLocation(`${fixtures}related-v2.zarr`)
  const columns = tableOf({ schema } as Source, 'sst').columns.map(
    ({ name, role, type }) => `${name} ${role} ${typeName(type)}`,
  )
  assert.deepEqual(columns, [
    'time coordinate TIMESTAMP',
    'lat coordinate DOUBLE',
    'area auxiliary DOUBLE',
    'quality auxiliary UTINYINT',
    'lat_lower auxiliary FLOAT',
    'lat_upper auxiliary FLOAT',
    'span_lower auxiliary TIMESTAMP',
    'span_upper auxiliary TIMESTAMP',
    'time_lower auxiliary TIMESTAMP',
    'time_upper auxiliary TIMESTAMP',
    'sst variable DOUBLE',
    'name variable VARCHAR',
    'span variable TIMESTAMP',
    'title variable VARCHAR',
    'truth variable BOOLEAN',
    'truth_missing variable BOOLEAN',
  ])
})

test('without conventions the values are those stored', async () => {
  const source = await openLocation(`${fixtures}cf-v2.zarr`, { decodeCf: false })
  const expected: Record<string, Expected> = JSON.parse(readFileSync(`${fixtures}expected/cf-v2-stored.json`, 'utf8'))
  for (const [path, { type, values }] of Object.entries(expected)) {
    const column = columnOf(tableOf(source, path), path)
    assert.deepEqual([column.nullable, column.layout?.storage], [false, type.slice(1)], path)
    const found = await readAll(source, path, path)
    assert.deepEqual(
      found.map((value) => (Number.isNaN(value) ? null : plain(value))),
      values,
      path,
    )
  }
})

test('types of packed columns are those of xarray', async () => {
  const source = await openLocation(`${fixtures}cf-v2.zarr`)
  const expected: Record<string, Expected> = JSON.parse(readFileSync(`${fixtures}expected/cf-v2.json`, 'utf8'))
  const floats: Record<string, string> = { FLOAT: '<f4', DOUBLE: '<f8' }
  let compared = 0
  for (const [path, { type }] of Object.entries(expected)) {
    const found = floats[typeName(columnOf(tableOf(source, path), path).type)]
    if (!found) continue
    assert.equal(found, type, path)
    compared++
  }
  assert.equal(compared, 10)
})
