/** Statistics of arrays in memory: they lie in memory, go with the arrays, and never outlive what they tell of. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { tableFromArrays, vectorFromArray } from 'apache-arrow'
import { connect, type Database } from '../../src/index.js'
import { textAt } from '../../src/model/value-text.js'
import { directory } from '../source/stores.js'

/** Three virtual chunks of 2^20 cells. */
const rows = 3 * 2 ** 20
const numbers = () => Array.from({ length: rows }, (_, i) => i)

async function withSession(work: (db: Database, cache: string) => Promise<void>): Promise<void> {
  const cache = join(directory({}), 'cache')
  const db = await connect({ threads: 1, settings: { local_cache: cache } })
  try {
    await work(db, cache)
  } finally {
    await db.close()
  }
}

async function ask(db: Database, sql: string) {
  const { batches, work } = await db.run(sql)
  const found: string[] = []
  for await (const { length, columns } of batches) {
    for (let row = 0; row < length; row++) found.push(columns.map((column) => textAt(column, row)).join(' '))
  }
  return { rows: found.join(), read: work.read }
}

/** Chunks, those known, those with sums. */
const known = async (db: Database) => (await ask(db, 'SHOW STATISTICS t')).rows.split(' ').slice(1, 4).join(' ')

test('arrays that were copied are analyzed, their statistics used, shown, dropped, and nothing is on the disk', () =>
  withSession(async (db, cache) => {
    await db.register('t', { v: numbers() })
    assert.equal((await ask(db, 'ANALYZE t')).rows, 'v 3 3')
    assert.match((await ask(db, 'SHOW STATISTICS t')).rows, /^v 3 3 3 .* memory:/)
    assert.deepEqual(await ask(db, 'SELECT sum(v), min(v), count(*) FROM t'), {
      rows: `${(rows * (rows - 1)) / 2}.0 0.0 ${rows}`,
      read: 0,
    })
    assert.equal((await ask(db, `SELECT count(*) FROM t WHERE v > ${rows - 5}`)).read, 1)
    assert.ok(!existsSync(cache))
    await ask(db, 'DROP STATISTICS t')
    assert.equal(await known(db), '3 0 0')
    assert.equal((await ask(db, 'SELECT sum(v) FROM t')).read, 3)
  }))

test('another array under the same name has no statistics, nor has one that was detached and comes again', () =>
  withSession(async (db) => {
    await db.register('t', { v: numbers() })
    await ask(db, 'ANALYZE t')
    await db.register('t', { v: numbers().map((value) => value + 10) })
    assert.equal(await known(db), '3 0 0')
    assert.equal((await ask(db, 'SELECT max(v) FROM t')).rows, `${rows + 9}.0`)
    await ask(db, 'ANALYZE t')
    assert.equal(await known(db), '3 3 3')
    await ask(db, 'DETACH t')
    await db.register('t', { v: numbers() })
    assert.equal((await ask(db, 'SELECT max(v) FROM t')).rows, `${rows - 1}.0`)
    assert.equal(await known(db), '3 0 0')
  }))

test('a typed array that may change in place is believed only where the user says so', () =>
  withSession(async (db) => {
    const v = Float64Array.from({ length: rows }, (_, i) => i)
    await db.register('t', { v })
    assert.equal((await ask(db, 'ANALYZE t')).rows, 'v 3 0')
    v[7] = 1e9
    assert.deepEqual(await ask(db, 'SELECT max(v) FROM t'), { rows: '1000000000.0', read: 3 })
    assert.equal((await ask(db, 'SELECT count(*) FROM t WHERE v > 1e8')).rows, '1')
    v[7] = 7
    await ask(db, 'SET trust_statistics = true')
    assert.equal(await known(db), '3 3 3')
    assert.deepEqual(await ask(db, 'SELECT max(v) FROM t'), { rows: `${rows - 1}.0`, read: 0 })
    await db.register('t', { v: v.map((value) => value + 1) })
    assert.deepEqual(await ask(db, 'SELECT max(v) FROM t'), { rows: `${rows}.0`, read: 3 })
  }))

test('columns of Arrow: with NULLs they are copied, without they are not', () =>
  withSession(async (db) => {
    const withNull = vectorFromArray(Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? null : i)))
    await db.register(
      't',
      tableFromArrays({ a: Int32Array.from({ length: 1000 }, (_, i) => i) }).assign(tableOf(withNull)),
    )
    assert.equal((await ask(db, 'ANALYZE t')).rows, 'a 1 0,b 1 1')
    assert.deepEqual(await ask(db, 'SELECT count(b), max(b) FROM t'), { rows: '900 999.0', read: 0 })
    assert.equal((await ask(db, 'SELECT max(a) FROM t')).read, 1)
  }))

function tableOf(b: ReturnType<typeof vectorFromArray>) {
  return tableFromArrays({ b: [0] }).setChild('b', b as never)
}

test('what a result has may be changed by who gets it: it is no part of what is kept', () =>
  withSession(async (db) => {
    await db.register('t', { v: numbers() })
    await ask(db, 'ANALYZE t')
    const { batches } = await db.run('SELECT v FROM t')
    for await (const { columns } of batches) for (const { values } of columns) (values as Float64Array).fill(-5)
    const { batches: some } = await db.run('SELECT v, v + 0 AS w FROM t LIMIT 5')
    for await (const { columns } of some) for (const { values } of columns) (values as Float64Array).fill(-5)
    assert.equal((await ask(db, 'SELECT min(v) FROM t')).rows, '0.0')
    await ask(db, 'SET pruning = false')
    assert.equal((await ask(db, 'SELECT min(v) FROM t')).rows, '0.0')
  }))

test('queries leave nothing behind: to look at what lies in memory costs as much as to note it', () =>
  withSession(async (db) => {
    await db.register('t', { v: numbers() })
    await ask(db, 'SELECT sum(v) FROM t')
    assert.equal(await known(db), '3 0 0')
  }))
