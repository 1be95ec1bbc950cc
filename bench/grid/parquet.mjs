// Makes the Parquet file that DuckDB reads from the store that the others read: by zarrita and DuckDB, not by ChunkQL.
import { renameSync, rmSync } from 'node:fs'
import { DOUBLE, DuckDBDataChunk, DuckDBInstance, FLOAT, TIMESTAMP } from '@duckdb/node-api'
import { FileSystemStore } from '@zarrita/storage'
import * as zarr from 'zarrita'

/** DuckDB's vectors hold no more. */
const vectorRows = 2048

/** Coordinates of the store: microseconds since 1970, degrees. */
export async function readAxes(path) {
  const root = zarr.root(new FileSystemStore(path))
  const open = (name) => zarr.open(root.resolve(name), { kind: 'array' })
  const values = async (name) => Array.from((await zarr.get(await open(name))).data, Number)
  const t2m = await open('t2m')
  const { units } = (await open('time')).attrs
  const toMicroseconds = timeDecoder(String(units))
  return { t2m, time: (await values('time')).map(toMicroseconds), lat: await values('lat'), lon: await values('lon') }
}

function timeDecoder(units) {
  const [, unit = '', since = ''] = /^(\w+?)s? since (.+)$/.exec(units) ?? []
  const step = { day: 86_400e6, hour: 3_600e6, minute: 60e6, second: 1e6 }[unit]
  if (step === undefined) throw new Error(`time in '${units}' is not what scripts/sample.mjs writes`)
  const epoch = Date.parse(`${since.trim().replace(' ', 'T')}${since.includes(':') ? 'Z' : ''}`) * 1000
  return (value) => value * step + epoch
}

export async function writeParquet({ t2m, time, lat, lon }, path) {
  // On disk: as rows with coordinates the table is seven times the size of the store.
  const scratch = `${path}.scratch`
  rmSync(scratch, { force: true })
  const instance = await DuckDBInstance.create(scratch)
  const connection = await instance.connect()
  await connection.run('CREATE TABLE climate (time TIMESTAMP, lat DOUBLE, lon DOUBLE, t2m FLOAT)')
  const appender = await connection.createAppender('climate')
  const step = t2m.chunks[0]
  for (let from = 0; from < time.length; from += step) {
    const to = Math.min(time.length, from + step)
    const { data } = await zarr.get(t2m, [zarr.slice(from, to), null, null])
    appendCells(appender, data, { from, time, lat, lon })
  }
  appender.closeSync()
  // Written aside and renamed: a file that is there is whole.
  await connection.run(`COPY climate TO '${path}.part' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  rmSync(scratch, { force: true })
  renameSync(`${path}.part`, path)
}

function appendCells(appender, data, { from, time, lat, lon }) {
  for (let start = 0; start < data.length; start += vectorRows) {
    const count = Math.min(vectorRows, data.length - start)
    const chunk = DuckDBDataChunk.create([TIMESTAMP, DOUBLE, DOUBLE, FLOAT], count)
    const vectors = [0, 1, 2, 3].map((column) => chunk.getColumnVector(column))
    const [times, lats, lons, values] = vectors.map(({ items }) => items)
    values.set(data.subarray(start, start + count))
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
    // Missing is NULL to DuckDB, as it is to us.
    for (let i = 0; i < count; i++) if (Number.isNaN(values[i])) vectors[3].setItem(i, null)
    for (const vector of vectors) vector.flush()
    appender.appendDataChunk(chunk)
  }
}
