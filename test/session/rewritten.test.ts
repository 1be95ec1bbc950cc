/** A store that is written anew while a session lasts: threads see in it what the query was planned by, or refuse. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { connect } from '../../src/index.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-rewritten-'))
after(() => rmSync(root, { recursive: true, force: true }))

interface Shape {
  readonly length: number
  readonly chunk: number
  readonly bigEndian?: boolean
  readonly scale?: number
}

/** x(t): 0, 1, 2 ... */
function write(store: string, { length, chunk, bigEndian, scale }: Shape): string {
  const path = join(root, store)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(join(path, 'x'), { recursive: true })
  const dtype = bigEndian ? '>i4' : '<i4'
  const rest = { zarr_format: 2, compressor: null, filters: null, order: 'C', fill_value: 0 }
  writeFileSync(join(path, '.zgroup'), JSON.stringify({ zarr_format: 2 }))
  writeFileSync(join(path, 'x/.zarray'), JSON.stringify({ ...rest, dtype, shape: [length], chunks: [chunk] }))
  const attributes = { _ARRAY_DIMENSIONS: ['t'], ...(scale ? { scale_factor: scale } : {}) }
  writeFileSync(join(path, 'x/.zattrs'), JSON.stringify(attributes))
  for (let first = 0; first < length; first += chunk) {
    const bytes = Buffer.from(Int32Array.from({ length: chunk }, (_, i) => first + i).buffer)
    writeFileSync(join(path, 'x', String(first / chunk)), bigEndian ? bytes.swap32() : bytes)
  }
  return path
}

async function open() {
  const db = await connect({ threads: 1, settings: { inline_bytes: 0, collect_statistics: 'off' } })
  const ask = async (from: string) => Number((await db.query(`SELECT sum(x) AS s FROM ${from}`)).get(0)?.toJSON().s)
  return { db, ask }
}

const shapes: readonly Shape[] = [
  { length: 12, chunk: 4 },
  { length: 12, chunk: 4, bigEndian: true },
  { length: 12, chunk: 6 },
  { length: 12, chunk: 6, scale: 2 },
  { length: 18, chunk: 6, scale: 2 },
]
const total = ({ length, scale = 1 }: Shape) => ((length * (length - 1)) / 2) * scale

test('a path that a query names is opened anew in threads, too', async () => {
  const { db, ask } = await open()
  for (const shape of shapes) assert.equal(await ask(`'${write('path.zarr', shape)}'`), total(shape))
  await db.close()
})

test('so is what is attached again', async () => {
  const { db, ask } = await open()
  for (const shape of shapes) {
    await db.attach('g', write('attached.zarr', shape))
    assert.equal(await ask('g.x'), total(shape))
  }
  await db.close()
})

test('what was attached before its metadata changed is refused by threads that open it after', async () => {
  const { db, ask } = await open()
  const [first, second, third] = shapes as [Shape, Shape, Shape]
  await db.attach('g', write('changed.zarr', first))
  write('changed.zarr', second)
  const refused = { code: 'store', message: /changed\.zarr was written to since it was opened/ }
  await assert.rejects(ask('g.x'), refused)
  write('changed.zarr', first)
  assert.equal(await ask('g.x'), total(first))
  await db.attach('g', write('changed.zarr', third))
  assert.equal(await ask('g.x'), total(third))
  await db.close()
})

test('of several stores as one table none may have grown since', async () => {
  const { db, ask } = await open()
  const [shape] = shapes as [Shape]
  write('several-1.zarr', shape)
  write('several-2.zarr', shape)
  await db.attach('g', join(root, 'several-*.zarr'))
  write('several-1.zarr', { ...shape, length: 16 })
  await assert.rejects(ask('g.x'), { code: 'store', message: /was written to since it was opened/ })
  await db.attach('g', join(root, 'several-*.zarr'))
  assert.equal(await ask('g.x'), total({ ...shape, length: 16 }) + total(shape))
  await db.close()
})
