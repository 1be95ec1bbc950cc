/** SQL over times of a calendar that TIMESTAMP cannot show. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect, type Database } from '../../src/index.js'
import { textAt } from '../../src/model/value-text.js'
import { mapStore } from '../source/stores.js'

/** Two years of days from 2000-01-01 in chunks of a month of 30 days; `air` counts them; `seen` lies in cells. */
function store(calendar: string): Map<string, Uint8Array> {
  const days = Int32Array.from({ length: 720 }, (_, i) => i)
  const time = { units: 'days since 2000-01-01', calendar }
  const chunked = (name: string, attributes: object) => ({
    dims: name === 'time' ? ['time'] : ['time', 'x'],
    shape: name === 'time' ? [720] : [720, 1],
    zarray: { chunks: name === 'time' ? [30] : [30, 1] },
    attributes: { ...attributes },
    chunks: Object.fromEntries(
      Array.from({ length: 24 }, (_, i) => [name === 'time' ? `${i}` : `${i}.0`, days.slice(30 * i, 30 * i + 30)]),
    ),
  })
  return mapStore({ time: chunked('time', time), air: chunked('air', {}), seen: chunked('seen', time) })
}

async function rows(db: Database, sql: string): Promise<string[]> {
  const { batches } = await db.run(sql)
  const found: string[] = []
  for await (const { length, columns } of batches) {
    for (let row = 0; row < length; row++)
      found.push(columns.map((column) => textAt(column, row) ?? 'NULL').join(' | '))
  }
  return found
}

async function withStore(calendar: string, work: (db: Database) => Promise<void>): Promise<void> {
  for (const engine of ['auto', 'interpreter']) {
    const db = await connect({ attach: { s: store(calendar) }, settings: { engine } })
    try {
      await work(db)
    } finally {
      await db.close()
    }
  }
}

test('days are written and compared in the calendar of the column', () =>
  withStore('360_day', async (db) => {
    assert.deepEqual(await rows(db, "SELECT time, air FROM s.air WHERE time = '2000-02-30'"), [
      '2000-02-30 00:00:00 | 59',
    ])
    assert.deepEqual(
      await rows(db, "SELECT air FROM s.air WHERE time BETWEEN '2001-12-29 12:00' AND '2002-01-01' ORDER BY time DESC"),
      ['719'],
    )
    assert.deepEqual(await rows(db, "SELECT count(*) FROM s.air WHERE time >= DATE '2001-01-01'"), ['360'])
    assert.deepEqual(await rows(db, "SELECT count(*) FROM s.air WHERE time IN ('2000-02-29', '2000-02-30')"), ['2'])
    assert.deepEqual(await rows(db, "SELECT count(*) FROM s.air WHERE seen > '2000-02-30'"), ['660'])
    await assert.rejects(rows(db, "SELECT air FROM s.air WHERE time = '2000-02-31'"), /it has no such day/)
  }))

test('parts, truncation and groups follow the calendar', () =>
  withStore('360_day', async (db) => {
    assert.deepEqual(
      await rows(
        db,
        'SELECT month(time) AS m, count(*), min(day(time)), max(day(time)) FROM s.air GROUP BY m ORDER BY m LIMIT 2',
      ),
      ['1 | 60 | 1 | 30', '2 | 60 | 1 | 30'],
    )
    assert.deepEqual(
      await rows(
        db,
        "SELECT date_trunc('year', seen) AS y, max(air), max(dayofyear(seen)) FROM s.air GROUP BY y ORDER BY y",
      ),
      ['2000-01-01 00:00:00 | 359 | 360', '2001-01-01 00:00:00 | 719 | 360'],
    )
    assert.deepEqual(
      await rows(
        db,
        "SELECT min(seen), max(time), median(seen), count(DISTINCT seen), date_diff('month', min(time), max(time)) FROM s.air",
      ),
      ['2000-01-01 00:00:00 | 2001-12-30 00:00:00 | 2000-12-30 12:00:00 | 720 | 23'],
    )
    assert.deepEqual(
      await rows(
        db,
        "SELECT year(seen), quarter(seen), hour(seen), date_part('decade', seen), monthname(seen) FROM s.air WHERE air = 59",
      ),
      ['2000 | 1 | 0 | 200 | February'],
    )
    await assert.rejects(rows(db, 'SELECT week(time) FROM s.air'), /week does not take \(TIMESTAMP_360_DAY\)/)
    await assert.rejects(rows(db, "SELECT date_trunc('week', time) FROM s.air"), /TIMESTAMP_360_DAY has no 'week'/)
    await assert.rejects(rows(db, 'SELECT time < seen::TIMESTAMP FROM s.air'), /does not take/)
  }))

test('chunks are pruned by the calendar', () =>
  withStore('noleap', async (db) => {
    const result = await db.run('SELECT sum(air) FROM s.air WHERE year(time) = 2000 AND month(time) = 3')
    for await (const { columns } of result.batches) assert.equal(columns[0]?.values[0], 2294n)
    assert.equal(result.work.chunksTotal - result.work.pruned, 2)
  }))

test('other calendars are reached by casts, day by day', () =>
  withStore('360_day', async (db) => {
    assert.deepEqual(
      await rows(db, 'SELECT count(*), count(TRY_CAST(seen AS DATE)), max(TRY_CAST(seen AS TIMESTAMP)) FROM s.air'),
      ['720 | 717 | 2001-12-30 00:00:00'],
    )
    assert.deepEqual(await rows(db, "SELECT '2000-02-28 01:02:03'::TIMESTAMP_NOLEAP::TIMESTAMP"), [
      '2000-02-28 01:02:03',
    ])
    assert.deepEqual(await rows(db, "SELECT CAST('2000-02-30' AS TIMESTAMP_360_DAY)"), ['2000-02-30 00:00:00'])
    await assert.rejects(rows(db, 'SELECT max(seen::DATE) FROM s.air'), /cannot cast TIMESTAMP_360_DAY '2000-02-30/)
  }))

test('SET decode_cf = false gives the numbers as they are stored', async () => {
  const db = await connect()
  await db.run('SET decode_cf = false')
  await db.attach('s', store('360_day'))
  assert.deepEqual(await rows(db, 'SELECT max(time), min(seen) FROM s.air'), ['719 | 0'])
  await db.close()
})

test('in Arrow they are texts', async () => {
  const db = await connect({ attach: { s: store('360_day') } })
  const table = await db.query("SELECT time FROM s.air WHERE time = '2000-02-30'")
  assert.equal(String(table.schema.fields[0]?.type), 'Utf8')
  assert.equal(table.get(0)?.time, '2000-02-30 00:00:00')
  await db.close()
})
