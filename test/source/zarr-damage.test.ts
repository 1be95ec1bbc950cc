/** Damaged, moved and changed stores: an error that names the array, the chunk and the cause. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { openLocation } from '../../src/source/registry.js'
import { readAll } from './read-all.js'
import { arrayV2, directory, mapStore } from './stores.js'

const raw = {
  'v/.zarray': arrayV2({ shape: [4], zarray: { chunks: [2], fill_value: 9 } }),
  '.zgroup': { zarr_format: 2 },
}

test('a chunk that is too short or too long', async () => {
  const short = await openLocation(directory({ ...raw, 'v/0': Int32Array.of(1) }))
  await assert.rejects(readAll(short, 'v', 'v'), {
    code: 'store',
    where: 'test.zarr/v, chunk 0',
    message: /4 bytes, expected 8/,
  })
  const long = await openLocation(directory({ ...raw, 'v/0': Int32Array.of(1, 2), 'v/1': Int32Array.of(1, 2, 3) }))
  await assert.rejects(readAll(long, 'v', 'v'), { code: 'store', where: 'test.zarr/v, chunk 1' })
  const empty = await openLocation(directory({ ...raw, 'v/0': '' }))
  await assert.rejects(readAll(empty, 'v', 'v'), { code: 'store', where: 'test.zarr/v, chunk 0' })
})

test('a compressed chunk that is cut or altered', async () => {
  const zarray = arrayV2({ shape: [1000], zarray: { compressor: { id: 'gzip', level: 1 } } })
  const encoded = gzipSync(new Uint8Array(Int32Array.from({ length: 1000 }, (_, i) => i * 7919).buffer))
  const open = (chunk: Uint8Array) => openLocation(directory({ '.zgroup': {}, 'v/.zarray': zarray, 'v/0': chunk }))
  assert.equal((await readAll(await open(encoded), 'v', 'v'))[999], 999 * 7919)
  const altered = encoded.map((byte, i) => (i === 40 ? byte ^ 0xff : byte))
  for (const chunk of [encoded.subarray(0, 100), altered, Uint8Array.of(1, 2, 3)]) {
    await assert.rejects(readAll(await open(chunk), 'v', 'v'), { code: 'store', where: 'test.zarr/v, chunk 0' })
  }
})

test('a missing chunk is the fill value; a store that was removed is an error', async () => {
  const root = directory({ ...raw, 'v/1': Int32Array.of(3, 4) })
  const source = await openLocation(root)
  assert.deepEqual(await readAll(source, 'v', 'v'), [9, 9, 3, 4])
  rmSync(root, { recursive: true })
  await assert.rejects(readAll(source, 'v', 'v'), {
    code: 'store',
    where: 'test.zarr/v, chunk 0',
    message: 'the array is no longer there',
  })
})

test('a chunk that is no file, or may not be read', async () => {
  const root = directory(raw)
  mkdirSync(join(root, 'v', '0'))
  const source = await openLocation(root)
  await assert.rejects(readAll(source, 'v', 'v'), { code: 'store', where: 'test.zarr/v, chunk 0', message: /EISDIR/ })
  rmSync(join(root, 'v', '0'), { recursive: true })
  writeFileSync(join(root, 'v', '0'), Int32Array.of(1, 2))
  chmodSync(join(root, 'v', '0'), 0)
  // The superuser may read everything.
  if (process.getuid?.() !== 0) await assert.rejects(readAll(source, 'v', 'v'), { code: 'store', message: /EACCES/ })
})

test('names that lead out of the store are not followed', async () => {
  const metadata = { '../secret/.zarray': arrayV2({ shape: [2] }) }
  const source = await openLocation(directory({ '.zmetadata': { metadata } }))
  const [table] = source.schema.tables
  await assert.rejects(readAll(source, table?.name ?? '', 'secret'), {
    code: 'store',
    message: /leads out of its store/,
  })
})

test('stores of promises: a failed request names the chunk', async () => {
  const files = mapStore({ v: { dims: ['x'], shape: [2], chunks: { '0': Int32Array.of(5, 6) } } })
  const store = {
    async get(key: string) {
      if (key === '/v/0') throw new Error('503 try again')
      return files.get(key)
    },
  }
  const source = await openLocation(store)
  assert.equal(source.ref, null)
  await assert.rejects(readAll(source, 'v', 'v'), { where: 'store/v, chunk 0', message: '503 try again' })
  await assert.rejects(source.coordinate('v', 'v'), { where: 'store/v, chunk 0' })
})

test('dates of the Julian calendar keep their names; leap days that TIMESTAMP does not have are refused', async () => {
  const attributes = { units: 'days since 1500-01-01', calendar: 'standard' }
  const open = (days: number) => {
    const chunks = { '0': Int32Array.of(0, days) }
    return openLocation(
      mapStore({
        time: { dims: ['time'], shape: [2], attributes, chunks },
        v: { dims: ['time'], shape: [2], attributes, chunks },
      }),
    )
  }
  const source = await open(40_000)
  const { values } = await source.coordinate('v', 'time')
  const expected = [BigInt(Date.UTC(1500, 0, 1)) * 1000n, BigInt(Date.UTC(1609, 6, 17)) * 1000n]
  assert.deepEqual([...values], expected)
  assert.deepEqual(await readAll(source, 'v', 'v'), expected)
  // 1500 was a leap year only in the Julian calendar.
  await assert.rejects((await open(59)).coordinate('v', 'time'), { code: 'unsupported', message: /leap day/ })
  await assert.rejects(readAll(await open(59), 'v', 'v'), { code: 'unsupported', where: 'store/v, chunk 0' })
})

test('concurrent reads do not disturb each other', async () => {
  const chunks = { '0': Int32Array.of(1, 2), '1': Int32Array.of(3, 4) }
  const array = { dims: ['x'], shape: [4], zarray: { chunks: [2] }, chunks }
  const other = { ...array, chunks: { '0': Int32Array.of(5, 6), '1': Int32Array.of(7, 8) } }
  const source = await openLocation(mapStore({ a: array, b: other }))
  const [a, b] = await Promise.all([source.coordinate('a', 'a'), source.coordinate('a', 'b')])
  assert.deepEqual(
    [[...a.values], [...b.values]],
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
  )
})
