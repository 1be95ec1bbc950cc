// A table of 50 million rows: `near` rises with the row (what instruments that drift leave), `far` is anywhere, `y` is what
// is averaged; beside it the same as a Parquet file of DuckDB's own writing.
import { existsSync, renameSync, rmSync } from 'node:fs'
import { DuckDBDataChunk, DuckDBInstance, FLOAT } from '@duckdb/node-api'
import { createStore } from '../../scripts/sample-store.mjs'

const rows = 50_000_000
const chunk = 250_000
/** DuckDB's vectors hold no more. */
const vectorRows = 2048

export async function writeStore(path) {
  if (existsSync(path)) return
  console.log(`making ${path}`)
  // Written aside and renamed: a store that is there is whole.
  const aside = `${path}.part`
  const store = createStore(aside, 2, { title: 'Made up, for benchmarks' })
  for (const [name, values] of Object.entries(columns())) {
    await store.write(name, { dims: ['row'], shape: [rows], chunk: [chunk], values, codec: 'blosc-lz4', fill: NaN })
  }
  store.close()
  renameSync(aside, path)
}

/** Values from 0 to 1, in steps of 2^-20 that compressors can make something of. */
function columns() {
  const step = 2 ** 20
  const near = Float32Array.from({ length: rows }, (_, row) => {
    const value = row / rows + 0.002 * (unit(row, 1) - 0.5)
    return Math.round(Math.min(1, Math.max(0, value)) * step) / step
  })
  const far = Float32Array.from({ length: rows }, (_, row) => Math.round(unit(row, 2) * step) / step)
  const y = Float32Array.from({ length: rows }, (_, row) => Math.round(unit(row, 3) * 1024) / 8)
  return { near, far, y }
}

function unit(row, salt) {
  let bits = Math.imul(row, 0x9e3779b1) + salt
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}

export async function writeParquet(path) {
  if (existsSync(path)) return
  console.log(`making ${path}`)
  const scratch = `${path}.scratch`
  rmSync(scratch, { force: true })
  const instance = await DuckDBInstance.create(scratch)
  const connection = await instance.connect()
  await connection.run('CREATE TABLE cells (near FLOAT, far FLOAT, y FLOAT)')
  const appender = await connection.createAppender('cells')
  const values = Object.values(columns())
  for (let start = 0; start < rows; start += vectorRows) {
    const count = Math.min(vectorRows, rows - start)
    const block = DuckDBDataChunk.create([FLOAT, FLOAT, FLOAT], count)
    values.forEach((column, k) => {
      const vector = block.getColumnVector(k)
      vector.items.set(column.subarray(start, start + count))
      vector.flush()
    })
    appender.appendDataChunk(block)
  }
  appender.closeSync()
  await connection.run(`COPY cells TO '${path}.part' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  rmSync(scratch, { force: true })
  renameSync(`${path}.part`, path)
}
