// A store of more than a gigabyte for the questions of the bench: a year of temperatures, two bands of a satellite with
// clouds in them (missing), and a mask of land. Each thread runs this file for a part of the chunks.
import { existsSync, renameSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createStore, typeOf, writeChunk } from '../../scripts/sample-store.mjs'

const shape = [1460, 181, 360]
const chunk = [60, 181, 360]
const codec = 'blosc-lz4'
const [steps, lats, lons] = shape
const cells = lats * lons

export async function writeSuite(path) {
  if (existsSync(path)) return
  console.log(`making ${path}`)
  // Written aside and renamed: a store that is there is whole.
  const aside = `${path}.part`
  const store = createStore(aside, 2, { title: 'Made up, for benchmarks', Conventions: 'CF-1.8' })
  const axis = (name, values, attributes) =>
    store.write(name, { dims: [name], shape: [values.length], chunk: [values.length], values, codec, attributes })
  const units = 'hours since 2001-01-01 00:00:00'
  await axis(
    'time',
    Int32Array.from({ length: steps }, (_, i) => i * 6),
    { units, calendar: 'proleptic_gregorian' },
  )
  await axis(
    'lat',
    Float32Array.from({ length: lats }, (_, i) => 90 - i),
    { units: 'degrees_north' },
  )
  await axis(
    'lon',
    Float32Array.from({ length: lons }, (_, i) => i),
    { units: 'degrees_east' },
  )
  const values = landMask()
  await store.write('land', { dims: ['lat', 'lon'], shape: [lats, lons], chunk: [lats, lons], values, codec })
  for (const name of Object.keys(variables)) {
    store.describe(name, { dtype: typeOf(Float32Array), dims: ['time', 'lat', 'lon'], shape, chunk, codec, fill: NaN })
  }
  await writeVariables(aside)
  store.close()
  renameSync(aside, path)
}

const isLand = (i, j) =>
  Math.sin((i * Math.PI) / 40) * Math.cos((j * Math.PI) / 70) + Math.sin((i + 2 * j) / 31) / 2 > 0.2

function landMask() {
  return Int8Array.from({ length: cells }, (_, cell) => (isLand(Math.floor(cell / lons), cell % lons) ? 1 : 0))
}

/** Value by step and cell; `noise` is -0.5 to 0.5. Steps of a power of two, of which compressors can make something. */
const variables = {
  t2m: (time, i, _, noise) => {
    const season = 15 * Math.sin(((90 - i) * Math.PI) / 180) * Math.cos((2 * Math.PI * (time / 4 - 196)) / 365)
    return Math.round((288 - 40 * Math.sin(((90 - i) * Math.PI) / 180) ** 2 + season + 6 * noise) * 256) / 256
  },
  red: (time, i, j, noise) => (isCloud(time, i, j) ? NaN : Math.round((0.12 + 0.1 * noise) * 4096) / 4096),
  nir: (time, i, j, noise) => (isCloud(time, i, j) ? NaN : Math.round((0.35 - 0.2 * noise) * 4096) / 4096),
}

const isCloud = (time, i, j) => (((time * 7 + i * 3) >> 4) + (j >> 3)) % 9 === 0

function writeVariables(path) {
  const count = availableParallelism()
  const threads = Array.from({ length: count }, (_, first) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { path, first, count } })
    return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
  })
  return Promise.all(threads)
}

if (!isMainThread) {
  const { path, first, count } = workerData
  for (let c = first; c * chunk[0] < steps; c += count) {
    for (const [name, compute] of Object.entries(variables)) {
      await writeChunk(path, 2, name, [c, 0, 0], codec, values(c * chunk[0], compute))
    }
  }
  parentPort.postMessage('done')
}

function values(from, compute) {
  const block = new Float32Array(chunk[0] * cells)
  for (let t = 0, k = 0; t < chunk[0] && from + t < steps; t++) {
    for (let i = 0; i < lats; i++) {
      for (let j = 0; j < lons; j++, k++) block[k] = compute(from + t, i, j, noise((from + t) * cells + i * lons + j))
    }
  }
  return block
}

function noise(cell) {
  let bits = cell | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b)
  return ((bits ^ (bits >>> 16)) | 0) / 2 ** 32
}
