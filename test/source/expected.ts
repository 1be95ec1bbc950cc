/** What zarr-python and xarray read back of the stores that they wrote (test/fixtures/zarr/make.py). Called by the tests of stores. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Value } from '../../src/model/type.js'
import type { Source } from '../../src/source/source.js'
import { columnOf, readAll, tableOf } from './read-all.js'

export const fixtures = fileURLToPath(new URL('../../../test/fixtures/zarr/', import.meta.url))

export interface Expected {
  /** NumPy's name of the type that xarray made. */
  readonly type: string
  readonly dims: readonly string[]
  readonly values: readonly (null | boolean | number | string)[]
}

/** Every array of a fixture has the values that its writer reads, wherever the fixture was opened. */
export async function checkFixture(name: string, source: Source): Promise<void> {
  const expected: Record<string, Expected> = JSON.parse(readFileSync(`${fixtures}expected/${name}.json`, 'utf8'))
  for (const [path, { dims, values }] of Object.entries(expected)) {
    // Ends of bounds are columns of what they bound.
    const table = tableOf(source, path.replace(/_(lower|upper)$/, ''))
    assert.deepEqual(
      table.dims.map((dim) => dim.name),
      dims,
      `${path}: dimensions`,
    )
    const own = path.slice(path.lastIndexOf('/') + 1)
    const found = await readAll(source, table.name, own)
    assert.deepEqual(found.map(plain), values, `${path}: values`)
    const { nullable } = columnOf(table, own)
    assert.ok(nullable || !values.includes(null), `${path} is said to have no NULL`)
  }
}

/** 64-bit integers as text, infinities by name, as make.py writes them. */
export function plain(value: Value): Value {
  if (typeof value === 'bigint') return String(value)
  return value === Infinity || value === -Infinity ? String(value) : value
}
