// DuckDB over Parquet as the bench asks it, in a process of its own.
import { DuckDBInstance, version } from '@duckdb/node-api'
import { toNumber } from './lines.mjs'
import { order, timeLines } from './time.mjs'

const { parquet, threads, runs, lines } = order()
const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
const connection = await instance.connect()
await connection.run(`CREATE VIEW climate AS FROM '${parquet}'`)
const ask = (sql) => connection.runAndReadAll(sql)
const results = await timeLines(lines, runs, ask, (reader) => reader.getRows().map((row) => row.map(toNumber)))
connection.closeSync()
console.log(JSON.stringify({ ...results, version: version() }))
