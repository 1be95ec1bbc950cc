/** What ANALYZE keeps beside sums: ends of texts, which values a chunk has where they are few, and how its cells lie. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { ArraySpec } from '../source/stores.js'
import { withFixture } from './fixture.js'
import { anyTexts, fixedTexts } from './texts.js'

/** Four chunks of four texts. */
const names = [
  ['apple', 'avocado', 'apple', 'banana'],
  ['cherry', 'cherry', 'cherry', 'cherry'],
  ['date', null, 'fig', 'elder'],
  [null, null, null, null],
] as const

const kinds: Readonly<Record<string, ArraySpec>> = {
  'of one size': fixedTexts(names, 8),
  'of any size': anyTexts(names),
}

/** Which rows, and how many chunks are read: of `n` there are none. */
const filters: readonly (readonly [where: string, rows: string, read: number])[] = [
  ["v = 'cherry'", '4 5 6 7', 0],
  ["v = 'banana'", '3', 1],
  ["v = 'apricot'", '', 0],
  ["v = 'zebra'", '', 0],
  ["v > 'ch'", '4 5 6 7 8 10 11', 1],
  ["v > 'd' AND v < 'e'", '8', 1],
  ["v <> 'cherry'", '0 1 2 3 8 10 11', 1],
  ["v IN ('cherry', 'fig')", '4 5 6 7 10', 1],
  ["v NOT IN ('apple', 'avocado', 'banana')", '4 5 6 7 8 10 11', 1],
  ["v LIKE 'a%'", '0 1 2', 1],
  ["v LIKE '%rr%'", '4 5 6 7', 0],
  ["upper(v) = 'FIG'", '10', 1],
  ['length(v) = 6', '3 4 5 6 7', 1],
  ['v IS NULL', '9 12 13 14 15', 1],
  ['v IS NOT NULL', '0 1 2 3 4 5 6 7 8 10 11', 1],
  ["coalesce(v, 'none') = 'none'", '9 12 13 14 15', 1],
]

for (const [kind, spec] of Object.entries(kinds)) {
  for (const engine of ['auto', 'interpreter']) {
    test(`chunks are left out by their texts ${kind}, ${engine}`, () =>
      withFixture({ v: spec }, async ({ ask }) => {
        await ask(`SET engine = '${engine}'`)
        const sqlOf = (where: string) => `SELECT n FROM $t WHERE ${where} ORDER BY n`
        for (const [where, rows] of filters) assert.equal((await ask(sqlOf(where))).rows.join(' '), rows, where)
        assert.deepEqual((await ask('ANALYZE $t')).rows, ['v 4 4'])
        for (const [where, rows, read] of filters) {
          const found = await ask(sqlOf(where))
          assert.equal(found.rows.join(' '), rows, where)
          assert.equal(found.read, read, where)
        }
      }))
  }
}

const ends: readonly (readonly [sql: string, row: string, read: number, answered: number])[] = [
  ['SELECT min(v), max(v), count(v), count(*) FROM $t', 'apple fig 11 16', 0, 4],
  ["SELECT min(v), max(v) FROM $t WHERE v > 'ch'", 'cherry fig', 1, 1],
  ["SELECT count(*), count(v), max(v) FROM $t WHERE v <= 'cherry'", '8 8 cherry', 0, 2],
  ["SELECT count(*) FROM $t WHERE v = 'cherry'", '4', 0, 1],
  ['SELECT min(v), max(n), sum(n) FROM $t', 'apple 15 120', 4, 0],
  ["SELECT max(v) FILTER (WHERE v < 'c') FROM $t", 'banana', 4, 0],
  ['SELECT min(v), count(DISTINCT v) FROM $t', 'apple 7', 4, 0],
  ['SELECT min(v), max(v) FROM $t WHERE n < 6', 'apple cherry', 1, 1],
  ['SELECT min(v) FROM $t WHERE n >= 12', '', 0, 1],
]

for (const [kind, spec] of Object.entries(kinds)) {
  test(`ends and counts of texts ${kind} are answered`, () =>
    withFixture({ v: spec }, async ({ ask }) => {
      for (const [sql, row] of ends) assert.equal((await ask(sql)).rows[0], row, sql)
      await ask('ANALYZE $t')
      for (const [sql, row, read, answered] of ends)
        assert.deepEqual(await ask(sql), { rows: [row], read, answered }, sql)
    }))
}

test('numbers beside texts are answered too', () => {
  const values = { dims: ['n'], shape: [16], zarray: { chunks: [4], dtype: '<f8' } }
  const chunks = [0, 1, 2, 3].map((c) => [String(c), Float64Array.from({ length: 4 }, (_, i) => 4 * c + i)])
  return withFixture(
    { v: kinds['of any size'] as ArraySpec, x: { ...values, chunks: Object.fromEntries(chunks) } },
    async ({ ask }) => {
      await ask('ANALYZE $t')
      const sql = 'SELECT min(v), sum(x), avg(x), max(x), stddev(x), count(x) FROM $t'
      const found = await ask(sql)
      assert.equal(found.read, 0)
      await ask('SET pruning = false')
      assert.deepEqual(found.rows, (await ask(sql)).rows)
    },
  )
})

test('the first texts are in few chunks', () =>
  withFixture({ v: fixedTexts(names.slice(0, 3), 8) }, async ({ ask }) => {
    await ask('ANALYZE $t')
    const first = (order: string) => ask(`SELECT v FROM $t ORDER BY v ${order}`)
    assert.deepEqual(await first('LIMIT 1'), { rows: ['apple'], read: 1, answered: 0 })
    assert.deepEqual(await first('DESC NULLS LAST LIMIT 1'), { rows: ['fig'], read: 1, answered: 0 })
    assert.deepEqual(await first('NULLS FIRST LIMIT 1'), { rows: [''], read: 2, answered: 0 })
    assert.deepEqual(await first('LIMIT 4'), { rows: ['apple', 'apple', 'avocado', 'banana'], read: 3, answered: 0 })
  }))

const long = 'x'.repeat(150)
/** Ends that are longer than what is kept, or do not come back as they were; one chunk each. */
const cut: readonly (readonly string[])[] = [
  [`a${long}1`, `a${long}2`],
  [`b${'ü'.repeat(80)}`, `b${'ü'.repeat(81)}`],
  [`c${'\u{10ffff}'.repeat(40)}`, `c${'\u{10ffff}'.repeat(41)}`],
  ['\u{10ffff}'.repeat(40), '\u{10ffff}'.repeat(41)],
  [`d\0`, `d\0\0`],
  [`e${'\ud7ff'.repeat(90)}`, `e${'\ud7ff'.repeat(91)}`],
  // By code units the first one would come last.
  ['\ufffd', '\u{1f600}'],
  ['', ''],
]

test('ends that are cut are bounds, and none answers', () =>
  withFixture({ v: anyTexts(cut) }, async ({ ask }) => {
    const texts = cut.flat()
    const rowsOf = async (where: string, parameter: string) =>
      (await ask(`SELECT n FROM $t WHERE ${where.replace('?', `'${parameter}'`)} ORDER BY n`)).rows.join(' ')
    const queries = texts.flatMap((text) =>
      [text, text.slice(0, -1)].flatMap((each) =>
        ['v = ?', 'v > ?', 'v <= ?', 'v <> ?'].map((where) => [where, each] as const),
      ),
    )
    const ordered = ['v LIMIT 3', 'v DESC LIMIT 3', 'v LIMIT 9'].map((order) => `SELECT v, n FROM $t ORDER BY ${order}`)
    const sql = [...ordered, 'SELECT min(v), max(v), count(v) FROM $t', 'SELECT max(v) FROM $t WHERE n < 4']
    const expected: unknown[] = []
    for (const [where, text] of queries) expected.push(await rowsOf(where, text))
    for (const each of sql) expected.push((await ask(each)).rows)
    assert.deepEqual((await ask('ANALYZE $t')).rows, ['v 8 8'])
    const found: unknown[] = []
    for (const [where, text] of queries) found.push(await rowsOf(where, text))
    for (const each of sql) found.push((await ask(each)).rows)
    assert.deepEqual(found, expected)
    // They prune all the same.
    assert.equal((await ask(`SELECT n FROM $t WHERE v = 'a${long}1'`)).read, 1)
    assert.equal((await ask(`SELECT n FROM $t WHERE v > 'cd' AND v < 'd'`)).read, 1)
    assert.equal((await ask('SELECT max(v) FROM $t WHERE n < 2')).read, 1)
  }))

test('what cannot be read as text is not known, and no trouble for what is beside', () => {
  const damaged = fixedTexts([names[0], names[1]], 8)
  const cells = damaged.chunks?.[1] as Uint32Array
  cells[0] = 0xd800
  return withFixture({ v: damaged }, async ({ ask }) => {
    assert.deepEqual((await ask('ANALYZE $t')).rows, ['v 2 1'])
    assert.deepEqual(await ask("SELECT n FROM $t WHERE v = 'apple' AND n < 4"), {
      rows: ['0', '2'],
      read: 1,
      answered: 0,
    })
    await assert.rejects(ask("SELECT n FROM $t WHERE v = 'apple'"), { code: 'unsupported' })
  })
})
