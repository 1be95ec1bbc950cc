/** Keys that are small whole numbers, grouped by arithmetic: ranges that grow, NULL, other numbers among them; beside a Map. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'

const rows = 60_000

/** Each makes a key of a row. */
const families: Readonly<Record<string, (row: number) => number>> = {
  'a small range': (row) => (row * 7919) % 100,
  'a range that grows': (row) => (row * 31) % (1 + (row >> 3)),
  'a range that grows downwards': (row) => -((row * 31) % (1 + (row >> 3))),
  'few numbers far apart': (row) => ((row * 7) % 11) * 1_000_003,
  'numbers that are not whole, late': (row) => ((row * 17) % 50) + (row > 40_000 && row % 100 === 0 ? 0.5 : 0),
  'NULL, 0 and -0': (row) => [Number.NaN, 0, -0, 3][(row * 13) % 4] as number,
  'NULL after all else': (row) => (row > 30_000 && row % 7 === 0 ? Number.NaN : (row * 5) % 3000),
}

const values = Float64Array.from({ length: rows }, (_, row) => (row * 37) % 1009)

/** Per combination of keys: its count, sum, greatest and median. */
function expected(keys: readonly ArrayLike<number>[]): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (let row = 0; row < rows; row++) {
    const name = keys.map((key) => nameOf(key[row] as number)).join()
    const group = groups.get(name) ?? []
    groups.set(name, group)
    group.push(values[row] as number)
  }
  const middle = (sorted: number[]) =>
    ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2
  return new Map(
    [...groups].map(([name, group]) => {
      const sorted = group.toSorted((a, b) => a - b)
      return [name, [group.length, group.reduce((a, b) => a + b), sorted.at(-1) as number, middle(sorted)]]
    }),
  )
}

const nameOf = (key: number | null) => (key === null || Number.isNaN(key) ? 'NULL' : String(key + 0))

const cases = Object.entries(families).flatMap(([name, first], i, all) => {
  const [other, second] = all[(i + 2) % all.length] as (typeof all)[number]
  return [
    { name, keys: [first] },
    { name: `${name}, with ${other}`, keys: [first, second] },
  ]
})

for (const { name, keys } of cases) {
  test(`groups by ${name}`, async () => {
    const columns = keys.map((key) => Float64Array.from({ length: rows }, (_, row) => key(row)))
    const db = await connect()
    db.register('t', { v: values, ...Object.fromEntries(columns.map((column, k) => [`k${k}`, column])) })
    const names = columns.map((_, k) => `k${k}`).join()
    const select = 'count(*) AS n, sum(v) AS total, max(v) AS most, median(v) AS middle'
    const table = await db.query(`SELECT ${names}, ${select} FROM t GROUP BY ${names}`)
    const found = new Map<string, number[]>()
    for (const row of table) {
      const key = columns.map((_, k) => nameOf(row[`k${k}`] as number | null)).join()
      assert.ok(!found.has(key), `${key} comes twice`)
      found.set(key, [Number(row.n), row.total, row.most, row.middle])
    }
    const groups = expected(columns)
    assert.equal(found.size, groups.size)
    for (const [key, states] of groups) assert.deepEqual(found.get(key), states, key)
    await db.close()
  })
}

test('the same of whole numbers and booleans', async () => {
  const db = await connect()
  const i = Int32Array.from({ length: rows }, (_, row) => ((row * 7919) % 301) - 150)
  const b = BigInt64Array.from({ length: rows }, (_, row) => BigInt((row * 31) % (1 + (row >> 4))))
  db.register('t', { i, b })
  const [sums] = await db.query(`
    SELECT count(*) AS groups, sum(n) AS n, sum(i * n) AS i, sum(b * n) AS b
    FROM (SELECT i, b, i > 0 AS positive, count(*) AS n FROM t GROUP BY ALL)`)
  const pairs = new Set(Array.from(i, (each, row) => `${each} ${b[row]}`))
  assert.equal(Number(sums.groups), pairs.size)
  assert.equal(Number(sums.n), rows)
  assert.equal(
    Number(sums.i),
    i.reduce((a, c) => a + c),
  )
  assert.equal(
    BigInt(sums.b),
    b.reduce((a, c) => a + c),
  )
  await db.close()
})
