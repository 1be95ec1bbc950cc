// Makes examples/data/: small stores of real data, from data sets that the npm package vega-datasets ships.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { createStore } from './sample-store.mjs'

const target = fileURLToPath(new URL('../examples/data', import.meta.url))
const origin = fileURLToPath(new URL('../node_modules/vega-datasets/data', import.meta.url))

export async function writeExamples() {
  mkdirSync(target, { recursive: true })
  for (const make of [precipitation, wind, normals, weather, flights]) await make()
}

function example(name, version, attributes) {
  const path = join(target, `${name}.zarr`)
  rmSync(path, { recursive: true, force: true })
  return createStore(path, version, { Conventions: 'CF-1.8', source: 'npm package vega-datasets', ...attributes })
}

// A global map of one degree: latitudes descend, numbers are 16-bit integers.
async function precipitation() {
  const { width, height, values } = JSON.parse(readText('annual-precip.json'))
  const store = example('precipitation', 2, { title: 'Precipitation of 2016 (Climate Forecast System 2)' })
  const codec = 'blosc-lz4'
  await coordinate(
    store,
    'lat',
    Float32Array.from({ length: height }, (_, i) => 86.5 - i),
    codec,
    latitude,
  )
  await coordinate(
    store,
    'lon',
    Float32Array.from({ length: width }, (_, j) => j - 179.5),
    codec,
    longitude,
  )
  await store.write('precipitation', {
    dims: ['lat', 'lon'],
    shape: [height, width],
    chunk: [56, 120],
    values: Int16Array.from(values),
    codec,
    attributes: { units: 'mm', long_name: 'annual precipitation' },
  })
  store.close()
}

// Wind vectors on a regional grid, written row by row from a table that is in no order.
async function wind() {
  const rows = readTable('windvectors.csv')
  const [lats, lons] = [distinct(rows, 'latitude'), distinct(rows, 'longitude')]
  const cell = (row) => lats.indexOf(Number(row.latitude)) * lons.length + lons.indexOf(Number(row.longitude))
  const store = example('wind', 3, { title: 'Wind over north-western Europe (simulated)' })
  const codec = 'zstd'
  await coordinate(store, 'latitude', Float32Array.from(lats), codec, latitude)
  await coordinate(store, 'longitude', Float32Array.from(lons), codec, longitude)
  const grid = { dims: ['latitude', 'longitude'], shape: [lats.length, lons.length], chunk: [20, 40], codec }
  await store.write('speed', {
    ...grid,
    values: placed(Float32Array, rows, cell, (row) => Number(row.speed)),
    attributes: { units: 'm s-1', standard_name: 'wind_speed' },
  })
  await store.write('direction', {
    ...grid,
    values: placed(Int16Array, rows, cell, (row) => Number(row.dir)),
    attributes: { units: 'degree', standard_name: 'wind_from_direction' },
  })
  store.close()
}

// The climate of Seattle: what each hour of each day of the year is like. Packed; the very first hour is missing.
async function normals() {
  const rows = readTable('seattle-weather-hourly-normals.csv')
  const at = (row) => (Date.parse(`${row.date}Z`) - Date.UTC(2010, 0, 1)) / 3_600_000
  const store = example('normals', 3, { title: 'Hourly climate normals of Seattle, 1981-2010 (NOAA)' })
  const codec = 'blosc-zstd'
  const days = { units: 'days since 2010-01-01', calendar: 'standard', standard_name: 'time' }
  await coordinate(
    store,
    'day',
    Int32Array.from({ length: 365 }, (_, i) => i),
    codec,
    days,
  )
  await coordinate(
    store,
    'hour',
    Int8Array.from({ length: 24 }, (_, i) => i),
    codec,
    { units: 'h' },
  )
  for (const [name, units, offset] of [
    ['temperature', 'degree_Celsius', 0],
    ['pressure', 'hPa', 1000],
    ['wind', 'm s-1', 0],
  ]) {
    const packed = (row) => Math.round((Number(row[name]) - offset) * 10)
    await store.write(name, {
      dims: ['day', 'hour'],
      shape: [365, 24],
      chunk: [73, 24],
      codec,
      fill: missing,
      values: placed(Int16Array, rows, at, packed),
      attributes: { units, scale_factor: 0.1, add_offset: offset, _FillValue: missing },
    })
  }
  store.close()
}

// Four years of days at two places, which have names instead of numbers.
async function weather() {
  const rows = readTable('weather.csv')
  const places = [...new Set(rows.map((row) => row.location))].sort()
  const kinds = [...new Set(rows.map((row) => row.weather))].sort()
  const start = Date.UTC(2012, 0, 1)
  const day = (row) => (Date.parse(`${row.date.replaceAll('/', '-')}T00:00Z`) - start) / 86_400_000
  const cell = (row) => day(row) * places.length + places.indexOf(row.location)
  const count = Math.max(...rows.map(day)) + 1
  const store = example('weather', 2, { title: 'Daily weather of Seattle and New York, 2012-2015 (NOAA)' })
  const codec = 'blosc-zstd'
  const days = { units: 'days since 2012-01-01', calendar: 'standard', standard_name: 'time' }
  await coordinate(
    store,
    'time',
    Int32Array.from({ length: count }, (_, i) => i),
    codec,
    days,
  )
  await coordinate(store, 'location', places, codec, {})
  const grid = { dims: ['time', 'location'], shape: [count, places.length], chunk: [366, places.length], codec }
  for (const [name, units] of [
    ['temp_max', 'degree_Celsius'],
    ['temp_min', 'degree_Celsius'],
    ['precipitation', 'mm'],
    ['wind', 'm s-1'],
  ]) {
    const packed = (row) => Math.round(Number(row[name]) * 10)
    await store.write(name, {
      ...grid,
      fill: missing,
      values: placed(Int16Array, rows, cell, packed, grid.shape),
      attributes: { units, scale_factor: 0.1 },
    })
  }
  await store.write('weather', {
    ...grid,
    fill: -1,
    values: placed(Int8Array, rows, cell, (row) => kinds.indexOf(row.weather), grid.shape, -1),
    attributes: { flag_values: kinds.map((_, i) => i), flag_meanings: kinds.join(' ') },
  })
  store.close()
}

// A plain table: every tenth of three million flights, in the order of the file.
async function flights() {
  const connection = await (await DuckDBInstance.create()).connect()
  const file = join(origin, 'flights-3m.parquet').replaceAll("'", "''")
  const reader = await connection.runAndReadAll(`
    SELECT epoch(date)::BIGINT // 60 AS minute, delay, distance, origin, destination
    FROM read_parquet('${file}', file_row_number = true) WHERE file_row_number % 10 = 0 ORDER BY file_row_number`)
  const [minutes, delays, distances, origins, destinations] = reader.getColumns()
  const first = Date.UTC(2001, 0, 1) / 60_000
  const store = example('flights', 2, { title: 'A tenth of the domestic flights of early 2001 (BTS)' })
  const table = { dims: ['flight'], shape: [minutes.length], chunk: [50_000], codec: 'zstd' }
  const put = (name, values, attributes) => store.write(name, { ...table, values, attributes })
  await put(
    'time',
    Int32Array.from(minutes, (minute) => Number(minute) - first),
    { units: 'minutes since 2001-01-01' },
  )
  await put('delay', Int16Array.from(delays, Number), { units: 'min' })
  await put('distance', Int16Array.from(distances, Number), { units: 'mile' })
  await put('origin', origins, {})
  await put('destination', destinations, {})
  store.close()
}

const latitude = { units: 'degrees_north', standard_name: 'latitude' }
const longitude = { units: 'degrees_east', standard_name: 'longitude' }
const missing = -32768

function coordinate(store, name, values, codec, attributes) {
  return store.write(name, { dims: [name], shape: [values.length], chunk: [values.length], values, codec, attributes })
}

// Values of rows at their cells; cells that no row has are missing.
function placed(kind, rows, cell, value, shape, fill = missing) {
  const count = shape ? shape[0] * shape[1] : Math.max(...rows.map(cell)) + 1
  const values = new kind(count).fill(fill)
  for (const row of rows) values[cell(row)] = value(row)
  return values
}

function distinct(rows, name) {
  return [...new Set(rows.map((row) => Number(row[name])))].sort((a, b) => a - b)
}

function readText(name) {
  return readFileSync(join(origin, name), 'utf8')
}

// These files have no quotes.
function readTable(name) {
  const [header, ...lines] = readText(name).trim().split(/\r?\n/)
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((text, i) => [names[i], text])))
}
