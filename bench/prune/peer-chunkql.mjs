// The questions, with the statistics that there are, or without; and how many chunks were read.
import { connect } from '../../dist/index.js'
import { order, timeLines, toNumber } from '../shared/time.mjs'

const { store, threads, runs, lines, statistics } = order()
const db = await connect({ threads, attach: { prune: store }, settings: { collect_statistics: 'off' } })
if (statistics === 'analyze') await db.query('ANALYZE prune')
if (statistics === 'off') await db.query('DROP STATISTICS prune')
const results = await timeLines(
  lines,
  runs,
  (sql) => db.query(sql),
  (table) => [table.schema.fields.map((_, i) => toNumber(table.getChildAt(i).get(0)))],
)
for (const { name, sql } of lines) {
  const { work } = await db.explain(sql, { analyze: true })
  results.results[name].chunks = `${work?.read ?? 0}/${work?.chunksTotal ?? 0}`
}
await db.close()
console.log(JSON.stringify({ ...results, version: process.version }))
