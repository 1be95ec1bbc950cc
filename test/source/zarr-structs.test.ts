/** Fields of structured arrays against numpy (test/fixtures/zarr/make-structs.py): bit for bit, by source and by query. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, type Database } from '../../src/index.js'
import type { Value } from '../../src/model/type.js'
import { openLocation } from '../../src/source/registry.js'
import { readAll, tableOf } from './read-all.js'

const fixtures = fileURLToPath(new URL('../../../test/fixtures/zarr/', import.meta.url))

type Expected = Record<string, Record<string, readonly unknown[]>>

for (const name of ['structs-v2', 'structs-v3']) {
  const expected: Expected = JSON.parse(readFileSync(`${fixtures}expected/${name}.json`, 'utf8'))

  test(`${name}: every field of every array has the values that numpy has`, async () => {
    const source = await openLocation(`${fixtures}${name}.zarr`)
    for (const [path, fields] of Object.entries(expected)) {
      const table = tableOf(source, path)
      const own = table.columns.filter(({ role }) => role === 'variable').map((column) => column.name)
      assert.deepEqual(own, Object.keys(fields), `${path}: its fields in their order`)
      for (const column of table.columns) {
        const values = fields[column.name]
        if (!values) continue
        assert.equal(column.refused, undefined)
        assert.deepEqual((await readAll(source, path, column.name)).map(plain), values, `${path}, ${column.name}`)
      }
    }
  })
}

/** 64-bit integers as text, infinities by name, as the script writes them. */
function plain(value: Value): Value {
  if (value instanceof Array) return value.flatMap((item) => plain(item) as Value)
  if (typeof value === 'bigint') return String(value)
  return value === Infinity || value === -Infinity ? String(value) : value
}

/** What numpy would answer, from the values that it wrote. */
const v2: Expected = JSON.parse(readFileSync(`${fixtures}expected/structs-v2.json`, 'utf8'))
const sum = (values: readonly unknown[]) => (values as number[]).reduce((total, value) => total + Number(value), 0)

async function opened(): Promise<Database> {
  return connect({ attach: { s: `${fixtures}structs-v2.zarr` } })
}

test('the fields of one array share its chunks: each is read and decoded once', async () => {
  const db = await opened()
  for (const engine of ['auto', 'interpreter']) {
    await db.query(`SET engine = '${engine}'`)
    const all = 'SELECT sum(length) AS l, max(area) AS a, min(type) AS t, count(*) AS n FROM s.peaks WHERE dt > 0'
    const { chunks, work } = await db.explain(all, { analyze: true })
    assert.deepEqual(chunks, { total: 4, pruned: 0, prunedByStatistics: 0, answered: 0, read: 4 }, engine)
    // Of 19 bytes two belong to a field that nobody asks for.
    assert.equal(work?.bytesDecoded, 4 * 256 * 17, engine)
    const rows = await db.explain('SELECT * FROM s.peaks', { analyze: true })
    assert.deepEqual(rows.chunks, { total: 4, pruned: 0, prunedByStatistics: 0, answered: 0, read: 4 }, engine)
  }
  await db.close()
})

test('fields in every type, byte order and memory order are summed as numpy sums them, compiled and interpreted', async () => {
  const db = await opened()
  for (const engine of ['auto', 'interpreter']) {
    await db.query(`SET engine = '${engine}'`)
    for (const table of ['kinds', 'nested', 'grid_C', 'grid_F', 'aligned', 'absent']) {
      for (const [name, values] of Object.entries(v2[table] ?? {})) {
        if (typeof values[1] === 'boolean') continue
        const [row] = await db.query(`SELECT sum("${name}"::DOUBLE) AS total, count("${name}") AS n FROM s.${table}`)
        const present = values.filter((value) => value !== null)
        const expected = sum(present)
        const where = `${engine}: ${table}.${name}`
        assert.equal(Number(row.n), present.length, where)
        assert.ok(Math.abs(row.total - expected) <= 1e-9 * Math.abs(expected), `${where}: ${row.total}, ${expected}`)
      }
    }
  }
  await db.close()
})

test('nested fields are named by their path, with and without quotes and table', async () => {
  const db = await opened()
  const [row] = await db.query(
    `SELECT count(pos.x) AS a, count("pos.x") AS b, count(nested.pos.x) AS c, count(s.nested."pos.x") AS d, max(pos.deep.n) AS e
     FROM s.nested`,
  )
  const counted = (v2.nested?.['pos.x'] ?? []).filter((value) => value !== null).length
  assert.deepEqual([row.a, row.b, row.c, row.d].map(Number), [counted, counted, counted, counted])
  const greatest = (v2.nested?.['pos.deep.n'] ?? [])
    .map((value) => BigInt(value as string))
    .sort((a, b) => (a < b ? 1 : -1))[0]
  assert.equal(row.e, greatest)
  await db.close()
})

test('coordinates of the dimensions stand beside the fields, in filters and keys', async () => {
  const db = await opened()
  const ids = (v2.grid_F?.id ?? []) as number[]
  for (const engine of ['auto', 'interpreter']) {
    await db.query(`SET engine = '${engine}'`)
    const rows = await db.query('SELECT x, sum(id) AS total FROM s.grid_F WHERE y >= 1 AND x > 0 GROUP BY x ORDER BY x')
    const found = [...rows].map((each) => [each.x, Number(each.total)])
    const expected = [1, 2, 3, 4, 5, 6].map((x) => [10 * x, sum([1, 2, 3, 4].map((y) => ids[7 * y + x]))])
    assert.deepEqual(found, expected, engine)
  }
  await db.close()
})
