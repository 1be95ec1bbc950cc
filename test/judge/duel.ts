/** Random queries to ChunkQL and DuckDB; where they differ, the smallest query that still does. Called by scripts/judge.mjs. */
import { type Answer, formatRows, mismatch } from '../slt/answer.js'
import { type OpenEngine, openEngine } from '../slt/chunkql.js'
import { datasets } from '../slt/datasets.js'
import { describeConfiguration, full } from '../slt/matrix.js'
import { makeStores } from '../slt/stores.js'
import { type Judge, openJudge } from './duckdb.js'
import { minimise } from './minimise.js'
import { type RandomQuery, randomQuery, writeQuery } from './random-query.js'

export interface DuelReport {
  readonly asked: number
  /** Queries that DuckDB refused, or we by a rule that DuckDB has not: nothing to compare. */
  readonly refused: number
  readonly differences: readonly { readonly seed: number; readonly sql: string; readonly reason: string }[]
}

/** `seeds` decide the queries and, in turn, the configurations. Stops after `most` differences. */
export async function duel(firstSeed: number, count: number, most = 20): Promise<DuelReport> {
  const stores = makeStores()
  const judge = await openJudge()
  const engines = new Map<string, OpenEngine>()
  for (const data of ['normal', 'cell', 'whole', 'memory'] as const) engines.set(data, await openEngine(stores, data))
  const tables = [...datasets.values()].filter(({ name }) => name !== 'people')
  for (const table of tables) {
    await judge.load(table)
    for (const engine of engines.values()) await engine.load(table)
  }

  const differences: { seed: number; sql: string; reason: string }[] = []
  let refused = 0
  let seed = firstSeed
  for (; seed < firstSeed + count && differences.length < most; seed++) {
    const configuration = full[seed % full.length]
    const engine = configuration && engines.get(configuration.data)
    if (!engine) continue
    await engine.configure(configuration)
    const query = randomQuery(seed)
    const verdict = await compare(query, engine, judge)
    if (verdict === 'refused') refused++
    else if (verdict !== 'same') {
      const ask = async (less: RandomQuery) => differenceOf(await compare(less, engine, judge))
      const small = await minimise({ query, reason: verdict }, ask)
      const where = describeConfiguration(configuration)
      differences.push({ seed, sql: writeQuery(small.query), reason: `${where}: ${small.reason}` })
    }
  }

  for (const engine of engines.values()) await engine.close()
  judge.close()
  stores.remove()
  return { asked: seed - firstSeed, refused, differences }
}

const differenceOf = (verdict: string) => (verdict === 'same' || verdict === 'refused' ? undefined : verdict)

/** 'same', 'refused', or how they differ. */
async function compare(query: RandomQuery, engine: OpenEngine, judge: Judge): Promise<string> {
  const sql = writeQuery(query)
  let wanted: Answer
  try {
    wanted = await judge.run(sql)
  } catch {
    return 'refused'
  }
  try {
    const found = await engine.run(sql)
    if (found.types.join() !== wanted.types.join())
      return `types ${found.types.join()} instead of ${wanted.types.join()}`
    return mismatch(formatRows(wanted, 'nosort'), found, 'nosort', toleranceOf(sql)) ?? 'same'
  } catch (error) {
    // Documented: DuckDB has no grids, and so no such error.
    if (error instanceof Error && error.message.includes('smaller grid')) return 'refused'
    return `error: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** DuckDB's variance divides per row and is off by 1e-12 after some hundreds of them. */
function toleranceOf(sql: string): number {
  return /stddev|var_samp/.test(sql) ? 1e-9 : 1e-12
}
