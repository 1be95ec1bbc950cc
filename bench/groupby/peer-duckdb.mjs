// DuckDB over Parquet as the bench asks it, in a process of its own.
import { DuckDBInstance, version } from '@duckdb/node-api'
import { order, timeLines } from '../shared/time.mjs'
import { openDigest } from './digest.mjs'

const { parquet, threads, runs, lines } = order()
const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
const connection = await instance.connect()
await connection.run(`CREATE VIEW rows AS FROM '${parquet}'`)
const [{ keys }] = lines
const results = await timeLines(
  lines,
  runs,
  async (sql) => (await connection.run(sql)).fetchAllChunks(),
  (chunks) => {
    const digest = openDigest(keys)
    for (const chunk of chunks) {
      const columns = Array.from({ length: chunk.columnCount }, (_, k) => {
        const vector = chunk.getColumnVector(k)
        return (row) => vector.getItem(row)
      })
      digest.add(columns, chunk.rowCount)
    }
    return digest.result()
  },
)
connection.closeSync()
console.log(JSON.stringify({ ...results, version: version() }))
