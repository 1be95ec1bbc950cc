// ChunkQL as the bench asks it, in a process of its own, so that its memory is its own.
import { connect } from '../../dist/index.js'
import { order, timeLines, toNumber } from './time.mjs'

const { store, name, threads, runs, lines } = order()
const db = await connect({ threads, attach: { [name]: store }, settings: { collect_statistics: 'off' } })
const ask = (sql) => db.query(sql)
const results = await timeLines(lines, runs, ask, (table) => {
  const columns = table.schema.fields.map((_, i) => table.getChildAt(i))
  return Array.from({ length: table.numRows }, (_, row) => columns.map((column) => toNumber(column.get(row))))
})
await db.close()
console.log(JSON.stringify({ ...results, version: process.version }))
