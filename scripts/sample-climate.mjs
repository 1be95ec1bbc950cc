// A store with the shape of a reanalysis: 2 m temperature every 6 hours on a grid of one degree, the same for every run.
// Chunks are made by as many threads as the machine has; each thread runs this file.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createStore, indexes, typeOf, writeChunk } from './sample-store.mjs'

const lats = 181
const lons = 360
const stepHours = 6
// A power of two near 0.002 K: numbers of an instrument's precision, of which compressors can make about half.
const quantum = 1 / 512

export async function writeClimate(path, { bytes, codec, chunk }) {
  if (existsSync(path)) throw new Error(`${path} is there already`)
  const started = performance.now()
  const shape = [Math.max(1, Math.round(bytes / (lats * lons * 4))), lats, lons]
  const box = chunk.map((size, axis) => Math.min(size, shape[axis]))
  const store = createStore(path, 2, { title: 'A made-up reanalysis, for benchmarks', Conventions: 'CF-1.8' })
  const coordinate = (name, values, attributes) =>
    store.write(name, { dims: [name], shape: [values.length], chunk: [values.length], values, codec, attributes })
  await coordinate(
    'time',
    Int32Array.from({ length: shape[0] }, (_, i) => i * stepHours),
    {
      units: 'hours since 2000-01-01 00:00:00',
      calendar: 'proleptic_gregorian',
      standard_name: 'time',
    },
  )
  await coordinate(
    'lat',
    Float32Array.from({ length: lats }, (_, i) => 90 - i),
    {
      units: 'degrees_north',
      standard_name: 'latitude',
    },
  )
  await coordinate(
    'lon',
    Float32Array.from({ length: lons }, (_, i) => i),
    {
      units: 'degrees_east',
      standard_name: 'longitude',
    },
  )
  const attributes = { units: 'K', long_name: '2 metre temperature', standard_name: 'air_temperature' }
  store.describe('t2m', {
    dtype: typeOf(Float32Array),
    dims: ['time', 'lat', 'lon'],
    shape,
    chunk: box,
    codec,
    fill: Number.NaN,
    attributes,
  })
  await writeChunks({ path, codec, shape, chunk: box })
  store.close()
  const written = (shape[0] * lats * lons * 4) / 1e6
  console.error(
    `${path}: ${shape.join(' x ')}, ${written.toFixed(0)} MB, ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
}

function writeChunks(job) {
  const threads = Array.from({ length: availableParallelism() }, (_, first, count = availableParallelism()) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { ...job, first, count } })
    return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
  })
  return Promise.all(threads)
}

if (!isMainThread) {
  const { path, codec, shape, chunk, first, count } = workerData
  const fields = slowFields()
  let number = 0
  for (const index of indexes(shape.map((size, axis) => Math.ceil(size / chunk[axis])))) {
    if (number++ % count === first)
      await writeChunk(path, 2, 't2m', index, codec, temperatures(fields, shape, chunk, index))
  }
  parentPort.postMessage('done')
}

// Per cell: the mean over the year, how far the seasons move it, and a land-and-sea pattern.
function slowFields() {
  const mean = new Float64Array(lats * lons)
  const season = new Float64Array(lats * lons)
  for (let i = 0; i < lats; i++) {
    const lat = ((90 - i) * Math.PI) / 180
    for (let j = 0; j < lons; j++) {
      const lon = (j * Math.PI) / 180
      const land = Math.sin(2 * lon + 1) * Math.cos(3 * lat) + 0.5 * Math.cos(5 * lon - 2 * lat)
      mean[i * lons + j] = 300 - 48 * Math.sin(lat) ** 2 - 4 * Math.max(0, land)
      season[i * lons + j] = 18 * Math.sin(lat) * (1 + 0.4 * land)
    }
  }
  return { mean, season }
}

// Seasons, the day, weather that travels east, and noise; NaN nowhere.
function temperatures({ mean, season }, shape, chunk, index) {
  const values = new Float32Array(chunk[0] * chunk[1] * chunk[2])
  const [lat0, lon0] = [index[1] * chunk[1], index[2] * chunk[2]]
  for (let t = 0; t < chunk[0]; t++) {
    const time = index[0] * chunk[0] + t
    if (time >= shape[0]) break
    const day = (time * stepHours) / 24
    const summer = Math.cos((2 * Math.PI * (day - 196)) / 365.25)
    const phases = Float64Array.from({ length: lons }, (_, j) => Math.sin((6 * Math.PI * j) / 180 - day / 2))
    const hours = Float64Array.from(
      { length: lons },
      (_, j) => 3 * Math.cos(2 * Math.PI * ((day % 1) + (j - 225) / 360)),
    )
    for (let i = 0; i < chunk[1] && lat0 + i < lats; i++) {
      const row = (lat0 + i) * lons
      const storms = 4 * Math.sin(((lat0 + i) * Math.PI) / 45) ** 2
      for (let j = 0; j < chunk[2] && lon0 + j < lons; j++) {
        const lon = lon0 + j
        const cell = row + lon
        const value =
          mean[cell] + season[cell] * summer + storms * phases[lon] + hours[lon] + noise(time * lats * lons + cell)
        values[(t * chunk[1] + i) * chunk[2] + j] = Math.round(value / quantum) * quantum
      }
    }
  }
  return values
}

// A hash of the cell's number, so that every chunk shape gets the same data: -0.5 to 0.5 K.
function noise(cell) {
  let bits = cell | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b)
  return ((bits ^ (bits >>> 16)) | 0) / 2 ** 32
}
