/** What scans leave behind: the same records as ANALYZE's but for the sums, of chunks that cost more to decode than to look at. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { ArraySpec } from '../source/stores.js'
import { type Fixture, withFixture as withSettings } from './fixture.js'

const chunk = 262_144
const chunks = 4
/** The last chunk is cut off. */
const rows = chunks * chunk - 1000

type Numbers = Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array

interface Coded {
  readonly attributes?: Readonly<Record<string, unknown>>
  readonly fill?: unknown
  readonly codec?: 'gzip' | 'raw'
  readonly length?: number
}

/** As many chunks as there are, of the values of rows. */
function array(
  dtype: string,
  make: (length: number, of: (i: number) => number) => Numbers,
  value: (row: number) => number,
  { attributes = {}, fill = null, codec = 'gzip', length = chunk }: Coded = {},
): ArraySpec {
  const files = Array.from({ length: chunks }, (_, c) => {
    const values = make(length, (i) => value(c * length + i))
    const bytes = new Uint8Array(values.buffer)
    return [String(c), codec === 'gzip' ? gzipSync(bytes, { level: 1 }) : bytes]
  })
  const compressor = codec === 'gzip' ? { id: 'gzip', level: 1 } : null
  const shape = [length === chunk ? rows : chunks * length]
  const zarray = { chunks: [length], dtype, fill_value: fill, compressor }
  return { dims: ['n'], shape, zarray, attributes, chunks: Object.fromEntries(files) }
}

const ints = (length: number, of: (i: number) => number) => Int32Array.from({ length }, (_, i) => of(i))
const counting = (coded: Coded = {}) => array('<i4', ints, (row) => row, coded)

/** Chunks of which something is known, and of these those with sums. */
async function known({ ask }: Fixture, column = 'v'): Promise<string> {
  const { rows: shown } = await ask('SHOW STATISTICS $t')
  return (shown.find((row) => row.startsWith(`${column} `)) ?? '').split(' ').slice(2, 4).join(' ')
}

/** Which of its chunks a query affords is told by the clock: here it affords all. */
function withFixture(
  arrays: Readonly<Record<string, ArraySpec>>,
  work: (fixture: Fixture) => Promise<void>,
  settings = {},
): Promise<void> {
  return withSettings(arrays, work, { collect_statistics: 'always', ...settings })
}

const everywhere = { threads: 2, inline_bytes: 0 }

for (const [name, settings] of Object.entries({
  'on this thread': { inline_bytes: 1e9 },
  'on worker threads': everywhere,
  'by the interpreter': { engine: 'interpreter' },
})) {
  test(`a scan ${name} leaves ends behind, which the next ones use`, () =>
    withFixture(
      { v: counting() },
      async (fixture) => {
        const { ask } = fixture
        assert.equal((await ask('SELECT sum(v) FROM $t')).read, 4)
        assert.equal(await known(fixture), '4 0')
        assert.deepEqual(await ask('SELECT n FROM $t WHERE v = 300000'), { rows: ['300000'], read: 1, answered: 0 })
        if (name === 'by the interpreter') return
        assert.deepEqual(await ask('SELECT min(v), max(v), count(v) FROM $t'), {
          rows: [`0 ${rows - 1} ${rows}`],
          read: 0,
          answered: 4,
        })
        // Of sums nothing is known.
        assert.equal((await ask('SELECT sum(v) FROM $t')).read, 4)
      },
      settings,
    ))
}

test('nothing is left behind where it is not wanted, or would cost more than its share', async () => {
  const leaves = (spec: ArraySpec, settings = {}) =>
    withFixture(
      { v: spec },
      async (fixture) => {
        await fixture.ask('SELECT sum(v) FROM $t')
        assert.equal(await known(fixture), '0 0')
        assert.deepEqual(readdirSync(fixture.cache), [])
      },
      settings,
    )
  const auto = { collect_statistics: 'auto' }
  await leaves(counting(), { collect_statistics: 'off' })
  await leaves(counting({ codec: 'raw' }), auto)
  await leaves(counting({ length: 1000 }), auto)
})

test('where all is wanted, it is of all chunks', async () => {
  for (const v of [counting({ codec: 'raw' }), counting({ length: 1000 })]) {
    await withFixture({ v }, async (fixture) => {
      await fixture.ask('SELECT sum(v) FROM $t')
      assert.equal(await known(fixture), '4 0')
    })
  }
})

test('what one query does not afford the next ones do', () =>
  withFixture(
    { v: counting() },
    async (fixture) => {
      for (let i = 0; i < 200 && (await known(fixture)) !== '4 0'; i++) await fixture.ask('SELECT sum(v) FROM $t')
      assert.equal(await known(fixture), '4 0')
    },
    { collect_statistics: 'auto' },
  ))

test('of a filter all chunks are known, of other columns those that were read', () =>
  withFixture({ v: counting(), w: counting() }, async (fixture) => {
    const { ask } = fixture
    assert.equal((await ask(`SELECT sum(w) FROM $t WHERE v >= ${2 * chunk}`)).read, 6)
    assert.equal(await known(fixture, 'v'), '4 0')
    assert.equal(await known(fixture, 'w'), '2 0')
    assert.equal((await ask(`SELECT sum(w) FROM $t WHERE v >= ${2 * chunk}`)).read, 2)
  }))

test('what ANALYZE found stays, until its chunk changes', () =>
  withFixture({ v: counting() }, async (fixture) => {
    const { ask, path } = fixture
    await ask('ANALYZE $t')
    await ask('SET pruning = false')
    await ask('SELECT sum(v) FROM $t')
    assert.equal(await known(fixture), '4 4')
    rewrite(path, 1e9 + 1)
    await ask('SELECT sum(v) FROM $t')
    assert.equal(await known(fixture), '4 3')
    await ask('SET pruning = true')
    assert.deepEqual(await ask('SELECT min(v) FROM $t'), { rows: ['-7'], read: 0, answered: 4 })
  }))

/** Another chunk 1, changed at a time in seconds. */
function rewrite(path: string, seconds: number): void {
  const file = join(path, 'v/1')
  writeFileSync(file, gzipSync(new Uint8Array(ints(chunk, () => -7).buffer)))
  utimesSync(file, seconds, seconds)
}

test('what was left behind does not outlive its chunk', () =>
  withFixture({ v: counting() }, async (fixture) => {
    const { ask, path } = fixture
    await ask('SELECT sum(v) FROM $t')
    rewrite(path, 1e9 + 1)
    assert.deepEqual(await ask('SELECT min(v) FROM $t'), { rows: ['-7'], read: 1, answered: 3 })
    assert.deepEqual(await ask('SELECT min(v) FROM $t'), { rows: ['-7'], read: 0, answered: 4 })
    // Of a file that has just been written nobody knows whether it is written again.
    rewrite(path, Date.now() / 1000)
    assert.equal((await ask('SELECT count(*) FROM $t WHERE v = -7')).rows[0], String(chunk))
    assert.equal(await known(fixture), '3 0')
  }))

test('records that are damaged, or cannot be written, are no trouble', async () => {
  await withFixture({ v: counting() }, async (fixture) => {
    const { ask, cache } = fixture
    await ask('SELECT sum(v) FROM $t')
    assert.equal(await known(fixture), '4 0')
    const files = readdirSync(cache, { recursive: true }).map(String)
    appendFileSync(join(cache, files.find((file) => /v-[0-9a-f]{16}[\\/]0$/.test(file)) ?? ''), 'more')
    assert.equal(await known(fixture), '0 0')
    assert.equal((await ask('SELECT max(v) FROM $t')).read, 4)
    assert.equal(await known(fixture), '4 0')
  })
  await withFixture({ v: counting() }, async (fixture) => {
    const { ask, cache } = fixture
    await ask('ANALYZE $t')
    const files = readdirSync(cache, { recursive: true }).map(String)
    const file = join(cache, files.find((each) => /v-[0-9a-f]{16}[\\/]0$/.test(each)) ?? '')
    rmSync(file)
    mkdirSync(file)
    assert.equal((await ask('SELECT max(v) FROM $t WHERE v > 5')).read, 4)
    assert.equal(await known(fixture), '0 0')
  })
  await withFixture({ v: counting() }, async ({ ask }) => {
    await ask("SET local_cache = '/dev/null/nowhere'")
    assert.deepEqual((await ask('SELECT max(v) FROM $t')).rows, [String(rows - 1)])
  })
})

test('a scan that is given up, or whose session ends, leaves what it knows', () =>
  withFixture({ v: counting() }, async ({ ask, db, path, cache }) => {
    const { batches } = await db.run(`SELECT v FROM '${path}' WHERE v >= 0`)
    for await (const _ of batches) break
    assert.deepEqual((await ask('SELECT min(v), max(v) FROM $t')).rows, [`0 ${rows - 1}`])
    await ask('DROP STATISTICS $t')
    await db.query(`SELECT sum(v) FROM '${path}'`)
    await db.close()
    const left = readdirSync(cache, { recursive: true }).map(String)
    assert.ok(left.some((file) => /v-[0-9a-f]{16}[\\/]0$/.test(file)))
  }))

const kinds: Readonly<Record<string, ArraySpec>> = {
  int16: array(
    '<i2',
    (length, of) => Int16Array.from({ length }, (_, i) => of(i)),
    (row) => (row % 600) - 300,
  ),
  'int16 with a missing value': array(
    '<i2',
    (length, of) => Int16Array.from({ length }, (_, i) => of(i)),
    (row) => (row % 600) - 300,
    { fill: -300, attributes: { missing_value: 299 } },
  ),
  'int16 that is packed': array(
    '<i2',
    (length, of) => Int16Array.from({ length }, (_, i) => of(i)),
    (row) => (row % 600) - 300,
    { fill: -300, attributes: { scale_factor: 0.01, add_offset: 5 } },
  ),
  'int16 that is packed upside down': array(
    '<i2',
    (length, of) => Int16Array.from({ length }, (_, i) => of(i)),
    (row) => (row % 600) - 300,
    { attributes: { scale_factor: -0.3 } },
  ),
  'int64 that is packed': array(
    '<i8',
    (length, of) => BigInt64Array.from({ length }, (_, i) => BigInt(of(i)) * 2n ** 40n),
    (row) => (row % 600) - 300,
    { attributes: { scale_factor: 0.1 } },
  ),
  int64: array(
    '<i8',
    (length, of) => BigInt64Array.from({ length }, (_, i) => BigInt(of(i)) * 2n ** 50n),
    (row) => (row % 600) - 300,
  ),
  'float32 with NaN': array(
    '<f4',
    (length, of) => Float32Array.from({ length }, (_, i) => of(i)),
    (row) => (row % 7 === 3 ? Number.NaN : row / 3),
  ),
  'float32 with NaN and a fill value': array(
    '<f4',
    (length, of) => Float32Array.from({ length }, (_, i) => of(i)),
    (row) => (row % 7 === 3 ? Number.NaN : row % 7 === 4 ? 1e20 : -row / 3),
    { fill: 1e20 },
  ),
  'float32 that is packed': array(
    '<f4',
    (length, of) => Float32Array.from({ length }, (_, i) => of(i)),
    (row) => (row % 7 === 3 ? Number.NaN : row % 11 === 2 ? Number.POSITIVE_INFINITY : row / 3),
    { attributes: { scale_factor: 0.5, add_offset: -1 } },
  ),
  'float64, of which the first chunk has no value': array(
    '<f8',
    (length, of) => Float64Array.from({ length }, (_, i) => of(i)),
    (row) => (row < chunk ? Number.NaN : row === chunk ? Number.NEGATIVE_INFINITY : Math.sin(row)),
  ),
  times: array('<i4', ints, (row) => row - 5, { fill: 0, attributes: { units: 'hours since 2000-01-01' } }),
}

for (const [kind, spec] of Object.entries(kinds)) {
  test(`scans find what ANALYZE finds: ${kind}`, () =>
    withFixture({ v: spec }, async ({ ask, cache }) => {
      for (const nanIsNull of [true, false]) {
        await ask(`SET nan_is_null = ${nanIsNull}`)
        await ask('DROP STATISTICS $t')
        await ask('SELECT min(v) FROM $t')
        const scanned = await recordsIn({ ask, cache })
        assert.equal(scanned.length, chunks)
        await ask('DROP STATISTICS $t')
        await ask('ANALYZE $t')
        assert.deepEqual(await recordsIn({ ask, cache }), scanned)
        // And both find what there is.
        const ends = (await ask('SELECT min(v), count(v), count(*) - count(v) FROM $t')).rows
        await ask('SET pruning = false')
        assert.deepEqual((await ask('SELECT min(v), count(v), count(*) - count(v) FROM $t')).rows, ends)
        await ask('SET pruning = true')
      }
    }))
}

test('chunks of several dimensions, laid out the other way round and cut off at the edges', () => {
  const [shape, cut] = [
    [3, 300, 500],
    [2, 256, 300],
  ] as const
  const files: Record<string, Uint8Array> = {}
  for (let number = 0; number < 8; number++) {
    const values = Float32Array.from({ length: 2 * 256 * 300 }, (_, i) => (i % 91 === 5 ? Number.NaN : i + number / 8))
    files[[number >> 2, (number >> 1) & 1, number & 1].join('.')] = gzipSync(values, { level: 1 })
  }
  const zarray = { chunks: cut, dtype: '<f4', compressor: { id: 'gzip', level: 1 }, order: 'F' }
  return withFixture({ v: { dims: ['a', 'b', 'c'], shape, zarray, chunks: files } }, async (fixture) => {
    const { ask } = fixture
    const byChunk = `SELECT count(*), count(*) - count(v), min(v), max(v) FROM $t
      GROUP BY a // 2, b // 256, c // 300 ORDER BY a // 2, b // 256, c // 300`
    const { rows: expected } = await ask(byChunk)
    const records = await recordsIn(fixture, 'cells, nulls, "min", "max"')
    assert.equal(records.length, 8)
    assert.deepEqual(records.map(roundly), expected.map(roundly))
    // What is read of a part of the grid is known of the chunks under it alone.
    await ask('DROP STATISTICS $t')
    await ask('SELECT sum(v) FROM $t WHERE b >= 260')
    assert.equal(await known(fixture), '4 0')
  })
})

/** The ends of FLOAT are kept as DOUBLE. */
function roundly(row: string): string {
  return row.split(' ').map(Number).map(Math.fround).join(' ')
}

test('the fields of an array have records of their own', () => {
  const cells = 65_536
  const files = [0, 1, 2].map((c) => {
    const bytes = new DataView(new ArrayBuffer(8 * cells))
    for (let i = 0; i < cells; i++) {
      bytes.setInt32(8 * i, c * cells + i, true)
      bytes.setFloat32(8 * i + 4, -c, true)
    }
    return [String(c), gzipSync(bytes, { level: 1 })]
  })
  const dtype = [
    ['x', '<i4'],
    ['y', '<f4'],
  ]
  const zarray = { chunks: [cells], dtype, compressor: { id: 'gzip', level: 1 } }
  const spec = { dims: ['n'], shape: [3 * cells], zarray, chunks: Object.fromEntries(files) }
  return withFixture({ v: spec }, async (fixture) => {
    const { ask } = fixture
    assert.equal((await ask('SELECT sum(x), sum(y) FROM $t')).read, 3)
    assert.equal(await known(fixture, 'x'), '3 0')
    assert.equal(await known(fixture, 'y'), '3 0')
    assert.deepEqual(await ask('SELECT min(x), max(x) FROM $t WHERE y = -1'), {
      rows: [`${cells} ${2 * cells - 1}`],
      read: 0,
      answered: 1,
    })
  })
})

const inRecords = 'fingerprint_0, fingerprint_1, extent, cells, nulls, nans, "min", "max"'

async function recordsIn({ ask, cache }: Pick<Fixture, 'ask' | 'cache'>, fields = inRecords): Promise<string[]> {
  // What was left behind is there when the next query begins.
  await ask('SELECT 1')
  const files = readdirSync(cache, { recursive: true }).map(String)
  const folder = join(cache, files.find((file) => /v-[0-9a-f]{16}$/.test(file)) ?? '')
  return (await ask(`SELECT ${fields} FROM '${folder}'`)).rows
}

test('two processes that leave records at the same time leave whole ones', { timeout: 60_000 }, () =>
  withFixture({ v: counting(), w: counting() }, async (fixture) => {
    const { path, cache, ask } = fixture
    const script = fileURLToPath(new URL('./scan-often.js', import.meta.url))
    const codes = await Promise.all(
      [0, 1, 2].map(
        () =>
          new Promise((resolve) => {
            spawn(process.execPath, [script, path, cache], { stdio: 'inherit' }).on('exit', resolve)
          }),
      ),
    )
    assert.deepEqual(codes, [0, 0, 0])
    await ask('SELECT sum(v), sum(w) FROM $t')
    assert.equal(await known(fixture, 'v'), '4 0')
    assert.equal(await known(fixture, 'w'), '4 0')
    assert.deepEqual(await ask('SELECT max(v), max(w) FROM $t'), {
      rows: [`${rows - 1} ${rows - 1}`],
      read: 0,
      answered: 8,
    })
    rmSync(join(cache, 'statistics'), { recursive: true })
    assert.equal((await ask('SELECT max(v) FROM $t')).read, 4)
  }),
)
