/** What ANALYZE keeps beside sums: ends of texts, which values a chunk has where they are few, and how its cells lie. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { ArraySpec } from '../source/stores.js'
import { type Fixture, withFixture } from './fixture.js'
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

/** The array of a column's records, or of its values. */
function folderOf({ cache }: Pick<Fixture, 'cache'>, form: RegExp): string {
  const files = readdirSync(cache, { recursive: true }).map(String)
  return join(cache, files.find((file) => form.test(file)) ?? '')
}
