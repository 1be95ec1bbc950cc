/** Runs one query with a cache of partials, in a process of its own. Started by cached-partials.test.ts. */
import { connect } from '../../src/index.js'

const [sql = '', local_cache = ''] = process.argv.slice(2)
const db = await connect({ threads: 1, settings: { inline_bytes: 0, cache_partials: '1GB', local_cache } })
await db.query(sql)
await db.close()
