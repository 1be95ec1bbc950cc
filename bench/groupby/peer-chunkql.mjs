// ChunkQL as the bench asks it, in a process of its own, so that its memory is its own.
import { connect } from '../../dist/index.js'
import { order, timeLines } from '../shared/time.mjs'
import { openDigest } from './digest.mjs'

const { store, threads, runs, lines } = order()
const db = await connect({ threads, attach: { rows: store }, settings: { collect_statistics: 'off' } })
const { keys, sql } = lines[0]
const results = await timeLines(
  lines,
  runs,
  (text) => db.query(text),
  (table) => {
    const digest = openDigest(keys)
    for (const batch of table.batches) {
      const columns = table.schema.fields.map((_, k) => {
        const column = batch.getChildAt(k)
        return (row) => column.get(row)
      })
      digest.add(columns, batch.numRows)
    }
    return digest.result()
  },
)
const { text } = await db.explain(sql, { analyze: true }).then((explained) => ({ text: String(explained) }))
await db.close()
console.log(JSON.stringify({ ...results, version: process.version, chunks: /(\d+) read/.exec(text)?.[1] }))
