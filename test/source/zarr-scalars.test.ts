/** Halves, complex numbers, times and durations of every unit against numpy (test/fixtures/zarr/make-scalars.py). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, type Database } from '../../src/index.js'
import { type Duration, durationOfMicros, durationText, isDuration } from '../../src/model/duration.js'
import type { Value } from '../../src/model/type.js'
import { halfOf, singleOfHalf } from '../../src/source/half.js'
import { openLocation } from '../../src/source/registry.js'
import { columnOf, readAll, tableOf } from './read-all.js'
import { mapStore } from './stores.js'

const fixtures = fileURLToPath(new URL('../../../test/fixtures/zarr/', import.meta.url))

type Expected = Record<string, readonly (null | number | string)[]>

for (const name of ['scalars-v2', 'scalars-v3']) {
  const expected: Expected = JSON.parse(readFileSync(`${fixtures}expected/${name}.json`, 'utf8'))

  test(`${name}: every array has the values that numpy has`, async () => {
    const source = await openLocation(`${fixtures}${name}.zarr`)
    for (const [column, values] of Object.entries(expected)) {
      const table = column.replace(/\.\w+$/, '')
      const wanted = column.startsWith('span') ? values.map((value) => lengthText(column, value)) : values
      assert.deepEqual((await readAll(source, table, column)).map(plain), wanted, column)
    }
  })

  test(`${name}: least, greatest and number of every column, compiled and interpreted`, async () => {
    const db = await connect({ attach: { s: `${fixtures}${name}.zarr` } })
    for (const engine of ['auto', 'interpreter']) {
      await db.query(`SET engine = '${engine}'`)
      for (const [column, values] of Object.entries(expected)) {
        const table = column.replace(/\.\w+$/, '')
        const micros = column.startsWith('time') || column.startsWith('grid') || column === 'nano'
        const value = micros ? `epoch_us("${column}")` : `"${column}"`
        if (column.startsWith('span')) {
          await checkLengths(db, table, column, values)
          continue
        }
        const [row] = await db.query(
          `SELECT min(${value}) AS a, max(${value}) AS b, count(${value}) AS n FROM s.${table}`,
        )
        const present = values.filter((each) => each !== null).map((each) => exact(each))
        const sorted = present.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
        assert.deepEqual(
          [Number(row.n), row.a, row.b],
          [present.length, sorted[0], sorted.at(-1)],
          `${engine}: ${column}`,
        )
      }
    }
    await db.close()
  })
}

/** 64-bit integers as text, infinities by name, as the script writes them. */
function plain(value: Value): Value {
  if (typeof value === 'bigint') return String(value)
  if (isDuration(value)) return durationText(value)
  return value === Infinity || value === -Infinity ? String(value) : value
}

function exact(value: number | string): number | bigint {
  return typeof value === 'number' ? value : /Inf/.test(value) ? Number(value) : BigInt(value)
}

/** Attoseconds of the units of numpy, and its months. */
const attoseconds: Readonly<Record<string, bigint>> = {
  W: 604_800n * 10n ** 18n,
  D: 86_400n * 10n ** 18n,
  h: 3600n * 10n ** 18n,
  m: 60n * 10n ** 18n,
  s: 10n ** 18n,
  ms: 10n ** 15n,
  us: 10n ** 12n,
  ns: 10n ** 9n,
  ps: 10n ** 6n,
  fs: 1000n,
  as: 1n,
}
const monthsOf: Readonly<Record<string, number>> = { M: 1, Y: 12 }

/** What a count of the unit in the name of a column is as an INTERVAL, cut off towards the past. */
function lengthOf(column: string, count: string): Duration {
  const [, step = '', unit = ''] = /_(\d*)([A-Za-z]+)$/.exec(units[column] ?? column) ?? []
  const inMonths = monthsOf[unit]
  if (inMonths !== undefined) return { months: Number(count) * Number(step || 1) * inMonths, days: 0, micros: 0n }
  const exact = BigInt(count) * BigInt(step || 1) * (attoseconds[unit] as bigint)
  const rest = ((exact % 10n ** 12n) + 10n ** 12n) % 10n ** 12n
  return durationOfMicros((exact - rest) / 10n ** 12n)
}

const units: Readonly<Record<string, string>> = { span: '_ms', span_fill: '_s' }

function lengthText(column: string, count: null | number | string | undefined): string | null {
  return count === null || count === undefined ? null : durationText(lengthOf(column, String(count)))
}

async function checkLengths(
  db: Database,
  table: string,
  column: string,
  values: readonly (null | number | string)[],
): Promise<void> {
  const [row] = await db.query(
    `SELECT min("${column}")::VARCHAR AS a, max("${column}")::VARCHAR AS b, count("${column}") AS n FROM s.${table}`,
  )
  const counts = values.filter((value) => value !== null).map((value) => BigInt(value))
  const sorted = counts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const [least, most] = [sorted[0], sorted.at(-1)].map((count) => lengthText(column, String(count)))
  assert.deepEqual([Number(row.n), row.a, row.b], [counts.length, least, most], column)
}

test('every half is the float that it stands for, compiled and interpreted, and back', async () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits)
  const expected = [...halves].map(valueOfHalf)
  for (const [bits, value] of expected.entries()) {
    assert.equal(singleOfHalf(bits), value)
    if (!Number.isNaN(value)) assert.equal(halfOf(value), bits)
  }
  const store = mapStore({ h: { dims: ['i'], shape: [65536], zarray: { dtype: '<f2' }, chunks: { '0': halves } } })
  const db = await connect({ attach: { s: store } })
  for (const engine of ['auto', 'interpreter']) {
    await db.query(`SET engine = '${engine}'`)
    const rows = await db.query('SELECT i, max(h) AS h FROM s.h GROUP BY i ORDER BY i')
    const found = rows.getChild('h')
    expected.forEach((value, bits) => {
      assert.equal(found?.get(bits), Number.isNaN(value) ? null : value, `${engine}: ${bits}`)
    })
  }
  await db.close()
})

/** By the definition of the format. */
function valueOfHalf(bits: number): number {
  const [sign, exponent, mantissa] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return mantissa ? Number.NaN : sign * Infinity
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25))
}

test('a number goes to the nearest half, from the middle to the even one', () => {
  const rounded = (value: number) => singleOfHalf(halfOf(value))
  assert.equal(rounded(2049), 2048)
  assert.equal(rounded(2051), 2052)
  assert.equal(rounded(65519.999), 65504)
  assert.equal(rounded(65520), Infinity)
  assert.equal(rounded(2 ** -25), 0)
  assert.equal(rounded(2 ** -25 * 1.01), 2 ** -24)
  assert.equal(rounded(-0.1), -0.0999755859375)
})

test('durations tell their unit where nothing is decoded, complex numbers stand beside other variables', async () => {
  const source = await openLocation(`${fixtures}scalars-v2.zarr`)
  assert.equal(columnOf(tableOf(source, 'span_25s'), 'span_25s').type.kind, 'duration')
  const stored = await openLocation(`${fixtures}scalars-v2.zarr`, { decodeCf: false })
  assert.equal(columnOf(tableOf(stored, 'span_25s'), 'span_25s').attributes.units, '25 s')
  assert.equal(columnOf(tableOf(stored, 'span_ns'), 'span_ns').attributes.units, 'ns')
  const grid = await openLocation(
    mapStore({
      z: { dims: ['x'], shape: [2], zarray: { dtype: '<c8' }, chunks: { '0': Float32Array.of(1, 2, 3, 4) } },
      w: { dims: ['x'], shape: [2], chunks: { '0': Int32Array.of(7, 8) } },
    }),
  )
  assert.deepEqual(
    tableOf(grid, 'w').columns.map(({ name }) => name),
    ['x', 'w', 'z.real', 'z.imag'],
  )
  assert.deepEqual(await readAll(grid, 'w', 'z.imag'), [2, 4])
  assert.deepEqual(
    tableOf(grid, 'z').columns.map(({ name }) => name),
    ['x', 'z.real', 'z.imag', 'w'],
  )
})

test('times that TIMESTAMP does not have are refused, not turned into others', async () => {
  for (const [dtype, count] of [
    ['<M8[s]', 2n ** 62n],
    ['<M8[Y]', 400_000n],
    ['<M8[7ns]', 2n ** 62n],
  ] as const) {
    const chunks = { '0': BigInt64Array.of(0n, count) }
    const store = mapStore({ t: { dims: ['i'], shape: [2], zarray: { dtype }, chunks } })
    const db = await connect({ attach: { s: store } })
    await assert.rejects(db.query('SELECT max(t) FROM s.t'), /beyond the range of TIMESTAMP/, dtype)
    await db.close()
  }
})

test('complex numbers whose attributes scale them are refused, or say what they cannot', async () => {
  for (const attributes of [{ scale_factor: 2 }, { add_offset: 1 }, { missing_value: '1+2j' }]) {
    const store = mapStore({ z: { dims: ['x'], shape: [2], zarray: { dtype: '<c8' }, attributes } })
    const column = columnOf(tableOf(await openLocation(store), 'z'), 'z')
    assert.match(column.refused ?? '', new RegExp(Object.keys(attributes)[0] as string))
  }
})

test('complex numbers are missing as a whole, as in xarray', async () => {
  // Missing: 1.1 + 0j, and the fill value 3 - 1j. The parts alone do not count.
  const cells = [1.1, 0, 3, -1, 3, 1, 1.1, 2, -1, 0]
  const real = [null, null, 3, 1.1, -1]
  const imag = [null, null, 1, 2, 0]
  const attributes = { missing_value: [1.1, 7] }
  for (const [dtype, chunk] of [
    ['<c16', Float64Array.from(cells)],
    ['<c8', Float32Array.from(cells)],
  ] as const) {
    const zarray = { dtype, fill_value: [3, -1] }
    const store = mapStore({ z: { dims: ['y', 'x'], shape: [1, 5], zarray, attributes, chunks: { '0.0': chunk } } })
    const round = dtype === '<c8' ? Math.fround : Number
    const rounded = (values: readonly (number | null)[]) => values.map((value) => value && round(value))
    const db = await connect({ attach: { s: store } })
    for (const [column, expected] of [
      ['z.real', real],
      ['z.imag', imag],
    ] as const) {
      assert.deepEqual(await readAll(await openLocation(store), 'z', column), rounded(expected))
      const table = await db.query(`SELECT "${column}" AS part FROM s.z WHERE "${column}" IS NULL OR "${column}" < 9`)
      assert.deepEqual(
        table.toArray().map(({ part }) => part),
        rounded(expected),
      )
    }
    const [row] = (
      await db.query('SELECT count("z.real") AS a, count("z.imag") AS b, count(*) AS c FROM s.z')
    ).toArray()
    assert.deepEqual([row?.a, row?.b, row?.c].map(Number), [3, 3, 5])
    await db.close()
    const stored = await openLocation(store, { decodeCf: false })
    assert.deepEqual(await readAll(stored, 'z', 'z.imag'), [0, -1, 1, 2, 0])
  }
})
