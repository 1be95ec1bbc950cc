/** Lengths of time in stores: timedelta64, what xarray says that it wrote, and on request numbers in units such as days. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.js'
import { mapStore } from '../source/stores.js'

const store = mapStore({
  time: {
    dims: ['time'],
    shape: [2],
    zarray: { dtype: '<i8' },
    attributes: { units: 'hours since 2020-01-01' },
    chunks: { '0': BigInt64Array.of(0n, 12n) },
  },
  step: {
    dims: ['step'],
    shape: [3],
    zarray: { dtype: '<f8' },
    attributes: { units: 'days', _FillValue: -1 },
    chunks: { '0': Float64Array.of(0.25, -1, 2) },
  },
  lead: {
    dims: ['step'],
    shape: [3],
    zarray: { dtype: '<i4' },
    attributes: { units: 'hours', dtype: 'timedelta64[ns]', scale_factor: 2 },
    chunks: { '0': Int32Array.of(6, 12, 18) },
  },
  wait: { dims: ['step'], shape: [3], zarray: { dtype: '<m8[ns]' }, chunks: { '0': BigInt64Array.of(-1n, 0n, 1500n) } },
  t2m: { dims: ['time', 'step'], shape: [2, 3], chunks: { '0.0': Int32Array.of(1, 2, 3, 4, 5, 6) } },
})

async function ask(sql: string, ...settings: readonly string[]): Promise<unknown[][]> {
  const db = await connect()
  for (const setting of settings) await db.query(`SET ${setting}`)
  await db.attach('s', store)
  const table = await db.query(sql)
  await db.close()
  return table.toArray().map((row) => Object.values(row.toJSON()))
}

test('timedelta64 and what xarray wrote as such are INTERVAL; other units on request', async () => {
  const sql = 'SELECT typeof(step), typeof(lead), typeof(wait) FROM s.wait LIMIT 1'
  assert.deepEqual(await ask(sql), [['DOUBLE', 'INTERVAL', 'INTERVAL']])
  assert.deepEqual(await ask(sql, 'decode_timedelta = true'), [['INTERVAL', 'INTERVAL', 'INTERVAL']])
  assert.deepEqual(await ask(sql, 'decode_cf = false', 'decode_timedelta = true'), [['DOUBLE', 'INTEGER', 'BIGINT']])
})

test('values of lengths of time, missing ones, parts of microseconds', async () => {
  const sql = 'SELECT step::VARCHAR, lead::VARCHAR, wait::VARCHAR FROM s.wait'
  assert.deepEqual(await ask(sql, 'decode_timedelta = true'), [
    ['06:00:00', '12:00:00', '-00:00:00.000001'],
    [null, '1 day', '00:00:00'],
    ['2 days', '1 day 12:00:00', '00:00:00.000001'],
  ])
})

test('times of validity over two dimensions, in filters and as keys', async () => {
  const sql = `SELECT (time + lead)::VARCHAR AS valid, sum(t2m)::INTEGER FROM s.t2m
    WHERE time + lead < TIMESTAMP '2020-01-03' AND lead >= INTERVAL '12 hours' GROUP BY time + lead ORDER BY time + lead`
  assert.deepEqual(await ask(sql), [
    ['2020-01-01 12:00:00', 1],
    ['2020-01-02 00:00:00', 6],
    ['2020-01-02 12:00:00', 8],
  ])
})
