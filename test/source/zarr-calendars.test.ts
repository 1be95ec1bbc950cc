/** Times of every CF calendar against the dates that cftime prints for them (test/fixtures/zarr/make.py). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { calendarNamed, calendarNames } from '../../src/model/calendar.js'
import { typeName } from '../../src/model/type.js'
import { textAt } from '../../src/model/value-text.js'
import { openLocation } from '../../src/source/registry.js'
import { columnOf, tableOf } from './read-all.js'
import { mapStore } from './stores.js'

const fixtures = fileURLToPath(new URL('../../../test/fixtures/zarr/', import.meta.url))

test('dates are those of cftime', async () => {
  const source = await openLocation(`${fixtures}calendars-v2.zarr`)
  const expected: Record<string, { values: string[] }> = JSON.parse(
    readFileSync(`${fixtures}expected/calendars-v2.json`, 'utf8'),
  )
  assert.equal(Object.keys(expected).length, 29)
  for (const [path, { values }] of Object.entries(expected)) {
    const found = await source.coordinate(path, path)
    const isTimestamp = found.type.kind === 'timestamp'
    // TIMESTAMP is printed as DuckDB prints it: without zeros at the end.
    const texts = isTimestamp ? values.map((text) => text.replace(/(\.\d*?)0+$/, '$1')) : values
    assert.deepEqual(
      values.map((_, row) => textAt(found, row)),
      texts,
      path,
    )
  }
})

test('every calendar finds its days again, and has no others', () => {
  for (const name of calendarNames) {
    const calendar = calendarNamed(name)
    let before = ''
    for (let days = -1_200_000; days < 1_200_000; days += 1 + (days & 63)) {
      const { year, month, day } = calendar.dateOf(days)
      assert.equal(calendar.daysOf(year, month, day), days, `${name} ${days}`)
      const text = `${year}-${month}-${day}`
      assert.notEqual(text, before)
      before = text
    }
    assert.deepEqual(calendar.dateOf(0), { year: 1970, month: 1, day: 1 })
    for (const [month, day] of [
      [0, 1],
      [13, 1],
      [4, 31],
      [2, 0],
    ] as const) {
      assert.equal(calendar.daysOf(2001, month, day), undefined, `${name} ${month} ${day}`)
    }
  }
  const lastOfFebruary = (year: number) =>
    calendarNames.map((name) => [30, 29, 28].find((day) => calendarNamed(name).daysOf(year, 2, day) !== undefined))
  assert.deepEqual(lastOfFebruary(2001), [28, 29, 30, 28])
  assert.deepEqual(lastOfFebruary(1900), [28, 29, 30, 29])
})

test('a calendar without dates, or of no known name, leaves numbers', async () => {
  const types = async (attributes: object) => {
    const { schema } = await openLocation(mapStore({ t: { dims: ['t'], shape: [2], attributes: { ...attributes } } }))
    return typeName(columnOf(tableOf({ schema } as never, 't'), 't').type)
  }
  const units = 'days since 2000-01-01'
  assert.equal(await types({ units, calendar: 'none' }), 'INTEGER')
  assert.equal(await types({ units, calendar: 'martian' }), 'INTEGER')
  assert.equal(await types({ units: 'days since 2000-02-30', calendar: 'noleap' }), 'INTEGER')
  assert.equal(await types({ units: 'months since 2000-01-01', calendar: 'noleap' }), 'INTEGER')
  assert.equal(await types({ units: 'days since 2000-02-30', calendar: '360_day' }), 'TIMESTAMP_360_DAY')
})
