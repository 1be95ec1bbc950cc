// One question, timed and its process's peak memory taken.
import { connect } from '../../dist/index.js'
import { order, timeLines } from '../shared/time.mjs'

const { store, name, threads, runs, sql } = order()
const db = await connect({ threads, attach: { [name]: store }, settings: { collect_statistics: 'off' } })
const { results, peak } = await timeLines(
  [{ name: 'line', sql }],
  runs,
  (text) => db.query(text),
  () => [],
)
await db.close()
console.log(JSON.stringify({ ms: results.line.ms, peak }))
