/** Chunks that come from afar: several at once, a bounded number, in any order; never those that a filter leaves out. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'
import { mapStore } from '../source/stores.js'

const chunks = 60
const rows = 10

/** Two columns over `time`, chunk by chunk: a = 0, 1, 2 ...; b = 2 a. */
function data(): Map<string, Uint8Array> {
  const array = (factor: number) => ({
    dims: ['time'],
    shape: [chunks * rows],
    zarray: { chunks: [rows] },
    chunks: Object.fromEntries(
      Array.from({ length: chunks }, (_, chunk) => [
        String(chunk),
        Int32Array.from({ length: rows }, (_, row) => factor * (chunk * rows + row)),
      ]),
    ),
  })
  return mapStore({ a: array(1), b: array(2) })
}

interface Watched {
  readonly asked: string[]
  most: number
  aborted: number
}

/** Answers late, the ones asked first last of all; counts how many it is asked at once. */
function slowStore(bytes: Map<string, Uint8Array>, delayMs: (key: string) => number) {
  const watched: Watched = { asked: [], most: 0, aborted: 0 }
  let underWay = 0
  const get = async (key: string, options?: { signal?: AbortSignal }) => {
    if (!/\/\d+$/.test(key)) return bytes.get(key)
    watched.asked.push(key)
    watched.most = Math.max(watched.most, ++underWay)
    options?.signal?.addEventListener('abort', () => watched.aborted++)
    await new Promise((resume) => setTimeout(resume, delayMs(key)))
    underWay--
    return bytes.get(key)
  }
  return { store: { get }, watched }
}

async function rowsOf(store: unknown, sql: string): Promise<unknown[]> {
  const db = await connect({ attach: { s: store }, settings: { inline_bytes: '1GB' } })
  try {
    return (await db.query(sql)).toArray().map((row) => Object.values(row.toJSON()).map(Number))
  } finally {
    await db.close()
  }
}

const total = (chunks * rows * (chunks * rows - 1)) / 2

test('chunks are fetched several at once, and no more than is allowed', async () => {
  const { store, watched } = slowStore(data(), (key) => 15 - (Number(key.split('/').at(-1)) % 10))
  assert.deepEqual(await rowsOf(store, 'SELECT sum(a), sum(b) FROM s'), [[total, 2 * total]])
  assert.ok(watched.most > 8 && watched.most <= 32, `${watched.most} at once`)
  assert.equal(watched.asked.length, 2 * chunks, 'each chunk once')
})

test('rows come in order, whenever their chunks come', async () => {
  const { store } = slowStore(data(), () => Math.random() * 10)
  const found = await rowsOf(store, 'SELECT a, b FROM s')
  assert.deepEqual(
    found,
    Array.from({ length: chunks * rows }, (_, i) => [i, 2 * i]),
  )
})

for (const aggregate of ['sum(b), count(*)', 'median(b), count(*)']) {
  test(`${aggregate}: what a filter leaves out is not fetched`, async () => {
    const { store, watched } = slowStore(data(), () => 5)
    const [[, count]] = (await rowsOf(store, `SELECT ${aggregate} FROM s WHERE a BETWEEN 100 AND 219`)) as [number[]]
    assert.equal(count, 120)
    const late = watched.asked.filter((key) => key.startsWith('/b/'))
    assert.equal(late.length, 12, late.join())
    assert.equal(watched.asked.length, chunks + 12)
  })
}

test('columns that come after a filter come several at once', async () => {
  const { store, watched } = slowStore(data(), (key) => (key.startsWith('/b/') ? 20 : 0))
  await rowsOf(store, 'SELECT sum(b) FROM s WHERE a >= 0')
  assert.ok(watched.most > 4, `${watched.most} at once`)
})

test('a chunk that fails fails the query, by name', async () => {
  const bytes = data()
  const { store } = slowStore(bytes, () => 2)
  const failing = {
    get: (key: string) => (key === '/b/33' ? Promise.reject(new Error('the line is dead')) : store.get(key)),
  }
  await assert.rejects(rowsOf(failing, 'SELECT sum(b) FROM s'), {
    code: 'store',
    message: 'the line is dead',
    where: 'store/b, chunk 33',
  })
})

test('cancelling a query cancels what it waits for, soon', async () => {
  const { store, watched } = slowStore(data(), (key) => (key.endsWith('/30') ? 3000 : 1))
  const db = await connect({ attach: { s: store }, settings: { inline_bytes: '1GB' } })
  const controller = new AbortController()
  const cancelled = assert.rejects(db.query('SELECT sum(a) FROM s', {}, { signal: controller.signal }), {
    code: 'cancelled',
  })
  await new Promise((resume) => setTimeout(resume, 300))
  const started = performance.now()
  controller.abort()
  await cancelled
  assert.ok(performance.now() - started < 200)
  await new Promise((resume) => setTimeout(resume, 150))
  assert.ok(watched.aborted > 0, 'the store was told')
  await db.close()
})

test('a LIMIT does not fetch the whole store', async () => {
  const { store, watched } = slowStore(data(), () => 3)
  assert.equal((await rowsOf(store, 'SELECT a FROM s WHERE a % 2 = 0 LIMIT 5')).length, 5)
  assert.ok(watched.asked.length < chunks, `${watched.asked.length} asked`)
})
