// Makes the Parquet file that DuckDB reads from the store that the others read: by zarrita and DuckDB, not by ChunkQL.
import { renameSync, rmSync } from 'node:fs'
import { DOUBLE, DuckDBDataChunk, DuckDBInstance, FLOAT, TIMESTAMP } from '@duckdb/node-api'
import { FileSystemStore } from '@zarrita/storage'
import * as zarr from 'zarrita'

/** DuckDB's vectors hold no more. */
const vectorRows = 2048

const openArray = (path, name) => zarr.open(zarr.root(new FileSystemStore(path)).resolve(name), { kind: 'array' })

/** Coordinates of the store: microseconds since 1970, degrees. */
export async function readAxes(path) {
  const values = async (name) => Array.from((await zarr.get(await openArray(path, name))).data, Number)
  const { units } = (await openArray(path, 'time')).attrs
  const toMicroseconds = timeDecoder(String(units))
  return { time: (await values('time')).map(toMicroseconds), lat: await values('lat'), lon: await values('lon') }
}

function timeDecoder(units) {
  const [, unit = '', since = ''] = /^(\w+?)s? since (.+)$/.exec(units) ?? []
  const step = { day: 86_400e6, hour: 3_600e6, minute: 60e6, second: 1e6 }[unit]
  if (step === undefined) throw new Error(`time in '${units}' is not what scripts/sample.mjs writes`)
  const epoch = Date.parse(`${since.trim().replace(' ', 'T')}${since.includes(':') ? 'Z' : ''}`) * 1000
  return (value) => value * step + epoch
}

/** A table with the coordinates and the variables of a store of (time, lat, lon); variables of (lat, lon) repeat. */
export async function writeParquet(store, names, path) {
  const axes = await readAxes(store)
  const arrays = await Promise.all(names.map((name) => openArray(store, name)))
  // On disk: as rows with coordinates the table is seven times the size of the store.
  const scratch = `${path}.scratch`
  rmSync(scratch, { force: true })
  const instance = await DuckDBInstance.create(scratch)
  const connection = await instance.connect()
  const columns = names.map((name) => `${name} FLOAT`).join(', ')
  await connection.run(`CREATE TABLE cells (time TIMESTAMP, lat DOUBLE, lon DOUBLE, ${columns})`)
  const appender = await connection.createAppender('cells')
  const [step] = arrays[0].chunks
  for (let from = 0; from < axes.time.length; from += step) {
    const span = zarr.slice(from, Math.min(axes.time.length, from + step))
    const parts = await Promise.all(
      arrays.map((array) => zarr.get(array, array.shape.length === 3 ? [span, null, null] : null)),
    )
    appendCells(
      appender,
      parts.map(({ data }) => data),
      { from, ...axes },
    )
  }
  appender.closeSync()
  // Written aside and renamed: a file that is there is whole.
  await connection.run(`COPY cells TO '${path}.part' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  rmSync(scratch, { force: true })
  renameSync(`${path}.part`, path)
}

function appendCells(appender, variables, { from, time, lat, lon }) {
  const types = [TIMESTAMP, DOUBLE, DOUBLE, ...variables.map(() => FLOAT)]
  const plane = lat.length * lon.length
  const { length } = variables[0]
  for (let start = 0; start < length; start += vectorRows) {
    const count = Math.min(vectorRows, length - start)
    const chunk = DuckDBDataChunk.create(types, count)
    const vectors = types.map((_, column) => chunk.getColumnVector(column))
    const [times, lats, lons] = vectors.map(({ items }) => items)
    // A run of cells shares its time and latitude.
    for (let i = 0; i < count; ) {
      const row = Math.floor((start + i) / lon.length)
      const x = (start + i) % lon.length
      const end = Math.min(count, i + lon.length - x)
      times.fill(BigInt(time[from + Math.floor(row / lat.length)]), i, end)
      lats.fill(lat[row % lat.length], i, end)
      for (let k = i; k < end; k++) lons[k] = lon[x + k - i]
      i = end
    }
    variables.forEach((data, v) => {
      const vector = vectors[3 + v]
      for (let i = 0; i < count; i++) {
        const value = data[data.length === plane ? (start + i) % plane : start + i]
        // Missing is NULL to DuckDB, as it is to us.
        if (Number.isNaN(value)) vector.setItem(i, null)
        else vector.items[i] = value
      }
    })
    for (const vector of vectors) vector.flush()
    appender.appendDataChunk(chunk)
  }
}
