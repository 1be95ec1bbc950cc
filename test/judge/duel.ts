/** Random queries to ChunkQL and DuckDB; where they differ, the smallest query that still does. Called by scripts/judge.mjs. */
import { type Answer, formatRows, mismatch } from '../slt/answer.js'
import { type OpenEngine, openEngine } from '../slt/chunkql.js'
import type { Dataset } from '../slt/dataset.js'
import { datasets } from '../slt/datasets.js'
import { analyzed, type Configuration, describeConfiguration, full } from '../slt/matrix.js'
import { makeStores } from '../slt/stores.js'
import { type Judge, openJudge } from './duckdb.js'
import { minimise } from './minimise.js'
import { type RandomQuery, randomQuery, writeQuery } from './random-query.js'
import { wildQuery } from './wild-query.js'

export interface DuelReport {
  readonly asked: number
  /** Queries that DuckDB refused, or we by a rule that DuckDB has not: nothing to compare. */
  readonly refused: number
  readonly differences: readonly { readonly seed: number; readonly sql: string; readonly reason: string }[]
}

/** What is asked, and where. */
interface Kind {
  readonly query: (seed: number) => RandomQuery
  readonly configurations: readonly Configuration[]
  readonly tables: readonly Dataset[]
  /** An error must be one of both engines. */
  readonly errors: boolean
}

const all = [...datasets.values()]
const inMemory = new Set(['people', 'mixed'])

export const kinds = {
  /** Over stores of numbers: grouping, filters, limits; nothing that fails. */
  tame: {
    query: randomQuery,
    configurations: [...full, ...analyzed],
    tables: all.filter(({ name }) => !inMemory.has(name)),
    errors: false,
  },
  /** Over every type, errors too. */
  wild: {
    query: wildQuery,
    configurations: full.filter(({ data, optimized }) => data === 'memory' && optimized),
    tables: all.filter(({ name }) => name === 'mixed'),
    errors: true,
  },
} satisfies Readonly<Record<string, Kind>>

/** `seeds` decide the queries and, in turn, the configurations. Stops after `most` differences. */
export async function duel(kind: Kind, firstSeed: number, count: number, most = 20): Promise<DuelReport> {
  const stores = makeStores()
  const judge = await openJudge()
  const engines = new Map<string, OpenEngine>()
  const nameOf = ({ data, statistics }: Configuration) => `${data} ${statistics === true}`
  for (const configuration of kind.configurations) {
    const name = nameOf(configuration)
    const { data, statistics } = configuration
    if (!engines.has(name)) engines.set(name, await openEngine(stores, data, statistics))
  }
  for (const table of kind.tables) {
    await judge.load(table)
    for (const engine of engines.values()) await engine.load(table)
  }

  const differences: { seed: number; sql: string; reason: string }[] = []
  let refused = 0
  let seed = firstSeed
  for (; seed < firstSeed + count && differences.length < most; seed++) {
    const configuration = kind.configurations[seed % kind.configurations.length]
    const engine = configuration && engines.get(nameOf(configuration))
    if (!engine) continue
    await engine.configure(configuration)
    const query = kind.query(seed)
    const verdict = await compare(query, engine, judge, kind.errors)
    if (verdict === 'refused') refused++
    else if (verdict !== 'same') {
      const ask = async (less: RandomQuery) => differenceOf(await compare(less, engine, judge, kind.errors))
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
async function compare(query: RandomQuery, engine: OpenEngine, judge: Judge, errors: boolean): Promise<string> {
  const sql = writeQuery(query)
  let wanted: Answer
  try {
    wanted = await judge.run(sql)
  } catch (error) {
    return errors ? refusedToo(sql, engine, error) : 'refused'
  }
  try {
    const found = await engine.run(sql)
    if (found.types.join() !== wanted.types.join())
      return `types ${found.types.join()} instead of ${wanted.types.join()}`
    return mismatch(formatRows(wanted, 'nosort'), found, 'nosort', toleranceOf(sql)) ?? 'same'
  } catch (error) {
    if (errors && isMoreCareful(error, wanted, sql)) return 'refused'
    // Documented: DuckDB has no grids, and so no such error.
    if (error instanceof Error && error.message.includes('smaller grid')) return 'refused'
    return `error: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Documented: constants are converted at once, also where DuckDB reaches no row with them; sums have no 128 bits. */
function isMoreCareful(error: unknown, wanted: Answer, sql: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const { message } = error
  const isNothing = wanted.rows.every((row) => row.every((cell) => cell === null))
  if (/cannot be cast|does not take/.test(message) && (isNothing || / WHERE |CASE/.test(sql))) return true
  // A LIMIT computes what it needs there, here all rows that are sorted.
  if (/ LIMIT /.test(sql) && error.code === 'value') return true
  if (/overflow in sum/.test(message)) return true
  if (/cannot cast '/.test(message) && / WHERE |CASE|coalesce|nullif/.test(sql)) return true
  return /u64|UBIGINT/.test(sql) && /out of range|overflow/.test(message)
}

/** What decides an answer alone leaves the rest unread here: errors there do not count. */
const mayStopEarly = /AND|OR|BETWEEN|IN \(|CASE|FILTER|WHERE|coalesce|u64|UBIGINT/

/** What DuckDB refuses we must refuse too, and with an error of ours. */
async function refusedToo(sql: string, engine: OpenEngine, theirs: unknown): Promise<string> {
  try {
    const found = await engine.run(sql)
    if (/Conversion Error|Out of Range/.test(String(theirs)) && mayStopEarly.test(sql)) return 'refused'
    return `DuckDB: ${String(theirs).split('\n')[0]}; here: ${formatRows(found, 'nosort').slice(0, 3).join('; ')}`
  } catch (error) {
    const isOurs = error instanceof Error && 'code' in error && error.code !== 'internal'
    return isOurs ? 'refused' : `foreign error: ${error instanceof Error ? error.stack : String(error)}`
  }
}

/** DuckDB's variance divides per row and is off by 1e-12 after some hundreds of them. */
function toleranceOf(sql: string): number {
  return /stddev|var_samp/.test(sql) ? 1e-9 : 1e-12
}
