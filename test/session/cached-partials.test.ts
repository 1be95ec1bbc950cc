/** Partials kept from query to query: the same bits, only what is new is read, and nothing that changed is believed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, type Database, defineAggregate } from '../../src/index.js'
import { answer, type Fault, filesOf, serve } from '../source/http-server.js'
import { arrayV2 } from '../source/stores.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-partials-'))
after(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const fresh = (name: string) => join(root, `${made++}-${name}`)

const width = 1024
/** Rows of a chunk; a chunk is 4 MiB, so that each is a task. */
const rows = 512
const old = new Date('2021-03-04T05:06:07.089Z')

/** Mixed magnitudes, so that the order of addition shows in the last bits. */
const pool = Float64Array.from({ length: 2 * rows * width }, (_, i) => {
  const n = (i * 7919) % 1_000_003
  return n % 97 === 0 ? Number.NaN : (n / 1_000_003) * 10 ** ((n % 13) - 6)
})

function cells(chunk: number, seed = 0): Float64Array {
  const start = (chunk * 7919 + seed * 104_729) % (rows * width)
  return pool.slice(start, start + rows * width)
}

interface Shape {
  readonly chunks?: number
  readonly length?: number
  readonly zarray?: object
  readonly attributes?: object
}

/** `v(time, x)`, and `time` in hours. */
function describe(store: string, { chunks = 3, length = chunks * rows, zarray, attributes }: Shape): void {
  const v = { ...arrayV2({ shape: [length, width] }), chunks: [rows, width], dtype: '<f8', fill_value: 0 }
  write(store, '.zgroup', { zarr_format: 2 })
  write(store, 'v/.zarray', { ...v, ...zarray })
  write(store, 'v/.zattrs', { _ARRAY_DIMENSIONS: ['time', 'x'], ...attributes })
  write(store, 'time/.zarray', arrayV2({ shape: [length] }))
  write(store, 'time/.zattrs', { _ARRAY_DIMENSIONS: ['time'], units: 'hours since 2001-01-15' })
  write(
    store,
    'time/0',
    Int32Array.from({ length }, (_, i) => i),
  )
}

function write(store: string, key: string, content: object, time = old): void {
  const path = join(store, key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, ArrayBuffer.isView(content) ? new Uint8Array(content.buffer) : JSON.stringify(content))
  utimesSync(path, time, time)
}

function makeStore(chunks = 3): string {
  const store = fresh('era.zarr')
  describe(store, { chunks })
  for (let i = 0; i < chunks; i++) write(store, `v/${i}.0`, cells(i))
  return store
}

const isWindows = process.platform === 'win32'
const later = () => new Date(Date.now() - 5000)

/** A session with a cache; `keep` false: without one. */
async function withSession<T>(
  settings: Record<string, unknown>,
  work: (db: Database) => Promise<T>,
  use: NonNullable<Parameters<typeof connect>[0]>['use'] = [],
): Promise<T> {
  const db = await connect({ threads: 2, settings: { inline_bytes: '1GB', ...settings }, use })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

interface Answer {
  readonly rows: string
  readonly read: number
  readonly cached: number
}

async function ask(db: Database, sql: string): Promise<Answer> {
  const result = await db.run(sql)
  const batches: unknown[] = []
  for await (const { columns } of result.batches) batches.push(columns.map(({ values, valid }) => [...values, valid]))
  const text = (_: string, value: unknown) =>
    typeof value === 'bigint' || Number.isNaN(value) || value === Infinity ? String(value) : value
  return { rows: JSON.stringify(batches, text), read: result.work.read, cached: result.work.cached }
}

const mean = (store: string) => `SELECT avg(v) AS mean, count(v) AS n, stddev(v) AS s FROM '${store}'`

/** The answer by the cache in `local_cache`, which must be that without one, bit by bit. */
async function check(sql: string, local_cache: string, settings: Record<string, unknown> = {}): Promise<Answer> {
  const plain = await withSession(settings, (db) => ask(db, sql))
  const cached = await withSession({ cache_partials: '1GB', local_cache, ...settings }, (db) => ask(db, sql))
  assert.equal(plain.cached, 0)
  assert.equal(cached.rows, plain.rows)
  assert.equal(cached.read + cached.cached, plain.read, 'every chunk is read, or its partial is there')
  return cached
}

const queries: Record<string, (store: string) => string> = {
  'without keys': mean,
  'by keys of dimensions': (store) =>
    `SELECT month(time) AS m, x % 7 AS k, sum(v), min(v), count(*) FROM '${store}' GROUP BY ALL ORDER BY ALL`,
  'by keys of cells': (store) =>
    `SELECT month(time) AS m, round(log10(abs(v) + 1e-9)) AS k, sum(v) FROM '${store}' GROUP BY ALL ORDER BY ALL`,
  'with a filter of cells': (store) => `SELECT x, sum(v) FROM '${store}' WHERE v > 0.5 GROUP BY x ORDER BY x`,
  'with a filter of dimensions': (store) => `SELECT sum(v), max(v) FROM '${store}' WHERE hour(time) = 6 AND x < 100`,
  'the first rows of an order': (store) => `SELECT time, x, v FROM '${store}' ORDER BY v DESC, time, x LIMIT 10`,
  'by the interpreter': (store) => `SELECT median(v) FROM '${store}' WHERE x < 3`,
}

const items = 2 ** 18

/** Lists of three numbers in each cell, and one number more. */
function peaks(chunk: number): Float32Array {
  return Float32Array.from({ length: 4 * items }, (_, i) => ((i * 31 + chunk * 17) % 101) - 50)
}

test('parts of lists are kept, and those of a chunk that changed are made anew', async () => {
  const store = fresh('peaks.zarr')
  const dtype = [
    ['data', '<f4', [3]],
    ['x', '<f4'],
  ]
  write(store, '.zarray', { ...arrayV2({ shape: [2 * items] }), chunks: [items], dtype })
  write(store, '.zattrs', { _ARRAY_DIMENSIONS: ['peak'] })
  for (let i = 0; i < 2; i++) write(store, String(i), peaks(i))
  const cache = fresh('cache')
  const sqls = [
    `SELECT i, sum(v) FROM '${store}', unnest(data) WITH ORDINALITY u(v, i) GROUP BY i ORDER BY i`,
    `SELECT sum(data[1]), sum(data[3]) FROM '${store}'`,
    `SELECT sum(data[2]), sum(list_max(data)), sum(list_min(data[2:])) FROM '${store}'`,
  ]
  for (const sql of sqls) assert.equal((await check(sql, cache)).cached, 0)
  for (const sql of sqls) assert.equal((await check(sql, cache)).read, 0)
  write(store, '1', peaks(5), later())
  for (const sql of sqls) assert.deepEqual((await check(sql, cache)).read, 1, sql)
})

for (const [name, sqlOf] of Object.entries(queries)) {
  test(`${name}: a second query reads nothing, one over a store that has grown reads what is new`, async () => {
    const store = makeStore(2)
    const cache = fresh('cache')
    const sql = sqlOf(store)
    assert.equal((await check(sql, cache, { inline_bytes: 0 })).cached, 0)
    assert.equal((await check(sql, cache)).read, 0)
    describe(store, { chunks: 3 })
    write(store, 'v/2.0', cells(2))
    const grown = await check(sql, cache)
    assert.deepEqual([grown.read, grown.cached], [1, 2])
    assert.equal((await check(sql, cache, { inline_bytes: 0 })).read, 0)
  })
}

test('another query, another filter, another range find nothing', async () => {
  const store = makeStore(1)
  const cache = fresh('cache')
  await check(mean(store), cache)
  for (const sql of [
    `SELECT avg(v) AS mean FROM '${store}'`,
    `${mean(store)} WHERE v > 1`,
    `${mean(store)} WHERE v > 2`,
    `${mean(store)} WHERE x < 100`,
    `${mean(store)} WHERE x < 101`,
    `${mean(store)} WHERE hour(time) = 3`,
    `SELECT x % 2 AS k, avg(v) FROM '${store}' GROUP BY k ORDER BY k`,
    `SELECT x % 3 AS k, avg(v) FROM '${store}' GROUP BY k ORDER BY k`,
    `SELECT (x + 1) % 3 AS k, avg(v) FROM '${store}' GROUP BY k ORDER BY k`,
    `SELECT sum(v * x) FROM '${store}'`,
    `SELECT sum(v * sqrt(x)) FROM '${store}'`,
  ]) {
    assert.equal((await check(sql, cache)).cached, 0, sql)
  }
  const count = `SELECT count(v) FROM '${store}'`
  assert.equal((await check(count, cache)).cached, 0)
  assert.equal((await check(count, cache, { nan_is_null: false })).cached, 0)
  assert.equal((await check(count, cache)).cached, 1)
})

test('with and without the valid range partials are others', async () => {
  const store = makeStore(1)
  describe(store, { chunks: 1, attributes: { valid_min: 1 } })
  const cache = fresh('cache')
  const count = `SELECT count(v) FROM '${store}'`
  for (const masked of [false, true]) {
    assert.equal((await check(count, cache, { mask_valid_range: masked })).cached, 0)
    assert.equal((await check(count, cache, { mask_valid_range: masked })).cached, 1)
  }
})

/** What happens to a store of three chunks, and how many of them are read again. */
const changes: Record<
  string,
  { readonly change: (store: string) => void; readonly read: number; readonly of?: number }
> = {
  'a chunk is written anew': { change: (store) => write(store, 'v/1.0', cells(1, 9), later()), read: 1 },
  'a chunk of the same size takes its place, as writers do': {
    change(store) {
      write(store, 'v/1.0.partial', cells(1, 9), later())
      renameSync(join(store, 'v/1.0.partial'), join(store, 'v/1.0'))
    },
    read: 1,
  },
  'a chunk is deleted': { change: (store) => rmSync(join(store, 'v/1.0')), read: 1 },
  'all chunks are touched': {
    change(store) {
      for (const i of [0, 1, 2]) utimesSync(join(store, `v/${i}.0`), later(), later())
    },
    read: 3,
  },
  'the array is cut at the border of a chunk': { change: (store) => describe(store, { chunks: 2 }), read: 0, of: 2 },
  'the array is cut inside a chunk': { change: (store) => describe(store, { length: 2 * rows + 5 }), read: 1 },
  'the array grows by chunks that are missing': { change: (store) => describe(store, { chunks: 5 }), read: 2, of: 5 },
  'attributes that say nothing of values': {
    change: (store) => describe(store, { attributes: { history: 'touched' } }),
    read: 0,
  },
  'another scale_factor': { change: (store) => describe(store, { attributes: { scale_factor: 2 } }), read: 3 },
  'another missing_value': { change: (store) => describe(store, { attributes: { missing_value: 1 } }), read: 3 },
  'another dtype of the same size': { change: (store) => describe(store, { zarray: { dtype: '>f8' } }), read: 3 },
  'another fill value': { change: (store) => describe(store, { zarray: { fill_value: 1 } }), read: 3 },
  'another order of axes': { change: (store) => describe(store, { zarray: { order: 'F' } }), read: 3 },
}

for (const [name, { change, read, of = 3 }] of Object.entries(changes)) {
  test(`invalidation: ${name}`, async () => {
    const store = makeStore()
    const cache = fresh('cache')
    const sql = `SELECT sum(v), count(v), count(*) FROM '${store}'`
    await check(sql, cache)
    change(store)
    const after = await check(sql, cache)
    assert.deepEqual([after.read, after.cached], [read, of - read])
    assert.equal((await check(sql, cache)).read, 0)
  })
}

test('invalidation: a chunk that was missing appears', async () => {
  const store = makeStore(2)
  describe(store, { chunks: 3 })
  const cache = fresh('cache')
  await check(mean(store), cache)
  assert.equal((await check(mean(store), cache)).read, 0)
  write(store, 'v/2.0', cells(2))
  assert.equal((await check(mean(store), cache)).read, 1)
})

test('a chunk that was written within the last two seconds is not believed, and not kept', async () => {
  const store = makeStore()
  const cache = fresh('cache')
  write(store, 'v/1.0', cells(1, 5), new Date())
  assert.equal((await check(mean(store), cache)).read, 3)
  write(store, 'v/1.0', cells(1, 6), new Date())
  assert.equal((await check(mean(store), cache)).read, 1)
})

test('a rewrite of the same size whose time is put back is not seen: documented', async () => {
  const store = makeStore(1)
  const cache = fresh('cache')
  const first = await check(mean(store), cache)
  write(store, 'v/0.0', cells(0, 3), old)
  const again = await withSession({ cache_partials: '1GB', local_cache: cache }, (db) => ask(db, mean(store)))
  assert.equal(again.rows, first.rows)
})

test('of several stores as one, those that were there are known when one is added', async () => {
  const stores = [makeStore(1), makeStore(1)]
  const cache = fresh('cache')
  const sum = async () => {
    const location = JSON.stringify(stores)
    const sql = `SELECT sum(v), count(*) FROM s`
    const run = (settings: Record<string, unknown>) =>
      withSession(settings, async (db) => {
        await db.attach('s', JSON.parse(location))
        return ask(db, sql)
      })
    const [plain, cached] = [await run({}), await run({ cache_partials: 1e9, local_cache: cache })]
    assert.equal(cached.rows, plain.rows)
    return cached
  }
  assert.equal((await sum()).read, 2)
  stores.push(makeStore(1))
  assert.equal((await sum()).read, 1)
  write(stores[0] as string, 'v/0.0', cells(7), later())
  assert.equal((await sum()).read, 1)
})

test('functions given as closures may be of more than their text: what they made is not kept', async () => {
  const store = makeStore(1)
  const last = defineAggregate({
    name: 'my_sum',
    args: ['DOUBLE'],
    returns: 'DOUBLE',
    init: () => 0,
    update: (state: number, value: number) => state + value,
    merge: (a: number, b: number) => a + b,
    finalize: (state: number) => state,
  } as never)
  const settings = { cache_partials: '1GB', local_cache: fresh('cache') }
  await withSession(
    settings,
    async (db) => {
      await ask(db, `SELECT my_sum(v) FROM '${store}' WHERE x < 3`)
      assert.equal((await ask(db, `SELECT my_sum(v) FROM '${store}' WHERE x < 3`)).cached, 0)
      await ask(db, mean(store))
      assert.equal((await ask(db, mean(store))).cached, 1)
    },
    [last],
  )
})

/** A package in a folder where `chunkql` is found. */
function writePackage(folder: string, text: string): string {
  const index = new URL('../../src/index.js', import.meta.url).href
  write(folder, 'node_modules/chunkql/package.json', { name: 'chunkql', type: 'module', exports: './index.js' })
  writeFileSync(join(folder, 'node_modules/chunkql/index.js'), `export * from ${JSON.stringify(index)}`)
  const file = join(folder, 'own.mjs')
  writeFileSync(file, text)
  return file
}

const ownSum = (body: string, head = '') => `
import { defineAggregate, defineFunction } from 'chunkql'
${head}
export const sum = defineAggregate({
  name: 'own_sum', args: ['DOUBLE'], returns: 'DOUBLE',
  init: () => ({ sum: 0 }),
  update: (state, x) => { state.sum += ${body}; return state },
  merge: (a, b) => ({ sum: a.sum + b.sum }),
  finalize: (state) => state.sum,
})
export const twice = defineFunction({ name: 'twice', args: ['DOUBLE'], returns: 'DOUBLE', evaluate: (x) => 2 * x })
`

test('functions of a package that is one text are kept by that text; of others not', { skip: isWindows }, async () => {
  const store = makeStore(2)
  const cache = fresh('cache')
  const sqls = [
    `SELECT own_sum(v) FROM '${store}' WHERE x < 3`,
    `SELECT sum(v) FROM '${store}' WHERE twice(v) > 1`,
    `SELECT twice(x % 3) AS k, sum(v) FROM '${store}' GROUP BY k ORDER BY k`,
  ]
  const run = async (text: string, asked = sqls) => {
    const settings = { cache_partials: '1GB', local_cache: cache, inline_bytes: 0, threads: 1 }
    const own = writePackage(fresh('package'), text)
    return withSession(
      settings,
      async (db) => {
        const answers: Answer[] = []
        for (const sql of asked) answers.push(await ask(db, sql))
        return answers
      },
      [own],
    )
  }
  const cached = (answers: readonly Answer[]) => answers.map((each) => each.cached)
  const first = await run(ownSum('x'))
  assert.deepEqual(cached(first), [0, 0, 0])
  const again = await run(ownSum('x'))
  assert.deepEqual(cached(again), [2, 2, 2])
  assert.deepEqual(
    again.map(({ rows: each }) => each),
    first.map(({ rows: each }) => each),
  )
  const other = await run(ownSum('x + 1'))
  assert.deepEqual(cached(other).slice(0, 2), [0, 0])
  assert.notEqual(other[0]?.rows, first[0]?.rows)
  // Whoever may be of more than its text: another module, the clock, the environment.
  for (const head of [
    "import { sep } from 'node:path'",
    'const now = Date.now()',
    'const shift = Number(process.env.SHIFT)',
    "export * from 'node:path'",
  ]) {
    const [sql = ''] = sqls
    assert.deepEqual(cached(await run(ownSum('x', head), [sql, sql])), [0, 0], head)
  }
})

const filesIn = (cache: string) => readdirSync(join(cache, 'partials')).map((name) => join(cache, 'partials', name))

/** Where the batches of a pack begin: each task adds one. */
function batchesOf(cache: string): { readonly path: string; readonly bytes: Buffer; readonly starts: number[] } {
  const [path] = filesIn(cache) as [string]
  const bytes = readFileSync(path)
  const starts: number[] = []
  const magic = bytes.subarray(0, 16)
  // Of a file that somebody has just begun there may be less.
  for (let at = magic.length < 16 ? -1 : 0; at >= 0; at = bytes.indexOf(magic, at + 1)) starts.push(at)
  return { path, bytes, starts }
}

test('files that were damaged, cut off or exchanged are not believed', async () => {
  const store = makeStore()
  const cache = fresh('cache')
  await check(mean(store), cache)
  const { path, bytes, starts } = batchesOf(cache)
  assert.equal(starts.length, 3)
  const damaged = Buffer.from(bytes)
  damaged[(starts[1] as number) - 3] = (damaged[(starts[1] as number) - 3] as number) ^ 1
  for (const [content, read] of [
    [damaged, 1],
    [bytes.subarray(0, bytes.length - 1), 1],
    [bytes.subarray(0, (starts[1] as number) + 5), 2],
    [Buffer.concat([bytes.subarray(0, starts[2]), bytes.subarray(0, 50), bytes.subarray(starts[2])]), 0],
    [Buffer.alloc(0), 3],
    [Buffer.from('something else'), 3],
  ] as const) {
    writeFileSync(path, content)
    assert.equal((await check(mean(store), cache)).read, read)
    assert.equal((await check(mean(store), cache)).read, 0)
  }
})

test('the cache stays within its size; a size of 0 keeps nothing', async () => {
  const store = makeStore(1)
  const cache = fresh('cache')
  const settings = { local_cache: cache, cache_partials: '64KiB' }
  await withSession(settings, async (db) => {
    for (let i = 0; i < 40; i++) await ask(db, `SELECT sum(v + ${i}) FROM '${store}' WHERE x = 1`)
    const blocks = filesIn(cache).reduce((sum, file) => sum + Math.ceil(statSync(file).size / 4096) * 4096, 0)
    assert.ok(blocks <= 65_536 + 4096, `${blocks}`)
    assert.equal((await ask(db, `SELECT sum(v + 39) FROM '${store}' WHERE x = 1`)).cached, 1)
    assert.equal((await ask(db, `SELECT sum(v + 0) FROM '${store}' WHERE x = 1`)).cached, 0)
  })
  const none = fresh('cache')
  await withSession({ local_cache: none }, (db) => ask(db, mean(store)))
  assert.ok(!existsSync(none))
})

test('results as large as the data are not kept', async () => {
  const store = makeStore(1)
  const cache = fresh('cache')
  await check(`SELECT v, count(*) FROM '${store}' GROUP BY v ORDER BY v LIMIT 3`, cache)
  await check(`SELECT time, x, v FROM '${store}' WHERE x < 100 ORDER BY v LIMIT 100000`, cache)
  await check(`SELECT v FROM '${store}' WHERE v > 1 LIMIT 10`, cache)
  const sizes = existsSync(join(cache, 'partials')) ? filesIn(cache).map((file) => statSync(file).size) : []
  assert.ok(
    sizes.every((size) => size <= 2_200_000),
    sizes.join(),
  )
})

test('a directory that cannot be written does not fail a query', async () => {
  const store = makeStore(1)
  const file = fresh('file')
  writeFileSync(file, 'no directory')
  assert.equal((await check(mean(store), join(file, 'cache'))).read, 1)
  const readOnly = fresh('cache')
  mkdirSync(join(readOnly, 'partials'), { recursive: true })
  chmodSync(join(readOnly, 'partials'), 0o500)
  await check(mean(store), readOnly)
  chmodSync(join(readOnly, 'partials'), 0o700)
})

test('several sessions at once find what the others keep, and the same answer', async () => {
  const store = makeStore()
  const cache = fresh('cache')
  const settings = { cache_partials: '1GB', local_cache: cache }
  const answers = await Promise.all([1, 2, 3].map(() => withSession(settings, (db) => ask(db, mean(store)))))
  assert.equal(new Set(answers.map(({ rows: each }) => each)).size, 1)
  assert.equal((await check(mean(store), cache)).read, 0)
  assert.ok(filesIn(cache).every((file) => file.endsWith('.pack')))
})

/** Another process; `limit`: what its shell does first. */
function askOnce(sql: string, cache: string, limit = 'true') {
  const script = fileURLToPath(new URL('./ask-once.js', import.meta.url))
  const command = `${limit}; exec "$0" "$@"`
  const child = spawn('sh', ['-c', command, process.execPath, script, sql, cache], { stdio: 'ignore' })
  return { child, ended: new Promise<number | null>((resolve) => child.on('exit', resolve)) }
}

test('several processes at once find what the others keep', { skip: isWindows }, async () => {
  const store = makeStore()
  const cache = fresh('cache')
  const ended = await Promise.all([1, 2, 3].map(() => askOnce(mean(store), cache).ended))
  assert.deepEqual(ended, [0, 0, 0])
  assert.equal(filesIn(cache).length, 1)
  assert.equal((await check(mean(store), cache)).read, 0)
})

test('a full disk does not fail a query, and leaves nothing behind', { skip: isWindows }, async () => {
  const store = makeStore(1)
  const cache = fresh('cache')
  assert.equal(await askOnce(mean(store), cache, 'ulimit -f 0').ended, 0)
  assert.deepEqual(filesIn(cache), [])
})

test('a query that was killed goes on where it was', { skip: isWindows }, async () => {
  const store = makeStore(6)
  const cache = fresh('cache')
  const { child, ended } = askOnce(mean(store), cache)
  const kept = () =>
    existsSync(join(cache, 'partials')) && filesIn(cache).length > 0 ? batchesOf(cache).starts.length : 0
  while (kept() < 3 && child.exitCode === null) await new Promise((resume) => setTimeout(resume, 2))
  child.kill('SIGKILL')
  await ended
  const left = kept()
  assert.ok(left >= 3)
  // What was being written when the next one was seen is no partial, and is in nobody's way.
  const { path, bytes, starts } = batchesOf(cache)
  writeFileSync(path, bytes.subarray(0, (starts.at(-1) as number) + 40))
  const { read, cached } = await check(mean(store), cache)
  assert.deepEqual([read, cached], [6 - (left - 1), left - 1])
})

/** The store behind a server that tells versions apart as `headersOf` says. */
async function checkServed(store: string, headersOf: (body: Uint8Array) => Record<string, string>, change: () => void) {
  const fault: Fault = ({ method, key }, response, body) => {
    if (!key.startsWith('s.zarr/v/') || !body) return false
    response.writeHead(200, { 'content-length': body.length, ...headersOf(body) })
    response.end(method === 'HEAD' ? undefined : body)
    return true
  }
  const find = filesOf(store)
  const server = await serve((key) => find(key.replace(/^s\.zarr\//, '')), fault)
  const cache = fresh('cache')
  const sql = `SELECT sum(v), count(*) FROM '${server.url}/s.zarr/v'`
  try {
    const first = await check(sql, cache)
    const again = await check(sql, cache)
    change()
    const changed = await check(sql, cache)
    return [first, again, changed].map(({ read }) => read)
  } finally {
    await server.close()
  }
}

test('over HTTP an ETag tells what changed; where a server tells nothing, nothing is kept', async () => {
  const store = makeStore(2)
  const etag = (body: Uint8Array) => ({ etag: `"${createHash('md5').update(body).digest('hex')}"` })
  const change = () => write(store, 'v/1.0', cells(1, 4), later())
  assert.deepEqual(await checkServed(store, etag, change), [2, 0, 1])
  assert.deepEqual(
    await checkServed(
      store,
      () => ({}),
      () => {},
    ),
    [2, 2, 2],
  )
})

test('between partials that are there, tasks still run one after another', async () => {
  const store = makeStore(6)
  const find = filesOf(store)
  // The first chunk takes longest.
  const slow: Fault = ({ method, key }, response, body) => {
    if (method === 'HEAD' || !/v\/[024]\.0$/.test(key) || !body) return false
    const ms = key.endsWith('/0.0') ? 400 : 50
    setTimeout(() => response.writeHead(200, { 'content-length': body.length, etag: tagOf(body) }).end(body), ms)
    return true
  }
  const tagOf = (body: Uint8Array) => `"${createHash('md5').update(body).digest('hex')}"`
  const server = await serve(
    (key) => find(key.replace(/^s\.zarr\//, '')),
    (asked, response, body, times) => slow(asked, response, body, times) || tagged(asked, response, body, tagOf),
  )
  try {
    const cache = fresh('cache')
    const sql = `SELECT x % 5 AS k, sum(v), count(*), min(v) FROM '${server.url}/s.zarr/v' GROUP BY k ORDER BY k`
    await check(sql, cache)
    for (const i of [0, 2, 4]) write(store, `v/${i}.0`, cells(i, 5), later())
    const { read, cached } = await check(sql, cache)
    assert.deepEqual([read, cached], [3, 3])
  } finally {
    await server.close()
  }
})

function tagged(
  asked: Parameters<Fault>[0],
  response: Parameters<Fault>[1],
  body: Uint8Array | undefined,
  tagOf: (body: Uint8Array) => string,
): boolean {
  answer(asked, response, body, body && tagOf(body))
  return true
}

test('beside statistics: what these answer or rule out is no part of a partial that others find', async () => {
  const store = makeStore(4)
  const settings = { cache_partials: '1GB', local_cache: fresh('cache') }
  const queries = [
    `SELECT count(v), min(v), max(v) FROM '${store}'`,
    `SELECT count(v), min(v), max(v) FROM '${store}' WHERE x < 1000`,
    `SELECT count(v), min(v), max(v) FROM '${store}' WHERE v > -1`,
    `SELECT time < TIMESTAMP '2001-02-10' AS early, count(v), max(v) FROM '${store}' WHERE v < 1e6 GROUP BY ALL ORDER BY ALL`,
    `SELECT round(v / 1e5) AS k, count(*) FROM '${store}' WHERE v > 10 GROUP BY ALL ORDER BY ALL`,
  ]
  const all = async () => {
    for (const sql of queries) {
      const plain = await withSession({ pruning: false }, (db) => ask(db, sql))
      for (const pruning of [true, false, true]) {
        const answer = await withSession({ ...settings, pruning }, (db) => ask(db, sql))
        assert.equal(answer.rows, plain.rows, sql)
      }
    }
  }
  await all()
  await withSession(settings, (db) => ask(db, `ANALYZE '${store}'`))
  await all()
  write(store, 'v/1.0', cells(1, 3), later())
  rmSync(join(store, 'v/2.0'))
  await all()
})

test('EXPLAIN ANALYZE tells how many chunks were answered', async () => {
  const store = makeStore(2)
  await withSession({ cache_partials: '1GB', local_cache: fresh('cache') }, async (db) => {
    await db.explain(mean(store), { analyze: true })
    const explained = await db.explain(mean(store), { analyze: true })
    assert.match(explained.toString(), /chunks: 2 total, 0 pruned, 0 read, 2 answered by cached partials/)
  })
})
