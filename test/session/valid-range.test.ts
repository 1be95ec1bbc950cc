/** `valid_range`, `valid_min`, `valid_max` as missing values, on request: by both engines, in every type that is stored. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.js'
import { type ArraySpec, mapStore } from '../source/stores.js'

type Cells = ArrayBufferView & { readonly length: number }

/** A variable along two dimensions, so that its cells are compiled. */
function variable(dtype: string, cells: Cells, attributes: object): ArraySpec {
  const zarray = { dtype }
  return {
    dims: ['y', 'x'],
    shape: [1, cells.length],
    zarray,
    attributes: { ...attributes },
    chunks: { '0.0': cells },
  }
}

async function ask(array: ArraySpec, sql: string, settings: object): Promise<unknown[]> {
  const db = await connect({ settings: { ...settings } })
  await db.attach('s', mapStore({ v: array }))
  const table = await db.query(sql)
  await db.close()
  return table.toArray().flatMap((row) => Object.values(row.toJSON()))
}

const cases: readonly (readonly [name: string, array: ArraySpec, expected: readonly unknown[]])[] = [
  ['both ends', variable('<i2', Int16Array.of(-6, -5, 0, 7, 8), { valid_range: [-5, 7] }), [null, -5, 0, 7, null]],
  ['the lower end', variable('<i4', Int32Array.of(-6, -5, 9), { valid_min: -5 }), [null, -5, 9]],
  ['the upper end, in a list', variable('<i4', Int32Array.of(-6, 7, 8), { valid_max: [7] }), [-6, 7, null]],
  [
    'before scale and offset',
    variable('<i2', Int16Array.of(0, 10, 11), { valid_max: 10, scale_factor: 0.5, add_offset: 100 }),
    [100, 105, null],
  ],
  [
    'after the sign is turned',
    variable('|i1', Int8Array.of(0, 5, -2, -1), { _Unsigned: 'true', valid_range: [1, -2] }),
    [null, 5, 254, null],
  ],
  [
    'beside other missing values',
    variable('<i4', Int32Array.of(-999, 1, 5, 200), { missing_value: 5, valid_min: 0, valid_max: 100 }),
    [null, 1, null, null],
  ],
  [
    'fractions for integers',
    variable('|u1', Uint8Array.of(0, 1, 2, 3), { valid_min: 0.5, valid_max: 2.5 }),
    [null, 1, 2, null],
  ],
  ['ends that all numbers have', variable('|u1', Uint8Array.of(0, 255), { valid_range: [-1, 300] }), [0, 255]],
  ['ends that no number has', variable('|i1', Int8Array.of(-128, 127), { valid_min: 128 }), [null, null]],
  [
    '64 bits, unsigned',
    variable('<u8', BigUint64Array.of(1n, 2n ** 63n, 2n ** 64n - 1n), { valid_range: [2, 9223372036854776000] }),
    [null, 2n ** 63n, null],
  ],
  [
    'single floats',
    variable('<f4', Float32Array.of(0.1, 0.2, -Infinity), { valid_range: [0.1, 0.15] }),
    [Math.fround(0.1), null, null],
  ],
  ['infinities', variable('<f8', Float64Array.of(-Infinity, 1, Infinity), { valid_min: 0 }), [null, 1, Infinity]],
  ['half floats', variable('<f2', Uint16Array.of(0x3c00, 0x4000), { valid_max: 1 }), [1, null]],
]

for (const [name, array, expected] of cases) {
  test(`the valid range: ${name}`, async () => {
    const sql = 'SELECT v FROM s ORDER BY x'
    const present = expected.filter((value) => value !== null).length
    for (const engine of ['auto', 'interpreter']) {
      const masked = { engine, mask_valid_range: true }
      assert.deepEqual(await ask(array, sql, masked), expected)
      // By aggregation, which is compiled.
      assert.deepEqual(await ask(array, 'SELECT count(v) FROM s', masked), [BigInt(present)])
      const all = BigInt(expected.length - (name === 'beside other missing values' ? 1 : 0))
      assert.deepEqual(await ask(array, 'SELECT count(v) FROM s', { engine }), [all])
      assert.deepEqual(await ask(array, 'SELECT count(v) FROM s', { ...masked, decode_cf: false }), [
        BigInt(expected.length),
      ])
    }
  })
}

test('NaN is in no range and out of none', async () => {
  const array = variable('<f8', Float64Array.of(Number.NaN, 1, 3), { valid_max: 2 })
  for (const engine of ['auto', 'interpreter']) {
    const asked = await ask(array, 'SELECT v FROM s', { engine, mask_valid_range: true, nan_is_null: false })
    assert.deepEqual(asked, [Number.NaN, 1, null])
  }
})

test('times out of the valid range need not be times', async () => {
  const attributes = { units: 'days since 2000-01-01', valid_min: 0 }
  const array = variable('<i4', Int32Array.of(-(2 ** 31), 1), attributes)
  const sql = 'SELECT v::VARCHAR FROM s'
  assert.deepEqual(await ask(array, sql, { mask_valid_range: true }), [null, '2000-01-02 00:00:00'])
  await assert.rejects(ask(array, sql, {}), /leap day|beyond/)
})
