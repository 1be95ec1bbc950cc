/** ANALYZE and what becomes of it: statistics are used as long as the chunks are what they were, and never after. */
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { connect } from '../../src/index.js'
import type { ArraySpec } from '../source/stores.js'
import { mapStore } from '../source/stores.js'
import { type Fixture, makeOld, open, withFixture } from './fixture.js'

const rows = 40
const chunk = 10

/** `v` counts up; chunk c has [10 c, 10 c + 10). */
function counting(dtype = '<i4', attributes = {}): ArraySpec {
  const make = (c: number) => {
    const values = Array.from({ length: chunk }, (_, i) => c * chunk + i)
    if (dtype === '<f8') return Float64Array.from(values)
    return dtype === '<i8' ? BigInt64Array.from(values, BigInt) : Int32Array.from(values)
  }
  const chunks = Object.fromEntries([0, 1, 2, 3].map((c) => [String(c), make(c)]))
  return { dims: ['n'], shape: [rows], zarray: { chunks: [chunk], dtype, fill_value: 1000 }, attributes, chunks }
}

/** The sum of all and how many chunks it took. */
const sumOf = async ({ ask }: Fixture) => {
  const { rows: found, read } = await ask('SELECT sum(v) FROM $t')
  return `${found[0]}, ${read} read`
}

test('what was analyzed is answered and pruned', () =>
  withFixture({ v: counting() }, async (fixture) => {
    assert.equal(await sumOf(fixture), '780, 4 read')
    const analyzed = await fixture.ask('ANALYZE $t')
    assert.deepEqual(analyzed.rows, ['v 4 4'])
    assert.equal(await sumOf(fixture), '780, 0 read')
    assert.deepEqual(await fixture.ask('SELECT n FROM $t WHERE v = 25'), { rows: ['25'], read: 1, answered: 0 })
    const shown = await fixture.ask('SHOW STATISTICS $t')
    assert.match(shown.rows[0] ?? '', /^v 4 4 4 /)
    await fixture.ask('DROP STATISTICS $t')
    assert.equal(await sumOf(fixture), '780, 4 read')
    assert.match((await fixture.ask('SHOW STATISTICS $t')).rows[0] ?? '', /^v 4 0 0 /)
  }))

/** Of `v < 25` two chunks pass, one is to be tested and one has no cell that passes. */
const partly: Readonly<Record<string, { readonly sql: string; readonly rows: string[]; readonly read: number }>> = {
  'what statistics answer': { sql: 'SELECT count(*) FROM $t WHERE v < 25', rows: ['25'], read: 1 },
  'an expression of the filter column': { sql: 'SELECT sum(v * 2) FROM $t WHERE v < 25', rows: ['600'], read: 3 },
  'another column': { sql: 'SELECT sum(w * 2) FROM $t WHERE v < 25', rows: ['600'], read: 4 },
  'groups of a dimension': {
    sql: 'SELECT n % 2 AS k, sum(w) FROM $t WHERE v < 25 GROUP BY k ORDER BY k',
    rows: ['0 156', '1 144'],
    read: 4,
  },
  'groups of cells': {
    sql: 'SELECT w % 2 AS k, sum(w), median(w) FROM $t WHERE v < 25 GROUP BY k ORDER BY k',
    rows: ['0 156 12.0', '1 144 12.0'],
    read: 4,
  },
  'a dimension beside': { sql: 'SELECT sum(w * 2) FROM $t WHERE v < 25 AND n <> 3', rows: ['594'], read: 4 },
  rows: { sql: 'SELECT w FROM $t WHERE v < 25 ORDER BY w DESC LIMIT 2', rows: ['24', '23'], read: 4 },
  'what is interpreted': { sql: 'SELECT count(DISTINCT w::VARCHAR) FROM $t WHERE v < 25', rows: ['25'], read: 4 },
}

for (const [name, { sql, rows: expected, read }] of Object.entries(partly)) {
  test(`chunks of which all cells pass are not tested: ${name}`, () =>
    withFixture({ v: counting(), w: counting() }, async ({ ask }) => {
      await ask('ANALYZE $t (v)')
      const plan = (await ask(`EXPLAIN ${sql}`)).rows.join()
      const found = await ask(sql)
      assert.deepEqual(found.rows, expected)
      assert.equal(found.read, read)
      const [total, ...left] = [...plan.matchAll(/(\d+) (total|pruned|answered)/g)].map(([, count]) => Number(count))
      assert.equal(
        left.reduce((sum, count) => sum + count, read),
        total,
        plan,
      )
    }))
}

const changes: Readonly<Record<string, { readonly change: (path: string) => void; readonly after: string }>> = {
  'a chunk that was rewritten with the same size': {
    change: (path) => {
      writeFileSync(
        join(path, 'v/1'),
        Int32Array.from({ length: chunk }, () => 0),
      )
      utimesSync(join(path, 'v/1'), 1e9 + 1, 1e9 + 1)
    },
    after: '635, 1 read',
  },
  'a chunk that was rewritten just now': {
    change: (path) =>
      writeFileSync(
        join(path, 'v/1'),
        Int32Array.from({ length: chunk }, () => 0),
      ),
    after: '635, 1 read',
  },
  'a chunk that was deleted: it has the fill value, which is missing': {
    change: (path) => rmSync(join(path, 'v/1')),
    after: '635, 1 read',
  },
  'an array that has grown within its last chunk': {
    change: (path) => setShape(path, 35),
    after: '595, 1 read',
  },
  'an array that has grown by a chunk': {
    change: (path) => {
      writeFileSync(
        join(path, 'v/4'),
        Int32Array.from({ length: chunk }, () => 1),
      )
      setShape(path, 50)
    },
    after: '790, 1 read',
  },
  'another type of the same size': {
    change: (path) => setMetadata(path, { dtype: '<u4' }),
    after: '780, 4 read',
  },
  'another fill value, which may stand anywhere': {
    change: (path) => setMetadata(path, { fill_value: 1001 }),
    after: '780, 4 read',
  },
  'chunks of another shape': {
    change: (path) => {
      setMetadata(path, { chunks: [20] })
      for (const c of [0, 1, 2, 3]) rmSync(join(path, `v/${c}`))
    },
    after: ', 2 read',
  },
}

for (const [name, { change, after }] of Object.entries(changes)) {
  test(`statistics do not hold for ${name}`, () =>
    withFixture({ v: counting() }, async (fixture) => {
      await fixture.ask('ANALYZE $t')
      change(fixture.path)
      assert.equal(await sumOf(fixture), after)
      makeOld(fixture.path, 1e9 + 2)
      await fixture.ask('ANALYZE $t')
      assert.equal(await sumOf(fixture), after.replace(/\d read/, '0 read'))
    }))
}

function setMetadata(path: string, changed: object): void {
  const file = join(path, 'v/.zarray')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changed }))
}

function setShape(path: string, size: number): void {
  setMetadata(path, { shape: [size] })
}

test('what is decoded otherwise has statistics of its own', () => {
  const missing = { ...counting('<i4', { missing_value: 5, scale_factor: 0.5 }) }
  return withFixture({ v: missing }, async (fixture) => {
    await fixture.ask('ANALYZE $t')
    const decoded = await fixture.ask('SELECT min(v), max(v), count(v), sum(v) FROM $t')
    assert.deepEqual(decoded, { rows: ['0.0 19.5 39 387.5'], read: 0, answered: 4 })
    await fixture.ask('SET decode_cf = false')
    const plain = await fixture.ask('SELECT min(v), max(v), count(v), sum(v) FROM $t')
    assert.deepEqual(plain, { rows: ['0 39 40 780'], read: 4, answered: 0 })
  })
})

test('with and without the valid range statistics are others', () =>
  withFixture({ v: counting('<i4', { valid_range: [3, 20] }) }, async ({ ask }) => {
    const sql = 'SELECT min(v), max(v), count(v) FROM $t'
    await ask('ANALYZE $t')
    assert.deepEqual(await ask(sql), { rows: ['0 39 40'], read: 0, answered: 4 })
    await ask('SET mask_valid_range = true')
    assert.deepEqual(await ask(sql), { rows: ['3 20 18'], read: 4, answered: 0 })
    await ask('ANALYZE $t')
    assert.deepEqual(await ask(sql), { rows: ['3 20 18'], read: 0, answered: 4 })
    assert.equal((await ask('SELECT count(*) FROM $t WHERE v > 20')).rows[0], '0')
    await ask('SET mask_valid_range = false')
    assert.deepEqual(await ask(sql), { rows: ['0 39 40'], read: 0, answered: 4 })
  }))

test('NaN is told from NULL', () => {
  const values = Float64Array.of(1, Number.NaN, -0, 0, Number.POSITIVE_INFINITY, 2, 3, 4, 5, 6)
  const array = { ...counting('<f8'), shape: [10], chunks: { 0: values } }
  return withFixture({ v: array }, async ({ ask }) => {
    const asked = [
      'SELECT min(v), max(v), count(v) FROM $t',
      'SELECT count(*) FROM $t WHERE v > 1e300',
      'SELECT count(*) FROM $t WHERE v >= 0',
      'SELECT count(*) FROM $t WHERE v IS NULL',
      'SELECT count(*) FROM $t WHERE isnan(v)',
    ]
    for (const nanIsNull of [true, false]) {
      await ask(`SET nan_is_null = ${nanIsNull}`)
      const read = []
      for (const sql of asked) read.push((await ask(sql)).rows)
      await ask('ANALYZE $t')
      for (const [i, sql] of asked.entries()) assert.deepEqual((await ask(sql)).rows, read[i], sql)
    }
    assert.equal((await ask('SELECT max(v) FROM $t')).read, 0)
  })
})

test('a chunk without a fingerprint counts only for who trusts', () =>
  withFixture({ v: counting() }, async (fixture) => {
    makeOld(fixture.path, Date.now() / 1000 + 1000)
    const analyzed = await fixture.ask('ANALYZE $t')
    assert.deepEqual(analyzed.rows, ['v 4 0'])
    assert.equal(await sumOf(fixture), '780, 4 read')
    await fixture.ask('SET trust_statistics = true')
    assert.equal(await sumOf(fixture), '780, 0 read')
  }))

test('a store keeps its own statistics, and nobody takes them for a part of it', () =>
  withFixture(
    { v: counting() },
    async (fixture) => {
      await fixture.ask('ANALYZE $t')
      assert.deepEqual(readdirSync(fixture.cache), [])
      assert.equal(await sumOf(fixture), '780, 0 read')
      const tables = await fixture.ask('SHOW TABLES FROM $t')
      assert.equal(tables.rows.length, 1)
      await fixture.ask("SET statistics_location = 'cache'")
      assert.equal(await sumOf(fixture), '780, 4 read')
    },
    { statistics_location: 'store' },
  ))

test('statistics are an array that can be queried, and damaged ones are none', () =>
  withFixture({ v: counting() }, async (fixture) => {
    await fixture.ask('ANALYZE $t')
    const files = readdirSync(fixture.cache, { recursive: true }).map(String)
    const folder = join(fixture.cache, files.find((file) => /v-[0-9a-f]{16}$/.test(file)) ?? '')
    const { rows: kept } = await fixture.ask(`SELECT cells, nulls, "min", "max", "sum" FROM '${folder}'`)
    assert.deepEqual(kept, ['10 0 0 9 45', '10 0 10 19 145', '10 0 20 29 245', '10 0 30 39 345'])
    appendFileSync(join(folder, '0'), 'more')
    assert.equal(await sumOf(fixture), '780, 4 read')
    writeFileSync(join(folder, '.zarray'), '{')
    assert.equal(await sumOf(fixture), '780, 4 read')
  }))

test('several stores as one table have statistics, also when one is added', () =>
  withFixture({ v: counting() }, async ({ ask, path }) => {
    const [a, b] = [`'${path}'`, `'${path}/../more.zarr'`]
    cpSync(path, join(path, '../more.zarr'), { recursive: true, preserveTimestamps: true })
    await ask(`ANALYZE [${a}, ${b}]`)
    assert.deepEqual(await ask(`SELECT sum(v) FROM [${a}, ${b}]`), { rows: ['1560'], read: 0, answered: 8 })
    assert.deepEqual(await ask(`SELECT sum(v) FROM [${b}, ${a}]`), { rows: ['1560'], read: 8, answered: 0 })
    assert.deepEqual(await ask(`SELECT sum(v) FROM [${a}, ${b}, ${a}]`), { rows: ['2340'], read: 4, answered: 8 })
  }))

test('a directory that cannot be written is told', async () => {
  const { db, path } = await open({ v: counting() }, { local_cache: '/dev/null/nowhere' })
  await assert.rejects(db.query(`ANALYZE '${path}'`), { code: 'io', message: /cannot be written/ })
  await db.close()
})

test('analyzing is cancelled, and refuses what has no place', async () => {
  const db = await connect({ threads: 1 })
  // A store made of functions: what is behind them nobody else can tell.
  const files = mapStore({ v: counting() })
  await db.attach('m', { get: async (key: string) => files.get(key) })
  await assert.rejects(db.query('ANALYZE m'), { code: 'unsupported' })
  await assert.rejects(db.query('ANALYZE m (w)'), { code: 'bind', message: /no column "w"/ })
  await db.close()
  await withFixture({ v: counting() }, async ({ db: own, path }) => {
    const stop = AbortSignal.abort()
    await assert.rejects(own.run(`ANALYZE '${path}'`, {}, { signal: stop }), { code: 'cancelled' })
  })
})
