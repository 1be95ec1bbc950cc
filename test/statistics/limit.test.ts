/** LIMIT without an order: of a box of many chunks only those are read that the first rows need, and the filter only where it is open. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { ArraySpec } from '../source/stores.js'
import { withFixture } from './fixture.js'

const shape = [8, 24] as const
const chunk = [4, 4] as const
const along = shape[1] / chunk[1]

/** Six chunks side by side, twice: a box of rows is six chunks. */
function grid(cell: (y: number, x: number) => number): ArraySpec {
  const chunks: Record<string, Int32Array> = {}
  for (let r = 0; r < shape[0] / chunk[0]; r++) {
    for (let c = 0; c < along; c++) {
      chunks[`${r}.${c}`] = Int32Array.from({ length: 16 }, (_, i) => cell(r * 4 + Math.floor(i / 4), c * 4 + (i % 4)))
    }
  }
  return { dims: ['y', 'x'], shape: [...shape], zarray: { chunks: chunk, dtype: '<i4', fill_value: null }, chunks }
}

/** Of `a >= 10` no cell of the first two columns of chunks passes, some of the third, all of the others. */
const arrays = { a: grid((_, x) => x), b: grid((y, x) => (x * 7 + y) % 40), c: grid((y, x) => 100 * y + x) }

const queries: Readonly<Record<string, readonly [sql: string, read: number]>> = {
  // Of the first row of chunks the third one of `a`, and what is asked of the first rows.
  'the first rows': ['SELECT c FROM $t WHERE a >= 10 LIMIT 3', 1 + 2],
  'a few more': ['SELECT y, x, c FROM $t WHERE a >= 10 LIMIT 9', 1 + 3],
  'with an offset': ['SELECT c FROM $t WHERE a >= 10 LIMIT 2 OFFSET 5', 1 + 3],
  'the column of the filter itself': ['SELECT a FROM $t WHERE a >= 10 LIMIT 3', 2],
  'none at all': ['SELECT c FROM $t WHERE a >= 1000 LIMIT 3', 0],
  'all rows': ['SELECT c FROM $t WHERE a >= 10', 2 * (1 + 4)],
  'the first in an order': ['SELECT c FROM $t WHERE a >= 10 ORDER BY b, c LIMIT 2', 7],
  'an aggregate that is interpreted': ["SELECT string_agg(c, ' ' ORDER BY c) FROM $t WHERE a >= 10", 2 * (1 + 4)],
}

for (const settings of [{}, { engine: 'interpreter' }, { threads: 2, inline_bytes: 0 }]) {
  for (const [what, [sql, read]] of Object.entries(queries)) {
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
        },
        settings,
      ))
  }
}

test('without statistics the scan ends where it has enough rows', () =>
  withFixture(arrays, async ({ ask }) => {
    const { rows, read } = await ask('SELECT c FROM $t WHERE a >= 10 LIMIT 1')
    assert.deepEqual([rows, read], [['10'], along + 1])
  }))
