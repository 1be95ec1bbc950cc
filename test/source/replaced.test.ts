/** Objects that are replaced while a store is read: parts of two versions are never put together. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { createMachine } from '../../src/kernel/machine.js'
import { openLocation } from '../../src/source/registry.js'
import type { ChunkedColumn } from '../../src/source/source.js'
import { asDirectory, asMap, cases } from '../conformance/cases.js'
import { answer, serve } from './http-server.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-replaced-'))
after(() => rmSync(root, { recursive: true }))

const shard = cases.find(({ feature }) => feature === 'index without its checksum')
assert.ok(shard)

async function columnOf(location: unknown): Promise<ChunkedColumn> {
  const source = await openLocation(location)
  const [table] = source.schema.tables
  const column = table?.columns.find(({ role }) => role === 'variable')
  assert.ok(table && column)
  return source.column(table.name, column.name)
}

const fetchChunk = (column: ChunkedColumn, ...index: number[]) => column.fetch?.(column.locate(index))
const replaced = { code: 'store', message: /was replaced or written to while it was read/, where: /chunk c\/0\/0/ }

test('a shard behind a URL', async () => {
  const files = asMap(shard)
  let tag = '"one"'
  const server = await serve(
    (key) => files.get(`/${key.replace(/^x\//, '')}`),
    (asked, response, body) => {
      if (!body) return false
      answer(asked, response, body, tag)
      return true
    },
  )
  const column = await columnOf(`${server.url}/x`)
  assert.ok(await fetchChunk(column, 0, 0))
  tag = '"two"'
  await assert.rejects(fetchChunk(column, 0, 1) ?? Promise.resolve(), replaced)
  // Its index is read anew.
  assert.ok(await fetchChunk(column, 0, 1))
  await server.close()
})

test('a file that servers of one name tag differently is the same by its date and size', async () => {
  const files = asMap(shard)
  let times = 0
  const server = await serve(
    (key) => files.get(`/${key.replace(/^x\//, '')}`),
    (asked, response, body) => {
      if (!body) return false
      response.setHeader('last-modified', 'Wed, 01 Jan 2020 00:00:00 GMT')
      answer(asked, response, body, `"${times++}"`)
      return true
    },
  )
  const column = await columnOf(`${server.url}/x`)
  assert.ok(await fetchChunk(column, 0, 0))
  assert.ok(await fetchChunk(column, 0, 1))
  await server.close()
})

test('a shard on the local disk', async () => {
  const path = asDirectory(shard, join(root, 'local'))
  const column = await columnOf(path)
  const machine = createMachine({ limit: 2 ** 24 })
  const read = (...index: number[]) => column.read?.(column.locate(index), machine)
  assert.ok(read(0, 0))
  utimesSync(join(path, 'c/0/0'), 1, 1)
  assert.throws(() => read(0, 1), replaced)
  assert.ok(read(0, 1))
})

test('a file that references lead to', async () => {
  const target = join(root, 'target.bin')
  writeFileSync(target, Int32Array.of(1, 2, 3, 4))
  const zarray = { zarr_format: 2, shape: [4], chunks: [2], dtype: '<i4', fill_value: 0, compressor: null, order: 'C' }
  const refs = { '.zarray': JSON.stringify({ ...zarray, filters: null }), 0: [target, 0, 8], 1: [target, 8, 8] }
  writeFileSync(join(root, 'refs.json'), JSON.stringify({ version: 1, refs }))
  const column = await columnOf(join(root, 'refs.json'))
  assert.ok(await fetchChunk(column, 0))
  writeFileSync(target, Int32Array.of(5, 6, 7, 8))
  utimesSync(target, 1, 1)
  await assert.rejects(fetchChunk(column, 1) ?? Promise.resolve(), { code: 'store', message: /was replaced/ })
  assert.ok(await fetchChunk(column, 1))
})
