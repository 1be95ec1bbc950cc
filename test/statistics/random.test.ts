/** Random queries have the same answers with statistics and without, compiled and interpreted. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { randomQuery, writeQuery } from '../judge/random-query.js'
import { formatRows, mismatch } from '../slt/answer.js'
import { openEngine } from '../slt/chunkql.js'
import { datasets } from '../slt/datasets.js'
import type { Configuration } from '../slt/matrix.js'
import { makeStores } from '../slt/stores.js'

const stores = makeStores()
after(() => stores.remove())
const inMemory = new Set(['people', 'mixed'])
const tables = [...datasets.values()].filter(({ name }) => !inMemory.has(name))
const queries = 150

for (const data of ['normal', 'cell'] as const) {
  test(`random queries over ${data} chunks`, async () => {
    const plain = await openEngine(stores, data)
    const configuration: Configuration = { data, engine: 'auto', threads: 1, optimized: true }
    await plain.configure({ ...configuration, optimized: false })
    for (const table of tables) await plain.load(table)
    const expected = []
    for (let seed = 1; seed <= queries; seed++) {
      const sql = writeQuery(randomQuery(seed))
      expected.push({ sql, answer: await answerOf(plain, sql) })
    }
    await plain.close()
    const known = await openEngine(stores, data, true)
    await known.configure(configuration)
    for (const table of tables) await known.load(table)
    let left = 0
    for (const engine of ['auto', 'interpreter'] as const) {
      await known.configure({ ...configuration, engine })
      for (const { sql, answer } of expected) {
        const found = await answerOf(known, sql)
        if (typeof answer === 'string' || typeof found === 'string') continue
        left += (found.work?.prunedByStatistics ?? 0) + (found.work?.answered ?? 0)
        assert.equal(mismatch(formatRows(answer, 'rowsort'), found, 'rowsort'), undefined, `${engine}: ${sql}`)
      }
    }
    await known.close()
    assert.ok(left > 100, `${left} chunks were not read`)
  })
}

/** A chunk that is not read raises no errors: who asks for what fails may be answered. */
async function answerOf(engine: Awaited<ReturnType<typeof openEngine>>, sql: string) {
  try {
    return await engine.run(sql)
  } catch (error) {
    assert.notEqual((error as { code?: string }).code, 'internal')
    return String(error)
  }
}
