/** GROUP BY with many groups: divided by hash and merged by all threads. The same bits on any number of them, and those of a map. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { Exchange } from '../../src/execute/exchange.js'
import { ChunkQLError, connect, type Database } from '../../src/index.js'
import { type Vector, valueAt } from '../../src/model/vector.js'
import { arrayV2, laid } from '../source/stores.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-exchange-'))
/** Threads take longer to start than most queries here take: one session for all that have the same settings. */
const sessions = new Map<string, Promise<Database>>()

after(async () => {
  for (const db of sessions.values()) await (await db).close()
  rmSync(root, { recursive: true, force: true })
})

/** With the columns that all queries read more than 4 MB: each chunk is a task. */
const chunkRows = 150_000
const rows = 2 * chunkRows - 1000

/** Repeats itself: the same data each time. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const next = random(11)
const below = (n: number) => Math.floor(next() * n)
const column = <T>(value: (row: number) => T) => Array.from({ length: rows }, (_, row) => value(row))

/** Nearly all differ; most of those that do not come again much later. */
const k = column((row) => BigInt.asIntN(64, BigInt(row % 10 === 0 ? below(rows) : row) * 0x9e3779b97f4a7c15n))
const half = column(() => (below(20) === 0 ? Number.NaN : below(300_000) / 2 - 1000))
/** Few are not ASCII: most batches have their texts as bytes, some as strings. */
const code = column((row) => `${row % 5000 === 0 ? 'é' : 'c'}${below(90_000)}`)
const few = column(() => ['', 'a', 'bb', 'ümlaut'][below(4)] as string)
const small = column(() => below(7) - 3)
/** Mixed magnitudes, so that the order of addition shows in the last bits. */
const v = column((row) => (below(50) === 0 ? Number.NaN : (next() - 0.5) * 10 ** ((row % 13) - 6)))
const w = column((row) => row)
const x = column((row) => -row)
/** Texts of any length, and such of a fixed size that no record holds. */
const name = column((row) => {
  if (row % 40 === 0) return null
  return row % 33 === 0
    ? ''
    : `${row % 1000 === 0 ? 'Zürich' : 'at'} ${'x'.repeat(row % 50)} ${below(row % 2 ? 500 : 150_000)}`
})
const long = column((row) => (row % 40 === 7 ? null : `${row % 4000 === 0 ? '𝛑é' : ''}${below(30_000)}`))
const wide = column((row) => (row % 40 === 7 ? '' : `${'='.repeat(26)}${row % 4000 === 0 ? 'ü' : ''}${below(20_000)}`))
type Cell = bigint | number | string | null
const columns: Readonly<Record<string, readonly Cell[]>> = { k, half, code, few, small, v, name, long, wide }

function utf32(texts: readonly string[], size: number): Uint8Array {
  const cells = new Uint32Array(texts.length * size)
  texts.forEach((text, i) => {
    cells.set(
      Array.from(text, (each) => each.codePointAt(0) as number),
      i * size,
    )
  })
  return new Uint8Array(cells.buffer)
}

function padded(texts: readonly string[], size: number): Uint8Array {
  const cells = new Uint8Array(texts.length * size)
  texts.forEach((text, i) => {
    cells.set(new TextEncoder().encode(text), i * size)
  })
  return cells
}

/** Stands for NULL. */
const none = 'none'
const orNone = (text: string | null) => text ?? none

function makeStore(): string {
  const store = join(root, 'rows.zarr')
  const describe = (name: string, zarray: object, attributes: object) => {
    mkdirSync(join(store, name), { recursive: true })
    const described = arrayV2({ shape: [rows], zarray: { chunks: [chunkRows], ...zarray } })
    writeFileSync(join(store, name, '.zarray'), JSON.stringify(described))
    writeFileSync(join(store, name, '.zattrs'), JSON.stringify({ _ARRAY_DIMENSIONS: ['row'], ...attributes }))
  }
  const writeChunks = (name: string, bytesOf: (from: number) => Uint8Array) => {
    for (let from = 0; from < rows; from += chunkRows) {
      writeFileSync(join(store, name, String(from / chunkRows)), bytesOf(from))
    }
  }
  const write = (name: string, dtype: string, whole: Uint8Array, attributes = {}) => {
    const size = whole.length / rows
    describe(name, { dtype }, attributes)
    writeChunks(name, (from) => {
      const bytes = new Uint8Array(chunkRows * size)
      bytes.set(whole.subarray(from * size, (from + chunkRows) * size))
      return bytes
    })
  }
  const numbers = (from: { buffer: ArrayBufferLike }) => new Uint8Array(from.buffer)
  mkdirSync(store, { recursive: true })
  writeFileSync(join(store, '.zgroup'), JSON.stringify({ zarr_format: 2 }))
  write('k', '<i8', numbers(BigInt64Array.from(k)))
  write('half', '<f4', numbers(Float32Array.from(half)))
  write('code', '|S9', padded(code, 9))
  write('few', '<U6', utf32(few, 6))
  write('long', '<U12', utf32(long.map(orNone), 12), { missing_value: none })
  write('wide', '|S40', padded(wide, 40))
  describe('name', { dtype: '|O', filters: [{ id: 'vlen-utf8' }] }, { missing_value: none })
  writeChunks('name', (from) => {
    const own = name.slice(from, from + chunkRows).map(orNone)
    return laid([...own, ...new Array<string>(chunkRows - own.length).fill('')])
  })
  write('small', '|i1', numbers(Int8Array.from(small)))
  for (const [name, values] of Object.entries({ v, w, x })) write(name, '<f8', numbers(Float64Array.from(values)))
  return store
}

const store = makeStore()
const aggregates = 'sum(v) AS s, count(*) AS n, min(w) AS first, max(-x) AS last, any_value(v) AS one, stddev(v) AS d'

const open = (settings: Record<string, unknown>) =>
  connect({ attach: { t: store }, settings: { inline_bytes: 0, exchange_groups: 1000, ...settings } })

async function inSession<T>(settings: Record<string, unknown>, work: (db: Database) => Promise<T>): Promise<T> {
  const name = JSON.stringify(settings)
  const db = sessions.get(name) ?? open(settings)
  sessions.set(name, db)
  return work(await db)
}

async function withSession<T>(settings: Record<string, unknown>, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await open(settings)
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

/** All rows as one hash of their bits, in their order. */
async function bits(db: Database, sql: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const batch of (await db.run(sql)).batches) {
    for (const { values, valid } of batch.columns) {
      hash.update(
        ArrayBuffer.isView(values) ? Buffer.from(values.buffer, values.byteOffset, values.byteLength) : values.join(),
      )
      hash.update(valid ?? 'all')
    }
  }
  return hash.digest('hex')
}

interface Group {
  sum: number | null
  rows: number
  first: number
  last: number
  one: number | null
}

/** Of the first to the last row, as a map has them. */
function expected(keys: readonly string[]): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (let row = 0; row < rows; row++) {
    const name = keys.map((key) => nameOf((columns[key] as readonly Cell[])[row])).join('|')
    const group = groups.get(name) ?? { sum: null, rows: 0, first: row, last: row, one: null }
    groups.set(name, group)
    group.rows++
    group.last = row
    const value = v[row] as number
    if (Number.isNaN(value)) continue
    group.sum = (group.sum ?? 0) + value
    group.one ??= value
  }
  return groups
}

/** An assertion for each value of so many would take longer than all else. */
function isGroup([sum, count, first, last, one]: readonly unknown[], group: Group | undefined): group is Group {
  const isSum = (wanted: number | null) =>
    wanted === null ? sum === null : Math.abs((sum as number) - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted))
  return (
    group !== undefined &&
    isSum(group.sum) &&
    Number(count) === group.rows &&
    first === group.first &&
    last === group.last &&
    one === group.one
  )
}

const nameOf = (value: unknown) => (Number.isNaN(value) || value === null ? 'NULL' : String(value))

const keySets = [
  ['k'],
  ['half'],
  ['small', 'code', 'few'],
  ['half', 'small', 'k', 'code'],
  ['name'],
  ['long', 'small'],
  ['name', 'code', 'wide'],
]

for (const by of ['k', 'half, small, k, code', 'name, long']) {
  test(`by ${by}: the same bits on 1, 2 and 8 threads and inline`, async () => {
    const sql = `SELECT ${by}, ${aggregates} FROM t GROUP BY ${by}`
    const one = await inSession({ threads: 1 }, (db) => bits(db, sql))
    for (const settings of [{ threads: 2 }, { threads: 8 }, { inline_bytes: '1GB' }]) {
      assert.equal(await inSession(settings, (db) => bits(db, sql)), one)
    }
  })
}

for (const keys of keySets) {
  const by = keys.join(', ')
  const sql = `SELECT ${by}, ${aggregates} FROM t GROUP BY ${by}`

  test(`by ${by}: the groups are those of a map`, async () => {
    const wanted = expected(keys)
    await inSession({ threads: 2 }, async (db) => {
      let found = 0
      for await (const { length, columns: own } of (await db.run(sql)).batches) {
        for (let row = 0; row < length; row++, found++) {
          const name = keys.map((_, i) => nameOf(valueAt(own[i] as Vector, row))).join('|')
          const group = wanted.get(name)
          const values = own.slice(keys.length).map((vector) => valueAt(vector, row))
          if (!isGroup(values, group)) assert.deepEqual(values, group, name)
        }
      }
      assert.equal(found, wanted.size)
    })
  })
}

for (const by of ['code, small', 'name', 'long, wide']) {
  test(`by ${by}: what is divided has the bits of what is not`, async () => {
    const sql = `SELECT ${by}, ${aggregates} FROM t GROUP BY ${by} ORDER BY ${by}`
    const whole = await inSession({ exchange_groups: 1e9 }, (db) => bits(db, sql))
    assert.equal(await inSession({}, (db) => bits(db, sql)), whole)
  })
}

const holistic = 'median(v) AS m, quantile_disc(w, 0.3) AS q, sum(w) AS s, mode(small) AS o, quantile_cont(v, 0.9) AS c'

/** The first chunk leaves many groups and the second few, the other way round, and both many. */
for (const where of ['w > 146000 AND w < 150100', 'w > 149900 AND w < 154000', 'w > 145000 AND w < 155000']) {
  test(`values kept by group are divided with their groups: ${where}`, async () => {
    const sql = `SELECT k, ${holistic} FROM t WHERE ${where} GROUP BY k ORDER BY k`
    const whole = await inSession({ exchange_groups: 1e9 }, (db) => bits(db, sql))
    for (const settings of [{ threads: 2 }, { inline_bytes: '1GB', exchange_groups: 0 }]) {
      assert.equal(await inSession(settings, (db) => bits(db, sql)), whole)
    }
  })
}

test('values of groups by texts, where single groups have many, and those that are kept', async () => {
  const settings = { exchange_groups: 0, cache_partials: '1GB', local_cache: join(root, 'values') }
  for (const by of ['code', 'small', 'name, small']) {
    const sql = `SELECT ${by}, ${holistic.replace('mode(small)', 'mode(k % 5)')} FROM t WHERE w > 147000 AND w < 153000 GROUP BY ${by} ORDER BY ${by}`
    const whole = await inSession({ exchange_groups: 1e9 }, (db) => bits(db, sql))
    for (let time = 0; time < 2; time++) assert.equal(await withSession(settings, (db) => bits(db, sql)), whole)
  }
})

test('an Arrow table has the texts of all batches', async () => {
  const wanted = expected(['code'])
  const table = await inSession({ threads: 2 }, (db) => db.query('SELECT code, count(*) AS n FROM t GROUP BY code'))
  assert.ok(table.batches.length > 1)
  assert.equal(table.numRows, wanted.size)
  for (const row of table) assert.equal(Number(row.n), wanted.get(row.code)?.rows, row.code)
})

test('HAVING, ORDER BY with LIMIT and a LIMIT alone run over the batches', async () => {
  const groups = [...expected(['code'])].map(([name, { rows: n }]) => ({ name, n }))
  groups.sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))
  await inSession({ threads: 2 }, async (db) => {
    for await (const {
      columns: [texts],
    } of (await db.run('SELECT code FROM t GROUP BY code')).batches) {
      assert.ok(texts?.utf8)
    }
    const top = await db.query('SELECT code, count(*) AS n FROM t GROUP BY code ORDER BY n DESC, code LIMIT 5')
    assert.deepEqual(
      [...top].map(({ code: name, n }) => ({ name, n: Number(n) })),
      groups.slice(0, 5),
    )
    const most = (groups[0] as { n: number }).n
    const having = await db.query(`SELECT upper(code) AS u FROM t GROUP BY code HAVING count(*) = ${most} ORDER BY u`)
    assert.deepEqual(
      [...having].map(({ u }) => u),
      groups.filter(({ n }) => n === most).map(({ name }) => name.toUpperCase()),
    )
    assert.equal((await db.query('SELECT code FROM t GROUP BY code LIMIT 3')).numRows, 3)
  })
})

test('parts that take more memory than there is are refused with the figure', () => {
  const division = { least: 1, perMerge: 1, width: 2, keys: [{ word: 1, words: 1 }] }
  const none = () => assert.fail('nothing whole was given')
  const parts = () => Array.from({ length: 128 }, () => ({ count: 1, bytes: new ArrayBuffer(16) }))
  const exchange = new Exchange(division, none, 3 * 128 * 16)
  for (const more of [2, 1, 0]) exchange.absorb({ kind: 'divided', parts: parts() }, more)
  assert.throws(
    () => exchange.absorb({ kind: 'divided', parts: parts() }, 0),
    (error) => error instanceof ChunkQLError && error.code === 'memory' && /the groups take 1 MB/.test(error.message),
  )
  const shares = [...exchange.shares()]
  assert.deepEqual(
    shares.map((share) => share.length),
    new Array(128).fill(4),
  )
})

test('no row, and fewer groups than are divided', async () => {
  await withSession({}, async (db) => {
    assert.equal((await db.query('SELECT k, count(*) FROM t WHERE v > 1e9 GROUP BY k')).numRows, 0)
    assert.equal((await db.query('SELECT small, count(*) FROM t GROUP BY small')).numRows, 7)
  })
  await inSession({ exchange_groups: 0 }, async (db) => {
    assert.equal((await db.query('SELECT k, count(*) FROM t WHERE v > 1e9 GROUP BY k')).numRows, 0)
    const table = await db.query('SELECT small, count(*) AS n FROM t GROUP BY small ORDER BY small')
    assert.deepEqual(
      [...table].map(({ small: key, n }) => [key, Number(n)]),
      [-3, -2, -1, 0, 1, 2, 3].map((key) => [key, small.filter((each) => each === key).length]),
    )
  })
})

test('partials that are divided are kept, and merged as those that were not kept', async () => {
  const settings = { exchange_groups: 0, cache_partials: '1GB', local_cache: join(root, 'cache') }
  const sql = `SELECT small, few, name, ${aggregates} FROM t WHERE name < 'at xxx' GROUP BY small, few, name`
  const plain = await inSession({ exchange_groups: 0 }, (db) => bits(db, sql))
  assert.equal(await withSession(settings, (db) => bits(db, sql)), plain)
  await withSession(settings, async (db) => {
    const result = await db.run(sql)
    for await (const _ of result.batches);
    assert.ok(result.work.cached > 0)
    assert.equal(result.work.read, 0)
    assert.equal(await bits(db, sql), plain)
  })
})

test('texts that take more memory than there is are an error, and the session goes on', async () => {
  await withSession({ threads: 2, memory_limit: '24MB' }, async (db) => {
    const sql = 'SELECT name, k, count(*) FROM t GROUP BY name, k'
    await assert.rejects(db.query(sql), (error) => error instanceof ChunkQLError && error.code === 'memory')
    assert.equal((await db.query('SELECT small, count(*) AS n FROM t GROUP BY small')).numRows, 7)
  })
})

for (const by of ['k', 'name']) {
  test(`by ${by}: a query that is cancelled while its groups are merged ends`, () => cancelled(by))
}

async function cancelled(by: string): Promise<void> {
  await inSession({ threads: 2 }, async (db) => {
    const controller = new AbortController()
    const sql = `SELECT ${by}, ${aggregates} FROM t GROUP BY ${by}`
    const { batches } = await db.run(sql, {}, { signal: controller.signal })
    const iterator = batches[Symbol.asyncIterator]()
    assert.equal((await iterator.next()).done, false)
    controller.abort()
    await assert.rejects(
      async () => {
        while (!(await iterator.next()).done);
      },
      (error) => error instanceof ChunkQLError && error.code === 'cancelled',
    )
    assert.equal((await db.query('SELECT count(*) AS n FROM t')).get(0)?.n, BigInt(rows))
  })
}

test('an error of a merge is that of the query, and the session goes on', async () => {
  await inSession({ threads: 2 }, async (db) => {
    const sql = 'SELECT half, sum(k) FROM t GROUP BY half'
    await assert.rejects(db.query(sql), (error) => error instanceof ChunkQLError && error.code === 'value')
    assert.equal((await db.query('SELECT count(*) AS n FROM t')).get(0)?.n, BigInt(rows))
  })
})

/** Ends the worker that makes states ready to be merged: tasks over chunks never do. */
const deadly = `
import { isMainThread } from 'node:worker_threads'
const { defineFunction } = await import(${JSON.stringify(new URL('../../src/function/define.js', import.meta.url).href)})
export const own = defineFunction({ name: 'own', args: ['DOUBLE'], returns: 'DOUBLE', evaluate: (x) => x })
const { Instance } = WebAssembly
if (!isMainThread) WebAssembly.Instance = function (module, imports) {
  if (WebAssembly.Module.exports(module).some(({ name }) => name === 'combine')) process.exit(3)
  return new Instance(module, imports)
}`

test('a worker that dies while it merges is an error, and the session goes on', async () => {
  const file = join(root, 'deadly.mjs')
  writeFileSync(file, deadly)
  const settings = { inline_bytes: 0, exchange_groups: 1000 }
  const db = await connect({ attach: { t: store }, threads: 1, use: [file], settings })
  try {
    const sql = 'SELECT k, count(*) FROM t GROUP BY k'
    await assert.rejects(db.query(sql), (error) => error instanceof ChunkQLError && error.code === 'worker')
    assert.equal((await db.query('SELECT count(v) AS n FROM t')).numRows, 1)
  } finally {
    await db.close()
  }
})
