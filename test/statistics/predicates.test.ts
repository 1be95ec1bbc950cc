/** Queries of every shape have the same answers with statistics and without, and no errors that they have not without. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { connect, type Database } from '../../src/index.js'
import { isChunkQLError } from '../../src/model/error.js'
import { typeName } from '../../src/model/type.js'
import { valueAt } from '../../src/model/vector.js'
import { type Answer, type Cell, formatRows, mismatch } from '../slt/answer.js'
import { directory } from '../source/stores.js'
import { makeStore, queryTo } from './store.js'

interface Found {
  readonly answer?: Answer | undefined
  readonly error?: string | undefined
  readonly left: number
  readonly cached: number
}

async function ask(db: Database, sql: string): Promise<Found> {
  try {
    const { header, batches, work } = await db.run(sql)
    const rows: Cell[][] = []
    for await (const { length, columns } of batches) {
      for (let row = 0; row < length; row++) rows.push(columns.map((column) => valueAt(column, row) as Cell))
    }
    const types = header.columns.map(({ type }) => typeName(type))
    const names = header.columns.map(({ name }) => name)
    const { chunksTotal, pruned, answered, read } = work
    assert.ok(read <= chunksTotal - pruned - answered, `${read} of ${JSON.stringify(work)} read: ${sql}`)
    return { answer: { types, names, rows }, left: work.prunedByStatistics + answered, cached: work.cached }
  } catch (error) {
    if (!isChunkQLError(error) || error.code === 'internal') throw error
    return { error: error.message, left: 0, cached: 0 }
  }
}

const stores = 2
const runs = 60

const ways: Readonly<Record<string, readonly string[]>> = {
  compiled: [],
  interpreted: ["SET engine = 'interpreter'"],
  'with partials kept': ["SET cache_partials = '100MB'"],
}

for (const [way, tuning] of Object.entries(ways)) {
  test(`statistics change no answer: ${way}`, async () => {
    const turns = tuning.some((sql) => sql.includes('cache_partials')) ? 2 : 1
    let [left, answered, cached] = [0, 0, 0]
    for (let seed = 1; seed <= stores; seed++) {
      const path = makeStore(seed)
      const cache = directory({})
      const [plain, known] = await Promise.all([1, 2].map(() => connect({ threads: 1 })))
      if (!plain || !known) return
      const tuned = [...tuning, `SET local_cache = '${cache}'`]
      for (const sql of [...tuned, `SET pruning = false`]) await plain.run(sql)
      for (const sql of [...tuned, `ANALYZE '${path}'`]) await known.run(sql)
      const same = async (sql: string) => {
        const expected = await ask(plain, sql)
        for (let turn = 0; turn < turns; turn++) {
          const found = await ask(known, sql)
          left += found.left
          cached += found.cached
          // A chunk that is not read raises no errors.
          if (expected.error !== undefined) return
          assert.equal(found.error, undefined, sql)
          answered++
          const wrong = mismatch(formatRows(expected.answer as Answer, 'nosort'), found.answer as Answer, 'nosort')
          assert.equal(wrong, undefined, sql)
        }
      }
      await fc.assert(fc.asyncProperty(queryTo(`'${path}'`), same), { numRuns: runs })
      await Promise.all([plain.close(), known.close()])
      for (const each of [path, cache]) rmSync(dirname(each), { recursive: true })
    }
    assert.ok(answered > (stores * runs) / 3, `${answered} queries had an answer`)
    assert.equal(cached > 0, turns > 1)
    assert.ok(left > stores * runs, `${left} chunks were not read`)
  })
}
