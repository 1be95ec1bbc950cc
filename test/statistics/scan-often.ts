/** A process that scans a store and drops what it found out, several times: run by the test of surveys, beside others like it. */
import { connect } from '../../src/index.js'

const [, , path, cache] = process.argv
const db = await connect({ threads: 1, settings: { local_cache: cache, collect_statistics: 'always' } })
for (let i = 0; i < 12; i++) {
  const [row] = await db.query(`SELECT max(v) AS v, sum(w) AS w, count(*) AS n FROM '${path}'`)
  if (Number(row.v) !== Number(row.n) - 1) throw new Error(`the greatest of ${row.n} is ${row.v}`)
  if (i % 3 === 2) await db.query(`DROP STATISTICS '${path}'`)
}
await db.close()
