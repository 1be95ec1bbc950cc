/** Partials of tasks of many chunks: only those that are new or changed are read, and the answer has the same bits whichever were there. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after } from 'node:test'
import { connect, type Database } from '../../src/index.js'
import { arrayV2 } from '../source/stores.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-units-'))
after(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const fresh = (name: string) => join(root, `${made++}-${name}`)
const old = new Date('2021-03-04T05:06:07.089Z')

function write(store: string, key: string, content: object, time = old): void {
  const path = join(store, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, ArrayBuffer.isView(content) ? new Uint8Array(content.buffer) : JSON.stringify(content))
  utimesSync(path, time, time)
}

interface Shape {
  /** Chunks along `time` and `x`. */
  readonly chunks: readonly [number, number]
  /** Cells of a chunk along them. */
  readonly size: readonly [number, number]
}

function describe(store: string, { chunks, size }: Shape, wide = false): void {
  const shape = [chunks[0] * size[0], chunks[1] * size[1]]
  write(store, '.zgroup', { zarr_format: 2 })
  const array = { ...arrayV2({ shape }), dtype: '<f8', fill_value: 7.25 }
  write(store, 'v/.zarray', { ...array, chunks: size })
  write(store, 'v/.zattrs', { _ARRAY_DIMENSIONS: ['time', 'x'] })
  if (!wide) return
  // Other chunks of the same grid.
  write(store, 'w/.zarray', { ...array, dtype: '<i4', fill_value: 3, chunks: [3 * size[0], size[1]] })
  write(store, 'w/.zattrs', { _ARRAY_DIMENSIONS: ['time', 'x'] })
}

/** Mixed magnitudes, so that the order of addition shows in the last bits; some NaN. */
function cells(chunk: number, { size }: Shape, seed = 0): Float64Array {
  return Float64Array.from({ length: size[0] * size[1] }, (_, i) => {
    const n = (i * 7919 + chunk * 104_729 + seed * 31) % 1_000_003
    return n % 97 === 0 ? Number.NaN : (n / 1_000_003) * 10 ** ((n % 13) - 6)
  })
}

function makeStore(shape: Shape): string {
  const store = fresh('small.zarr')
  describe(store, shape)
  for (let i = 0; i < shape.chunks[0]; i++) for (let k = 0; k < shape.chunks[1]; k++) fill(store, shape, i, k)
  return store
}

function fill(store: string, shape: Shape, i: number, k: number, seed = 0, time = old): void {
  write(store, `v/${i}.${k}`, cells(100 * i + k, shape, seed), time)
}

interface Answer {
  readonly text: string
  readonly numbers: readonly number[]
  readonly read: number
  readonly cached: number
}

async function ask(sql: string, settings: Record<string, unknown>): Promise<Answer> {
  const db = await connect({ threads: 2, settings: { inline_bytes: '1GB', ...settings } })
  try {
    return await answerOf(db, sql)
  } finally {
    await db.close()
  }
}

async function answerOf(db: Database, sql: string): Promise<Answer> {
  const { batches, work } = await db.run(sql)
  const rows: unknown[] = []
  for await (const { length, columns } of batches) {
    for (let i = 0; i < length; i++)
      rows.push(...columns.map(({ values, valid }) => (valid?.[i] === 0 ? null : values[i])))
  }
  const numbers = rows.map((value) => (typeof value === 'bigint' ? Number(value) : (value as number)))
  return { text: rows.map(String).join(), numbers, read: work.read, cached: work.cached }
}

/** By a cache that has something, by an empty one, by threads, and without: the first two have the same bits. */
async function check(sql: string, cache: string, settings: Record<string, unknown> = {}) {
  const plain = await ask(sql, settings)
  const cold = await ask(sql, { ...settings, cache_partials: '1GB', local_cache: fresh('empty') })
  const warm = await ask(sql, { ...settings, cache_partials: '1GB', local_cache: cache })
  assert.equal(warm.text, cold.text)
  assert.equal(warm.numbers.length, plain.numbers.length)
  warm.numbers.forEach((value, i) => {
    const other = plain.numbers[i] as number
    assert.ok(Object.is(value, other) || Math.abs(value - other) <= 1e-12 * Math.abs(other), `${value} is not ${other}`)
  })
  return { read: warm.read, cached: warm.cached, total: plain.read }
}

const shape: Shape = { chunks: [12, 3], size: [16, 32] }
const queries: Record<string, (store: string) => string> = {
  'without keys': (store) => `SELECT avg(v), count(v), min(v), stddev(v), sum(v) FROM '${store}'`,
  'by keys of both dimensions': (store) =>
    `SELECT time // 40 AS a, x // 40 AS b, sum(v), count(*) FROM '${store}' GROUP BY ALL ORDER BY ALL`,
  'by x alone': (store) => `SELECT x % 3 AS k, sum(v), max(v) FROM '${store}' GROUP BY k ORDER BY k`,
  'by keys of cells': (store) =>
    `SELECT round(log10(abs(v) + 1e-9)) AS k, time // 64 AS t, sum(v) FROM '${store}' GROUP BY ALL ORDER BY ALL`,
  'with a filter of cells': (store) => `SELECT sum(v), count(*) FROM '${store}' WHERE v > 0.5`,
  'with a filter of dimensions': (store) =>
    `SELECT sum(v), count(*) FROM '${store}' WHERE x BETWEEN 5 AND 70 AND time % 5 = 1`,
  'the first rows of an order': (store) => `SELECT v, time, x FROM '${store}' ORDER BY v DESC, time, x LIMIT 5`,
}

for (const engine of ['auto', 'interpreter']) {
  for (const [name, sqlOf] of Object.entries(queries)) {
    test(`${name}, ${engine}: of tasks of many chunks only those that changed or are new are read`, async () => {
      const store = makeStore(shape)
      const cache = fresh('cache')
      const sql = sqlOf(store)
      const rows = 'the first rows of an order' === name
      const first = await check(sql, cache, { engine })
      assert.deepEqual([first.read, first.cached], [first.total, 0])
      const again = await check(sql, cache, { engine })
      assert.deepEqual([again.read, again.cached], [0, again.total])
      fill(store, shape, 5, 1, 3, new Date(Date.now() - 5000))
      const changed = await check(sql, cache, { engine })
      // Boxes of rows in order are whole along x.
      assert.deepEqual([changed.read, changed.cached], rows ? [3, 33] : [1, 35])
      const grown: Shape = { ...shape, chunks: [13, 3] }
      describe(store, grown)
      for (let k = 0; k < 3; k++) fill(store, grown, 12, k)
      assert.deepEqual(await check(sql, cache, { engine }), { read: 3, cached: 36, total: 39 })
      rmSync(join(store, 'v/2.2'))
      assert.equal((await check(sql, cache, { engine })).read, rows ? 3 : 1)
    })
  }
}

test('the bits are those of any number of threads', async () => {
  const store = makeStore({ chunks: [40, 4], size: [64, 64] })
  const textsOf = async (threads: number) => {
    const settings = { cache_partials: '1GB', local_cache: fresh('cache'), inline_bytes: 0 }
    const db = await connect({ threads, settings })
    try {
      const texts: string[] = []
      for (const sqlOf of Object.values(queries)) texts.push((await answerOf(db, sqlOf(store))).text)
      return texts
    } finally {
      await db.close()
    }
  }
  const [one, ...others] = await Promise.all([1, 2, 8].map(textsOf))
  for (const texts of others) assert.deepEqual(texts, one)
})

test('a store that has grown so much that its tasks are larger is read where it is new', async () => {
  // Chunks that are missing, of 64 kB: 190 MB, then 760.
  const store = fresh('sparse.zarr')
  const size = [64, 128] as const
  describe(store, { chunks: [2900, 1], size })
  const cache = fresh('cache')
  const sql = `SELECT time // 100000 AS k, sum(v), count(v) FROM '${store}' GROUP BY k ORDER BY k`
  assert.equal((await check(sql, cache)).read, 2900)
  describe(store, { chunks: [3900, 1], size })
  fill(store, { chunks: [3900, 1], size }, 3000, 0)
  assert.deepEqual(await check(sql, cache), { read: 1000, cached: 2900, total: 3900 })
  describe(store, { chunks: [11_600, 1], size })
  assert.deepEqual(await check(sql, cache), { read: 7700, cached: 3900, total: 11_600 })
})

test('many chunks of few bytes share a partial: one that changed takes few along', async () => {
  const tiny: Shape = { chunks: [5000, 1], size: [4, 32] }
  const store = fresh('tiny.zarr')
  describe(store, tiny)
  const cache = fresh('cache')
  const sql = `SELECT count(v), sum(v) FROM '${store}'`
  await check(sql, cache)
  fill(store, tiny, 2500, 0)
  const { read, total } = await check(sql, cache)
  assert.deepEqual([read, total], [64, 5000])
})

test('columns of other chunks: a chunk that changed takes along what lies beside it, and no more', async () => {
  const store = makeStore(shape)
  describe(store, shape, true)
  for (let i = 0; i < 4; i++) {
    for (let k = 0; k < 3; k++)
      write(
        store,
        `w/${i}.${k}`,
        Int32Array.from({ length: 48 * 32 }, (_, n) => n % (i + 2)),
      )
  }
  const cache = fresh('cache')
  const sql = `SELECT sum(v * w), count(*) FROM '${store}' WHERE w > 0`
  await check(sql, cache)
  assert.equal((await check(sql, cache)).read, 0)
  fill(store, shape, 4, 1, 8, new Date(Date.now() - 5000))
  const after = await check(sql, cache)
  assert.ok(after.read <= 4, `${after.read}`)
})

test('where a chunk has nearly as many groups as cells, tasks are kept as wholes or not at all', async () => {
  const store = makeStore(shape)
  const cache = fresh('cache')
  for (const sql of [
    `SELECT time, x, sum(v) FROM '${store}' GROUP BY ALL ORDER BY ALL LIMIT 5`,
    `SELECT v, count(*) FROM '${store}' GROUP BY v ORDER BY v LIMIT 5`,
    `SELECT median(v) FROM '${store}'`,
  ]) {
    await check(sql, cache)
    const { read, total } = await check(sql, cache)
    assert.ok(read === 0 || read === total, `${read} of ${total}`)
  }
})

test('another time zone, another setting, another predicate: other partials', async () => {
  const store = makeStore(shape)
  const cache = fresh('cache')
  const sql = `SELECT count(v), sum(v) FROM '${store}' WHERE v > 0.25`
  await check(sql, cache)
  for (const [other, settings] of [
    [sql.replace('0.25', '0.26'), {}],
    [sql.replace('v > 0.25', 'v >= 0.25'), {}],
    [sql.replace('sum(v)', 'sum(v + 1)'), {}],
    [sql, { nan_is_null: false }],
    [sql, { engine: 'interpreter' }],
  ] as const) {
    assert.equal((await check(other, cache, settings)).cached, 0, other)
  }
  assert.equal((await check(sql, cache)).read, 0)
})
