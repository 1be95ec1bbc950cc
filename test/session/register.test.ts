import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.js'

test('what is registered is there for the next query, awaited or not', async () => {
  const db = await connect()
  db.register('stations', { id: [1, 2, 3] })
  const [row] = await db.query('SELECT count(*) AS n FROM stations')
  assert.equal(row?.n, 3n)
  db.register('stations', { id: [1, 2] })
  const [again] = await db.query('SELECT count(*) AS n FROM stations')
  assert.equal(again?.n, 2n)
  await db.close()
})

test('data that cannot be registered fail there, not in the next query', async () => {
  const db = await connect()
  const registered = db.register('odd', 7)
  await assert.rejects(registered, { name: 'ChunkQLError' })
  const [row] = await db.query('SELECT 1 AS one')
  assert.equal(row?.one, 1)
  await db.close()
})
