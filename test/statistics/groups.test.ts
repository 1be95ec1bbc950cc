/** Groups by values of cells: chunks of one value are answered, and where nothing else is asked, of a few values that are known. */
import assert from 'node:assert/strict'
import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { ArraySpec } from '../source/stores.js'
import { type Fixture, withFixture } from './fixture.js'

const [chunks, cells] = [8, 6]

/** Each station has two chunks, but for the last ones, which change within one, or are nothing; -9 is missing. */
const stationOf = (row: number) => {
  const chunk = Math.floor(row / cells)
  if (chunk === 7) return -9
  if (chunk === 6) return row % 2 === 0 ? 3 : -9
  if (chunk === 5) return row % cells < 2 ? 2 : 3
  return Math.floor(chunk / 2) - 1
}

type Numbers = Int32Array | Int16Array | Float64Array | BigUint64Array | Uint8Array

function column(
  dtype: string,
  made: (count: number) => Numbers,
  value: (row: number) => number | bigint,
  attributes = {},
): ArraySpec {
  const all = Array.from({ length: chunks }, (_, c) => {
    const values = made(cells)
    for (let i = 0; i < cells; i++) values[i] = value(c * cells + i) as never
    return [String(c), values]
  })
  const zarray = { chunks: [cells], dtype, fill_value: null }
  return { dims: ['n'], shape: [chunks * cells - 2], zarray, attributes, chunks: Object.fromEntries(all) }
}

const arrays = {
  station: column('<i4', (count) => new Int32Array(count), stationOf, { missing_value: -9 }),
  day: column(
    '<i4',
    (count) => new Int32Array(count),
    (row) => Math.floor(row / cells / 3),
    { units: 'days since 2000-01-01' },
  ),
  big: column(
    '<u8',
    (count) => new BigUint64Array(count),
    (row) => 2n ** 64n - 1n - BigInt(Math.floor(row / cells / 4)),
  ),
  flag: column(
    '|b1',
    (count) => new Uint8Array(count),
    (row) => Number(row >= 12),
  ),
  t: column(
    '<f8',
    (count) => new Float64Array(count),
    (row) => (row % 11 === 3 ? Number.NaN : row / 4),
  ),
  zero: column(
    '<f8',
    (count) => new Float64Array(count),
    (row) => (Math.floor(row / cells) % 2 === 0 ? 0 : -0),
  ),
}

const grouped = 'station, count(*), count(t), avg(t), min(t), max(t), sum(station) FROM $t'
const queries: Readonly<Record<string, readonly [sql: string, read: number, answered: number]>> = {
  // Of the sixth, the seventh and the last chunk both columns are read.
  stations: [`SELECT ${grouped} GROUP BY station ORDER BY station`, 6, 10],
  'stations of some rows': [`SELECT ${grouped} WHERE n >= 3 GROUP BY station ORDER BY station`, 8, 8],
  'stations that pass': [`SELECT ${grouped} WHERE station >= 0 GROUP BY station ORDER BY station`, 4, 6],
  'two keys': ['SELECT station, day, count(*) FROM $t GROUP BY station, day ORDER BY ALL', 6, 10],
  'a key and one of a dimension': ['SELECT station, n // 12 AS h, count(*) FROM $t GROUP BY ALL ORDER BY ALL', 3, 5],
  'numbers of 64 bits': ['SELECT big, count(*), max(t) FROM $t GROUP BY big ORDER BY big', 0, 16],
  'truth values': ['SELECT flag, count(*), sum(t) FROM $t GROUP BY flag ORDER BY flag', 0, 16],
  times: ['SELECT day, count(*) FROM $t GROUP BY day ORDER BY day', 0, 8],
  'different values': ['SELECT DISTINCT station FROM $t ORDER BY station', 0, 8],
  'how many there are': ['SELECT count(DISTINCT station), count(DISTINCT station) + 1 FROM $t', 0, 8],
  'how many there are by a dimension': [
    'SELECT n // 12 AS h, count(DISTINCT station) FROM $t GROUP BY h ORDER BY h',
    0,
    8,
  ],
  'how many of those that pass': ['SELECT count(DISTINCT station) FROM $t WHERE t >= 4 AND station < 3', 5, 2],
  'floats are looked at': ['SELECT zero, count(*) FROM $t GROUP BY zero', 8, 0],
  'an expression': ['SELECT station + 1 AS s, count(*) FROM $t GROUP BY s ORDER BY s', 8, 0],
  'all values': ['SELECT station, median(t) FROM $t GROUP BY station ORDER BY station', 16, 0],
}

const answersOf = async ({ ask }: Fixture) => {
  await ask('SET pruning = false')
  const found = []
  for (const [sql] of Object.values(queries)) found.push((await ask(sql)).rows)
  await ask('SET pruning = true')
  return found
}

for (const settings of [{}, { exchange_groups: 1 }, { engine: 'interpreter' }, { nan_is_null: false }]) {
  test(`chunks of one value, ${JSON.stringify(settings)}`, () =>
    withFixture(
      arrays,
      async (fixture) => {
        const expected = await answersOf(fixture)
        await fixture.ask('ANALYZE $t')
        for (const [i, [what, [sql, read, answered]]] of Object.entries(queries).entries()) {
          const found = await fixture.ask(sql)
          assert.deepEqual(found.rows, expected[i], what)
          if (!('engine' in settings || 'nan_is_null' in settings))
            assert.deepEqual([found.read, found.answered], [read, answered], what)
        }
      },
      settings,
    ))
}

test('what has changed is read', () =>
  withFixture(arrays, async (fixture) => {
    const { ask, path } = fixture
    await ask('ANALYZE $t')
    writeFileSync(join(path, 'station/0'), new Int32Array(cells).fill(77))
    utimesSync(join(path, 'station/0'), 1e9 + 1, 1e9 + 1)
    rmSync(join(path, 'station/2'))
    writeFileSync(join(path, 't/3'), new Float64Array(cells))
    utimesSync(join(path, 't/3'), 1e9 + 1, 1e9 + 1)
    const expected = await answersOf(fixture)
    for (const [i, [sql]] of Object.values(queries).entries()) assert.deepEqual((await ask(sql)).rows, expected[i], sql)
  }))

test('what queries leave behind answers groups, too', () =>
  withFixture(
    arrays,
    async (fixture) => {
      const { ask } = fixture
      const expected = await answersOf(fixture)
      const counts = 'SELECT station, count(*), min(t) FROM $t GROUP BY station ORDER BY station'
      const { rows } = await ask(counts)
      assert.deepEqual(await ask(counts), { rows, read: 6, answered: 10 })
      for (const [i, [sql]] of Object.values(queries).entries())
        assert.deepEqual((await ask(sql)).rows, expected[i], sql)
    },
    { collect_statistics: 'always' },
  ))
