// The table G1_1e7_1e2_0_0 of the db-benchmark, by a generator of our own: as a Zarr store and, by DuckDB, as Parquet.
import { execFileSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DOUBLE, DuckDBDataChunk, DuckDBInstance, INTEGER } from '@duckdb/node-api'
import { createStore, writeChunk } from '../../scripts/sample-store.mjs'

/** DuckDB's vectors hold no more. */
const vectorRows = 2048
const groups = 100

/** Column by column: the numbers from 1 on of which each row has one, and how a text is made of it. */
function columnsOf(rows) {
  const few = rows / groups
  return [
    { name: 'id1', most: groups, digits: 3 },
    { name: 'id2', most: groups, digits: 3 },
    { name: 'id3', most: few, digits: 10 },
    { name: 'id4', most: groups },
    { name: 'id5', most: groups },
    { name: 'id6', most: few },
    { name: 'v1', most: 5 },
    { name: 'v2', most: 15 },
    { name: 'v3' },
  ]
}

/** xorshift32: the same table on every machine. */
function generator(seed) {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

export function makeTable(rows) {
  return columnsOf(rows).map(({ name, most, digits }, k) => {
    const next = generator(0x9e3779b9 ^ (k + 1))
    for (let i = 0; i < 16; i++) next()
    const values = most === undefined ? new Float64Array(rows) : new Int32Array(rows)
    for (let row = 0; row < rows; row++) {
      values[row] = most === undefined ? Math.round(next() * 100e6) / 1e6 : 1 + Math.floor(next() * most)
    }
    return { name, digits, values }
  })
}

/** Python compresses: the encoders in JavaScript take all elements for 4 bytes long, which no other writer does. */
export async function writeZarr(table, path, { codec, chunk }) {
  const part = `${path}.part`
  rmSync(part, { recursive: true, force: true })
  const store = createStore(part, 2)
  for (const { name, digits, values } of table) {
    const dtype = digits ? [`|S${digits + 2}`] : values instanceof Float64Array ? ['<f8'] : ['<i4']
    store.describe(name, { dtype, dims: ['row'], shape: [values.length], chunk: [chunk], codec: 'raw' })
    for (let index = 0; index * chunk < values.length; index++) {
      const whole = new values.constructor(chunk)
      whole.set(values.subarray(index * chunk, (index + 1) * chunk))
      await writeChunk(part, 2, name, [index], 'raw', digits ? texts(whole, digits) : whole)
    }
  }
  store.close()
  const script = fileURLToPath(new URL('compress.py', import.meta.url))
  execFileSync('/usr/bin/python3', [script, part, codec.replace('blosc-', '')], { stdio: 'inherit' })
  renameSync(part, path)
}

/** 'id' and the number with leading zeros, as bytes side by side. */
function texts(numbers, digits) {
  const size = digits + 2
  const bytes = new Uint8Array(numbers.length * size)
  numbers.forEach((number, row) => {
    const at = row * size
    bytes[at] = 0x69
    bytes[at + 1] = 0x64
    for (let digit = size - 1, rest = number; digit >= 2; digit--, rest = Math.floor(rest / 10)) {
      bytes[at + digit] = 0x30 + (rest % 10)
    }
  })
  return bytes
}

export async function writeParquet(table, path) {
  const scratch = `${path}.scratch`
  rmSync(scratch, { force: true })
  const instance = await DuckDBInstance.create(scratch)
  const connection = await instance.connect()
  const types = table.map(({ values }) => (values instanceof Float64Array ? DOUBLE : INTEGER))
  const declared = table.map(({ name }, k) => `${name} ${types[k]}`)
  await connection.run(`CREATE TABLE numbers (${declared.join(', ')})`)
  const appender = await connection.createAppender('numbers')
  const rows = table[0].values.length
  for (let start = 0; start < rows; start += vectorRows) {
    const chunk = DuckDBDataChunk.create(types, Math.min(vectorRows, rows - start))
    table.forEach(({ values }, k) => {
      const vector = chunk.getColumnVector(k)
      vector.items.set(values.subarray(start, start + chunk.rowCount))
      vector.flush()
    })
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
  const columns = table.map(({ name, digits }) =>
    digits ? `'id' || lpad(${name}::VARCHAR, ${digits}, '0') AS ${name}` : name,
  )
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM numbers) TO '${path}.part' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  rmSync(scratch, { force: true })
  renameSync(`${path}.part`, path)
}
