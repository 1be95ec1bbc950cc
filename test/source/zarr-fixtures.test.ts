/** Every array of the stores that zarr-python and xarray wrote (test/fixtures/zarr/make.py) against what they read back. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { typeName, type Value } from '../../src/model/type.js'
import { openLocation } from '../../src/source/registry.js'
import { columnOf, readAll, tableOf } from './read-all.js'

const fixtures = fileURLToPath(new URL('../../../test/fixtures/zarr/', import.meta.url))

interface Expected {
  /** NumPy's name of the type that xarray made. */
  readonly type: string
  readonly dims: readonly string[]
  readonly values: readonly (null | boolean | number | string)[]
}

for (const name of ['types-v2', 'texts-v2', 'names-v2', 'cf-v2', 'grid-v2']) {
  test(`${name}: every array has the values that its writer reads`, async () => {
    const source = await openLocation(`${fixtures}${name}.zarr`)
    const expected: Record<string, Expected> = JSON.parse(readFileSync(`${fixtures}expected/${name}.json`, 'utf8'))
    for (const [path, { dims, values }] of Object.entries(expected)) {
      const table = tableOf(source, path)
      assert.deepEqual(
        table.dims.map((dim) => dim.name),
        dims,
        `${path}: dimensions`,
      )
      const own = path.slice(path.lastIndexOf('/') + 1)
      const found = await readAll(source, path, own)
      assert.deepEqual(found.map(plain), values, `${path}: values`)
      const { nullable } = columnOf(table, own)
      assert.ok(nullable || !values.includes(null), `${path} is said to have no NULL`)
    }
  })
}

/** 64-bit integers as text, infinities by name, as make.py writes them. */
function plain(value: Value): Value {
  if (typeof value === 'bigint') return String(value)
  return value === Infinity || value === -Infinity ? String(value) : value
}

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
