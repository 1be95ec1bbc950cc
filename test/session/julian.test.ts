/** Dates before 1582-10-15 in the standard calendar, along two dimensions: as cftime names them, by both engines. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.js'
import { type ArraySpec, mapStore } from '../source/stores.js'

type Cells = ArrayBufferView & { readonly length: number }

function times(units: string, dtype: string, cells: Cells, more: object = {}): ArraySpec {
  return {
    dims: ['y', 'x'],
    shape: [1, cells.length],
    zarray: { dtype },
    attributes: { units, calendar: 'standard', ...more },
    chunks: { '0.0': cells },
  }
}

/** The last Julian day and the first Gregorian one are neighbours. Names by cftime 1.6. */
const names = [
  '0001-01-01 06:00:00',
  '0200-03-01 06:00:00',
  '1500-03-01 06:00:00',
  '1582-10-04 06:00:00',
  '1582-10-15 06:00:00',
  '2000-01-01 06:00:00',
]
const days = [0, 72_744, 547_569, 577_736, 577_737, 730_121]

const arrays: Readonly<Record<string, ArraySpec>> = {
  'days, i4': times('days since 0001-01-01 06:00', '<i4', Int32Array.from(days)),
  'days, f4': times('days since 0001-01-01 06:00', '<f4', Float32Array.from(days)),
  'days, f8': times(
    'days since 0001-01-01',
    '<f8',
    Float64Array.from(days, (day) => day + 0.25),
  ),
  'hours, i8': times(
    'hours since 0001-01-01',
    '<i8',
    BigInt64Array.from(days, (day) => BigInt(24 * day + 6)),
  ),
  'microseconds, i8': times(
    'microseconds since 1582-10-15',
    '<i8',
    BigInt64Array.from(days, (day) => BigInt(day - 577_737) * 86_400_000_000n + 21_600_000_000n),
  ),
  'quarters of days by a scale': times(
    'days since 0001-01-01',
    '<i4',
    Int32Array.from(days, (day) => 4 * day + 1),
    { scale_factor: 0.25 },
  ),
}

async function ask(array: ArraySpec, sql: string, engine: string): Promise<unknown[]> {
  const db = await connect({ settings: { engine } })
  await db.attach('s', mapStore({ t: array }))
  const table = await db.query(sql)
  await db.close()
  return table.toArray().flatMap((row) => Object.values(row.toJSON()))
}

for (const [name, array] of Object.entries(arrays)) {
  test(`Julian dates along two dimensions: ${name}`, async () => {
    for (const engine of ['auto', 'interpreter']) {
      assert.deepEqual(await ask(array, 'SELECT t::VARCHAR FROM s', engine), names)
      const early = "SELECT count(*), max(t)::VARCHAR FROM s WHERE t < '1582-10-15'"
      assert.deepEqual(await ask(array, early, engine), [4n, '1582-10-04 06:00:00'])
      assert.deepEqual(await ask(array, 'SELECT min(year(t)) FROM s', engine), [1n])
    }
  })
}

test('nanoseconds, of which a day is no whole number of microseconds per count', async () => {
  const array = times('nanoseconds since 1600-01-01', '<i8', BigInt64Array.of(-631_152_000_000_001_999n, -1n))
  const expected = ['1579-12-21 23:59:59.999998', '1599-12-31 23:59:59.999999']
  for (const engine of ['auto', 'interpreter']) {
    assert.deepEqual(await ask(array, 'SELECT t::VARCHAR FROM s', engine), expected)
  }
})

test('missing values stay, and what no stored number can name is refused', async () => {
  const sql = 'SELECT t::VARCHAR FROM s'
  const units = 'days since 1582-10-15'
  assert.deepEqual(await ask(times(units, '<i2', Int16Array.of(-1, -99), { missing_value: -99 }), sql, 'auto'), [
    '1582-10-04 00:00:00',
    null,
  ])
  // The number for a day that is named ten days earlier means missing, or is none of the type.
  await assert.rejects(ask(times(units, '<i2', Int16Array.of(-1), { missing_value: -11 }), sql, 'auto'), /no number/)
  await assert.rejects(ask(times(units, '|i1', Int8Array.of(-128)), sql, 'auto'), /no number/)
  await assert.rejects(ask(times(units, '<i2', Int16Array.of(-1), { scale_factor: 4 }), sql, 'auto'), /no number/)
})
