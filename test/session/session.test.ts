/** The session as an application uses it: every door of the API, in memory and over a store. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Table, tableFromArrays, tableFromIPC } from 'apache-arrow'
import { ChunkQLError, connect, type Database, defineAggregate } from '../../src/index.js'
import { makeStore, shape, valueAt } from './store.js'

let store: string
let db: Database

before(async () => {
  store = makeStore()
  db = await connect({ threads: 2, attach: { era: store }, settings: { inline_bytes: 0 } })
})
after(() => db.close())

const rowsOf = (table: Table) => table.toArray().map((row) => ({ ...row?.toJSON() }))

test('a mean over chunks is the mean of all cells', async () => {
  let sum = 0
  for (let t = 0; t < shape[0]; t++)
    for (let y = 0; y < shape[1]; y++) for (let x = 0; x < shape[2]; x++) sum += valueAt(t, y, x)
  const [row] = rowsOf(await db.query('SELECT avg(air) AS mean, count(*) AS n FROM era'))
  const cells = shape[0] * shape[1] * shape[2]
  assert.equal(row?.n, BigInt(cells))
  assert.ok(Math.abs(row?.mean - sum / cells) <= 1e-12 * Math.abs(sum / cells), `${row?.mean}`)
})

test('the same bits with 1, 2 and 8 threads, and on the main thread', async () => {
  const sql = 'SELECT lat, sum(air) AS s, stddev(air) AS d FROM era GROUP BY lat ORDER BY lat'
  const answers: string[] = []
  for (const settings of [{ threads: 1 }, { threads: 2 }, { threads: 8 }, { threads: 2, inline_bytes: '1GB' }]) {
    const other = await connect({ attach: { era: store }, settings: { inline_bytes: 0, ...settings } })
    const table = await other.query(sql)
    answers.push(JSON.stringify([...(table.getChild('s') ?? [])].concat([...(table.getChild('d') ?? [])])))
    await other.close()
  }
  assert.equal(new Set(answers).size, 1)
})

test('parameters by name and by position', async () => {
  const named = await db.query('SELECT count(*) AS n FROM era WHERE lat > $lat', { lat: 30 })
  const positional = await db.query('SELECT count(*) AS n FROM era WHERE lat > ?', [30])
  assert.deepEqual(rowsOf(named), rowsOf(positional))
  assert.equal(rowsOf(named)[0]?.n, BigInt(3 * shape[0] * shape[2]))
})

test('a function of a coordinate prunes chunks, and says so', async () => {
  const explained = await db.explain('SELECT avg(air) FROM era WHERE month(time) = 7 AND lat > 0', { analyze: true })
  assert.ok(explained.chunks.pruned > 0 && explained.chunks.read < explained.chunks.total, `${explained}`)
  assert.match(explained.toString(), /chunks: \d+ total, \d+ pruned, \d+ read/)
})

test('count(*) and the range of a coordinate read no chunk', async () => {
  for (const sql of ['SELECT count(*) FROM era', 'SELECT min(lat), max(lat) FROM era']) {
    assert.equal((await db.explain(sql, { analyze: true })).chunks.read, 0, sql)
  }
})

test('LIMIT stops early', async () => {
  const { work, batches } = await db.run('SELECT * FROM era LIMIT 5')
  let rows = 0
  for await (const batch of batches) rows += batch.length
  assert.equal(rows, 5)
  assert.ok(work.read <= 4, `${work.read} chunks read`)
})

test('a table, typed arrays and a grid in memory answer alike', async () => {
  await db.register('arrow', tableFromArrays({ x: Float64Array.of(1, 2, 3) }))
  await db.register('arrays', { x: Float64Array.of(1, 2, 3) })
  await db.register('grid', { dims: ['i'], coords: { i: [10, 20, 30] }, data: { x: Float64Array.of(1, 2, 3) } })
  for (const name of ['arrow', 'arrays', 'grid']) {
    assert.deepEqual(rowsOf(await db.query(`SELECT sum(x) AS s FROM ${name} WHERE x > 1`)), [{ s: 5 }], name)
  }
})

test('stream gives record batches; export writes what other readers read', async () => {
  let streamed = 0
  for await (const batch of db.stream('SELECT time, air FROM era WHERE lat = 5')) streamed += batch.numRows
  assert.equal(streamed, shape[0] * shape[2])
  const file = join(mkdtempSync(join(tmpdir(), 'chunkql-')), 'out.arrow')
  await db.export('SELECT time, air FROM era WHERE lat = 5', file)
  assert.equal(tableFromIPC(readFileSync(file)).numRows, streamed)
})

test('a failed export leaves no file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chunkql-'))
  await assert.rejects(
    db.export("SELECT CAST(lat AS VARCHAR)::INTEGER + CAST('x' || lat AS INTEGER) FROM era", join(folder, 'a.csv')),
  )
  assert.deepEqual(readdirSync(folder), [])
})

test('a cancelled query ends within 200 ms, and the session goes on', async () => {
  const slow = await connect({
    attach: { era: store },
    use: [sleepy],
    settings: { inline_bytes: 0 },
  })
  const controller = new AbortController()
  const query = slow.query('SELECT sleepy(air) FROM era', {}, { signal: controller.signal })
  setTimeout(() => controller.abort(), 50)
  const started = performance.now()
  await assert.rejects(query, (error) => error instanceof ChunkQLError && error.code === 'cancelled')
  assert.ok(performance.now() - started < 50 + 200)
  assert.equal(rowsOf(await slow.query('SELECT 1 AS one'))[0]?.one, 1)
  await slow.close()
})

/** Takes about a millisecond per thousand rows. */
const sleepy = defineAggregate({
  name: 'sleepy',
  args: ['DOUBLE'],
  returns: 'DOUBLE',
  init: () => ({ rows: 0 }),
  update: (state: { rows: number }) => {
    state.rows++
    if (state.rows % 100 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    return state
  },
  merge: (a: { rows: number }, b: { rows: number }) => ({ rows: a.rows + b.rows }),
  finalize: (state: { rows: number }) => state.rows,
})

const packageText = (body: string) => `
const found = (await import(${JSON.stringify(new URL('../../src/function/define.js', import.meta.url).href)}))
export const own = found.defineAggregate({
  name: 'own_sum', args: ['DOUBLE'], returns: 'DOUBLE',
  init: () => ({ sum: 0 }),
  update: (state, x) => { ${body} ; state.sum += x; return state },
  merge: (a, b) => ({ sum: a.sum + b.sum }),
  finalize: (state) => state.sum,
})`

function writePackage(body: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'chunkql-')), 'own.mjs')
  writeFileSync(file, packageText(body))
  return file
}

test('a package is imported in every worker; in memory and out of core it answers alike', async () => {
  const own = await connect({
    use: [writePackage('')],
    attach: { era: store },
    threads: 2,
    settings: { inline_bytes: 0 },
  })
  const [row] = rowsOf(await own.query('SELECT own_sum(air) AS a, sum(air) AS b FROM era'))
  assert.ok(Math.abs(row?.a - row?.b) <= 1e-12 * Math.abs(row?.b))
  await own.register('mem', { x: Float64Array.of(1, 2, 4) })
  assert.equal(rowsOf(await own.query('SELECT own_sum(x) AS s FROM mem'))[0]?.s, 7)
  await own.close()
})

test('a worker that dies is an error, and the session goes on', async () => {
  const own = await connect({
    use: [writePackage('process.exit(3)')],
    attach: { era: store },
    threads: 2,
    settings: { inline_bytes: 0 },
  })
  await assert.rejects(
    own.query('SELECT own_sum(air) FROM era'),
    (error) => error instanceof ChunkQLError && error.code === 'worker',
  )
  assert.equal(rowsOf(await own.query('SELECT count(air) AS n FROM era'))[0]?.n, BigInt(shape[0] * shape[1] * shape[2]))
  await own.close()
})

test('a damaged chunk fails the query with array, chunk and cause', async () => {
  const broken = makeStore()
  writeFileSync(join(broken, 'air', '3.1.0'), 'short')
  const other = await connect({ attach: { era: broken }, threads: 2, settings: { inline_bytes: 0 } })
  await assert.rejects(other.query('SELECT avg(air) FROM era'), (error) => {
    assert.ok(error instanceof ChunkQLError)
    assert.equal(error.code, 'store')
    assert.match(error.render(), /air/)
    assert.match(error.render(), /3\.1\.0/)
    return true
  })
  await other.close()
})

test('what does not fit the memory limit is refused with the figure', async () => {
  const tight = await connect({ threads: 1, settings: { memory_limit: '18MB' } })
  await tight.register('many', { x: Float64Array.from({ length: 3_000_000 }, (_, i) => Math.sin(i)) })
  await assert.rejects(tight.query('SELECT median(x) FROM many'), (error) => {
    assert.ok(error instanceof ChunkQLError)
    assert.equal(error.code, 'memory')
    assert.match(error.message, /take \d+ MB, the limit is 18 MB/)
    return true
  })
  await tight.query("SET memory_limit = '4MB'")
  await assert.rejects(tight.query('SELECT avg(x) FROM many'), /decoded together take 9 MB, a thread may use 2 MB/)
  await tight.close()
})

test('errors show the line, what exists and a suggestion', async () => {
  await assert.rejects(db.query('SELECT avg(airr)\nFROM era'), (error) => {
    assert.ok(error instanceof ChunkQLError)
    const text = error.render()
    assert.match(text, /LINE 1: SELECT avg\(airr\)\n +\^\^\^\^/)
    assert.match(text, /air/)
    return true
  })
})

test('settings are checked', async () => {
  await assert.rejects(db.query("SET memory_limit = 'lots'"), /expected a size/)
  await assert.rejects(db.query('SET thread = 2'), /there is no setting thread/)
  await assert.rejects(connect({ threads: 0 }), /threads cannot be 0/)
})

test('closing while a query runs ends both, quietly', async () => {
  const other = await connect({ attach: { era: store }, threads: 2, settings: { inline_bytes: 0 } })
  const query = other.query('SELECT avg(air), count(*) FROM era WHERE air > 1 GROUP BY floor(air)')
  await Promise.all([assert.rejects(query.then(() => Promise.reject(new Error('done before')))), other.close()])
})

test('LIMIT leaves tasks behind that nobody waits for: other threads then come and go', async () => {
  const other = await connect({ attach: { era: store }, settings: { inline_bytes: 0 } })
  for (let i = 0; i < 6; i++) {
    await other.query(`SET threads = ${1 + (i % 2)}`)
    assert.equal((await other.query('SELECT air FROM era WHERE air > 0 LIMIT 1')).numRows, 1)
  }
  await other.close()
})

test('groups that arithmetic and the hash table find together are those of the interpreter', async () => {
  const rows = 300_000
  const number = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % 40_009)
  const sparse = Float64Array.from(number, (n) => (n % 5 === 0 ? n / 8 : n))
  const value = Float64Array.from({ length: rows }, (_, i) => Math.sin(i) * 10 ** (i % 9))
  const sql = `SELECT number, sparse, sum(value) AS s, count(*) AS n, median(value) AS m, max(number) AS x
    FROM many GROUP BY number, sparse ORDER BY number`
  const answers = []
  for (const engine of ['auto', 'interpreter'] as const) {
    const own = await connect({ threads: 1, settings: { engine } })
    await own.register('many', { number, sparse, value })
    answers.push(rowsOf(await own.query(sql)))
    await own.close()
  }
  const [ours, theirs] = answers
  assert.equal(ours?.length, 40_009)
  ours?.forEach((row, i) => {
    const other = theirs?.[i]
    assert.deepEqual(
      [row.number, row.sparse, row.n, row.m, row.x],
      [other?.number, other?.sparse, other?.n, other?.m, other?.x],
    )
    assert.ok(Math.abs(row.s - other?.s) <= 1e-12 * Math.max(1e9, Math.abs(row.s)))
  })
})
