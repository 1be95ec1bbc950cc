/** The sample stores of examples/data: what is said of them, against the files that they were made from. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { chunkCounts, defaultTable } from '../../src/model/schema.js'
import type { Value } from '../../src/model/type.js'
import { openLocation } from '../../src/source/registry.js'
import { columnOf, readAll } from './read-all.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const original = (name: string) => readFileSync(`${root}node_modules/vega-datasets/data/${name}`, 'utf8')

async function readExample(name: string, column: string): Promise<Value[]> {
  const source = await openLocation(`${root}examples/data/${name}.zarr`)
  return readAll(source, defaultTable(source.schema)?.name ?? '', column)
}

function originalColumn(file: string, column: number): string[] {
  const [, ...lines] = original(file).trim().split(/\r?\n/)
  return lines.map((line) => line.split(',')[column] ?? '')
}

test('precipitation is the grid of annual-precip.json', async () => {
  const { values } = JSON.parse(original('annual-precip.json'))
  assert.deepEqual(await readExample('precipitation', 'precipitation'), values)
})

test('normals are packed numbers of the table, the first hour is missing', async () => {
  const temperature = await readExample('normals', 'temperature')
  const expected = originalColumn('seattle-weather-hourly-normals.csv', 2).map(Number)
  assert.deepEqual(
    temperature.map((value) => (value === null ? null : Number(Number(value).toFixed(1)))),
    [null, ...expected],
  )
})

test('wind has every vector once', async () => {
  const sum = (values: readonly unknown[]) => values.reduce((total: number, value) => total + Number(value), 0)
  assert.equal(sum(await readExample('wind', 'direction')), sum(originalColumn('windvectors.csv', 2)))
  const speeds = sum(originalColumn('windvectors.csv', 4))
  assert.ok(Math.abs(sum(await readExample('wind', 'speed')) - speeds) < 1e-2)
})

test('weather has named places', async () => {
  assert.deepEqual(await readExample('weather', 'location'), ['New York', 'Seattle'])
  const highs = (await readExample('weather', 'temp_max')).filter((_, i) => i % 2 === 1)
  const expected = original('weather.csv')
    .split(/\r?\n/)
    .filter((line) => line.startsWith('Seattle'))
  assert.deepEqual(
    highs.map((value) => Number(Number(value).toFixed(1))),
    expected.map((line) => Number(line.split(',')[3])),
  )
})

test('flights are a table of several chunks, with times and text', async () => {
  const source = await openLocation(`${root}examples/data/flights.zarr`)
  const table = defaultTable(source.schema)
  assert.ok(table)
  assert.deepEqual(table.dims, [{ name: 'flight', size: 300_000 }])
  assert.deepEqual(chunkCounts(columnOf(table, 'delay'), table.dims), [6])
  const [first] = await readAll(source, table.name, 'time')
  assert.equal(first, BigInt(Date.UTC(2001, 0, 1, 0, 1)) * 1000n)
  assert.equal((await readAll(source, table.name, 'origin'))[0], 'LAS')
})
