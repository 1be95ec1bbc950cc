/** Coordinates with missing moments: no compiled body reads them, so that they are in nobody's way. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'

const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
const text = (value: object) => new TextEncoder().encode(JSON.stringify(value))

function arrayOf(name: string, dtype: string, values: BigInt64Array | Int32Array): [string, Uint8Array][] {
  const rest = { zarr_format: 2, chunks: [4], shape: [4], compressor: null, filters: null, order: 'C', fill_value: 0 }
  return [
    [`/${name}/.zarray`, text({ ...rest, dtype })],
    [`/${name}/.zattrs`, text({ _ARRAY_DIMENSIONS: ['t'] })],
    [`/${name}/0`, bytes(values)],
  ]
}

const store = new Map([
  ['/.zgroup', text({ zarr_format: 2 })],
  ...arrayOf('t', '<M8[s]', BigInt64Array.of(0n, -(2n ** 63n), 7200n, 3600n)),
  ...arrayOf('x', '<i4', Int32Array.of(3, 4, 5, 6)),
])

test('a compiled filter beside a coordinate that has no value everywhere', async () => {
  const db = await connect({ attach: { g: store } })
  const ask = async (sql: string) => (await db.query(sql)).toArray().map((row) => Object.values(row.toJSON()))
  for (const engine of ['auto', 'interpreter']) {
    await db.query(`SET engine = '${engine}'`)
    assert.deepEqual(await ask('SELECT count(*), count(t) FROM g WHERE x > 3'), [[3n, 2n]])
    assert.deepEqual(await ask('SELECT hour(t), x FROM g WHERE x <> 5 ORDER BY t DESC NULLS LAST'), [
      [1n, 6],
      [0n, 3],
      [null, 4],
    ])
  }
  await db.close()
})
