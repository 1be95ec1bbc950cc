/** Filters of which statistics decide some conjuncts for all cells of a chunk: only the others are read and tested there. */
import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { filterParts, includesParts, savingSets, withoutParts } from '../../src/model/filter-parts.js'
import { BOOLEAN } from '../../src/model/type.js'
import type { ArraySpec } from '../source/stores.js'
import { withFixture } from './fixture.js'

const [chunks, cells] = [4, 10]

function column(value: (row: number) => number): ArraySpec {
  const files = Array.from({ length: chunks }, (_, c) => [
    String(c),
    Int32Array.from({ length: cells }, (_, i) => value(c * cells + i)),
  ])
  const zarray = { chunks: [cells], dtype: '<i4', fill_value: null }
  return { dims: ['n'], shape: [chunks * cells], zarray, chunks: Object.fromEntries(files) }
}

/** `a` tells chunks apart, `b` and `c` do not. */
const arrays = {
  a: column((row) => row),
  b: column((row) => (row * 3) % 10),
  c: column((row) => (row * 7) % 40),
}

const queries: Readonly<Record<string, readonly [sql: string, read: number]>> = {
  // Of the first chunk no cell passes, of the second some do, of the others all pass what is asked of a.
  'an aggregate': ['SELECT sum(c), count(*) FROM $t WHERE a >= 15 AND b < 5', 3 + 2 * 2],
  'groups by cells': ['SELECT b, sum(c) FROM $t WHERE a >= 15 AND b < 5 GROUP BY b ORDER BY b', 3 + 2 * 2],
  'groups by a dimension': ['SELECT n // 20 AS h, max(c) FROM $t WHERE a >= 15 AND b < 5 GROUP BY h ORDER BY h', 7],
  rows: ['SELECT c FROM $t WHERE a >= 15 AND b < 5', 3 + 2 * 2],
  'rows in an order': ['SELECT c FROM $t WHERE a >= 15 AND b < 5 ORDER BY c LIMIT 3', 3 + 2 * 2],
  'a column that is read anyway': ['SELECT sum(a) FROM $t WHERE a >= 15 AND b < 5', 3 * 2],
  'two conjuncts of a column': ['SELECT sum(c) FROM $t WHERE a >= 15 AND b < 5 AND a < 35', 3 + 2 + 3],
  'a conjunct of two columns': ['SELECT sum(c) FROM $t WHERE a >= 15 AND b < 5 AND a + b < 1000', 3 + 3 * 2 - 2],
  'all conjuncts': ['SELECT sum(c * 2) FROM $t WHERE a >= 20 AND b < 10', 2],
  'some cells of a dimension': ['SELECT sum(c) FROM $t WHERE n >= 25 AND a >= 15 AND b < 5', 2 * 2],
}

for (const [what, [sql, read]] of Object.entries(queries)) {
  for (const settings of [{}, { engine: 'interpreter' }, { threads: 2, inline_bytes: 0 }]) {
    test(`${what}, ${JSON.stringify(settings)}`, () =>
      withFixture(
        arrays,
        async ({ ask }) => {
          await ask('SET pruning = false')
          const { rows } = await ask(sql)
          await ask('SET pruning = true')
          await ask('ANALYZE $t')
          const found = await ask(sql)
          assert.deepEqual(found.rows, rows)
          assert.equal(found.read, read)
          const { rows: plan } = await ask(`EXPLAIN ANALYZE ${sql}`)
          assert.match(plan.join('\n'), new RegExp(`${read} read`))
        },
        settings,
      ))
  }
}

test('what was decided of a chunk that has changed is not believed', () =>
  withFixture(arrays, async ({ ask, path }) => {
    await ask('ANALYZE $t')
    const file = join(path, 'a/3')
    writeFileSync(file, new Int32Array(cells))
    utimesSync(file, 2e9 / 2 + 5, 2e9 / 2 + 5)
    const { rows, read } = await ask('SELECT count(*) FROM $t WHERE a >= 15 AND b < 5')
    assert.deepEqual([rows, read], [['7'], 2 + 1 + 2])
  }))

test('partials that are kept are told apart by what was tested', () =>
  withFixture(
    arrays,
    async ({ ask }) => {
      const sql = 'SELECT sum(c), count(*) FROM $t WHERE a >= 15 AND b < 5'
      const { rows } = await ask(sql)
      await ask('ANALYZE $t')
      assert.deepEqual((await ask(sql)).rows, rows)
      assert.deepEqual((await ask(sql)).rows, rows)
    },
    { cache_partials: 1e8 },
  ))

const conjunct = (...columns: number[]) => ({
  kind: 'call' as const,
  function: 'or',
  args: columns.map((id) => ({ kind: 'column' as const, column: id, name: '', type: BOOLEAN, nullable: false })),
  type: BOOLEAN,
})

test('of more conjuncts than a byte has bits the last ones are one part', () => {
  const all = Array.from({ length: 11 }, (_, id) => conjunct(id, 100))
  const predicate = { kind: 'call' as const, function: 'and', args: all, type: BOOLEAN }
  const parts = filterParts(predicate)
  assert.equal(parts.length, 8)
  assert.deepEqual(parts.slice(0, 7), all.slice(0, 7))
  assert.deepEqual(filterParts(parts[7]), all.slice(7))
  assert.deepEqual(withoutParts(predicate, 0b01111111), parts[7])
  assert.equal(withoutParts(predicate, 255), undefined)
})

test('property: a set of parts counts where leaving it out leaves out a column', () => {
  const ids = fc.array(fc.nat(4), { minLength: 1, maxLength: 2 })
  fc.assert(
    fc.property(fc.array(ids, { minLength: 2, maxLength: 5 }), fc.uniqueArray(fc.nat(4)), (columns, read) => {
      const args = columns.map((each) => conjunct(...each))
      const predicate = { kind: 'call' as const, function: 'and', args, type: BOOLEAN }
      const sets = savingSets(predicate, new Set([0, 1, 2, 3]), new Set(read))
      for (const [decided, set] of sets.entries()) {
        const isLeft = (id: number) => columns.some((own, k) => !includesParts(decided, 1 << k) && own.includes(id))
        const saved = columns.flat().filter((id) => id < 4 && !read.includes(id) && !isLeft(id))
        assert.equal(set, saved.length > 0 ? decided : 0)
      }
    }),
  )
})
