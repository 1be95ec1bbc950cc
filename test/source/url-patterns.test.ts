/** Stores by a pattern of URLs: those that a listing finds, laid end to end. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'
import { openLocation } from '../../src/source/registry.js'
import { serve } from './http-server.js'
import { serveS3 } from './s3-server.js'
import { mapStore } from './stores.js'

const objects = new Map<string, Uint8Array>()
for (const [i, name] of [
  'runs/b.zarr',
  'runs/a.zarr',
  'runs/.c.zarr',
  'old/1/data',
  'old/2/data',
  'old/3/other',
].entries()) {
  const store = mapStore({ v: { dims: ['x'], shape: [2], chunks: { 0: Int32Array.of(i, i) } } })
  for (const [key, bytes] of store) objects.set(`${name}${key}`, bytes)
}

test('a pattern of a bucket is a table of the stores that it finds', async (context) => {
  const { url, close } = await serveS3({ objects, pageSize: 2 })
  context.after(close)
  const db = await connect({ settings: { s3_endpoint: url, http_retries: 0 } })
  const rows = async (from: string) =>
    (await db.query(`SELECT filename, sum(v) AS total FROM ${from} GROUP BY ALL ORDER BY ALL`))
      .toArray()
      .map(({ filename, total }) => [filename, Number(total)])
  assert.deepEqual(await rows("'s3://data/runs/*.zarr'"), [
    ['s3://data/runs/a.zarr', 2],
    ['s3://data/runs/b.zarr', 0],
  ])
  const deep = [
    ['s3://data/old/1/data', 6],
    ['s3://data/old/2/data', 8],
  ]
  assert.deepEqual(await rows("'s3://data/old/*/data'"), deep)
  assert.deepEqual(await rows("'s3://data/**/data'"), deep)
  assert.deepEqual(await rows("['s3://data/old/*/data', 's3://data/runs/b.zarr']"), [
    ...deep,
    ['s3://data/runs/b.zarr', 0],
  ])
  await assert.rejects(db.query("SELECT * FROM 's3://data/none/*.zarr'"), { code: 'io', message: /no path is like/ })
  await db.close()
})

test('a web server has no listing to find them in', async (context) => {
  const { url, close } = await serve(() => undefined)
  context.after(close)
  await assert.rejects(openLocation(`${url}/runs/*.zarr`), { code: 'unsupported', message: /cannot be listed/ })
})
