/** Names and types of columns beside DuckDB's DESCRIBE: pairs of all types in all operators and functions. Called by scripts/judge.mjs. */
import { DuckDBInstance } from '@duckdb/node-api'
import { bind } from '../../src/bind/bind.js'
import { isChunkQLError } from '../../src/model/error.js'
import { outputOf } from '../../src/model/plan.js'
import { typeName } from '../../src/model/type.js'
import { parse } from '../../src/parse/parse.js'
import { bindContext } from '../bind/climate.js'
import type { Disagreement } from './replay.js'

/** As `t` in test/bind/climate.ts. */
const table =
  'CREATE TABLE t(a INT, b DOUBLE, s VARCHAR, d DATE, ts TIMESTAMP, f BOOLEAN, big BIGINT, fl FLOAT, u8 UTINYINT, "Mixed" INT NOT NULL)'

const columns = ['a', 'b', 'd', 'ts', 'f', 'big', 'fl', 'u8', 's']
const constants = [
  '1',
  '1.5',
  '-1',
  '300',
  '3000000000',
  '1e0',
  'NULL',
  "'5'",
  "'2020-01-01'",
  'true',
  "DATE '2020-01-01'",
]
const operators = ['+', '-', '*', '/', '//', '%', '=', '<>', '<', '>=', 'AND', 'OR']
const functions = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'stddev_samp',
  'var_samp',
  'median',
  'abs',
  'floor',
  'ceil',
  'round',
]
const moreFunctions = ['sqrt', 'exp', 'ln', 'sin', 'year', 'month', 'day', 'hour', 'dayofyear']
const types = [
  'BOOLEAN',
  'TINYINT',
  'INT',
  'BIGINT',
  'UTINYINT',
  'UBIGINT',
  'REAL',
  'DOUBLE',
  'VARCHAR',
  'DATE',
  'TIMESTAMP',
]

function* queries(): Generator<string> {
  const values = [...columns, ...constants]
  for (const x of values) {
    for (const y of values) {
      yield* operators.map((operator) => `SELECT ${x} ${operator} ${y} FROM t`)
      yield `SELECT CASE WHEN f THEN ${x} ELSE ${y} END, CASE ${x} WHEN ${y} THEN 1 END FROM t`
      yield `SELECT ${x} IN (${y}), ${x} NOT IN (${y}, b), ${x} BETWEEN ${y} AND ${y} FROM t`
    }
    yield* [...functions, ...moreFunctions].map((name) => `SELECT ${name}(${x}) FROM t`)
    yield* types.map((type) => `SELECT CAST(${x} AS ${type}), TRY_CAST(${x} AS ${type}), ${x}::${type} FROM t`)
    yield `SELECT -(${x}), +(${x}) FROM t`
    yield `SELECT NOT ${x}, ${x} IS NULL, ${x} IS NOT NULL FROM t`
    yield `SELECT ${x}, ${x} AS q, count(*) FILTER (WHERE ${x} IS NULL), count(DISTINCT ${x}) FROM t GROUP BY ALL`
    yield `SELECT q, q AS Q FROM (SELECT ${x} AS q FROM t) ORDER BY 1`
    yield `SELECT date_trunc('month', ${x}), round(${x}, 1), power(${x}, 2) FROM t`
  }
}

export interface Descriptions {
  readonly asked: number
  /** Queries that only one of us takes: what a stricter or richer engine refuses or offers. */
  readonly onlyDuckDB: number
  readonly onlyOurs: number
  readonly found: readonly Disagreement[]
}

export async function judgeDescriptions(): Promise<Descriptions> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run(table)
  const counts = { asked: 0, onlyDuckDB: 0, onlyOurs: 0 }
  const found: Disagreement[] = []
  for (const sql of queries()) {
    counts.asked++
    const theirs = await connection.runAndReadAll(`DESCRIBE ${sql}`).then(
      (reader) => reader.getRows().map(([name, type]) => ourTerms(String(name), String(type))),
      () => undefined,
    )
    const ours = describe(sql)
    if (!theirs || !ours) {
      if (theirs) counts.onlyDuckDB++
      if (ours) counts.onlyOurs++
    } else if (theirs.join() !== ours.join() && !isKnown(sql)) {
      found.push({ place: 'describe', sql, reason: `${theirs.join(', ')} <> ${ours.join(', ')}` })
    }
  }
  connection.closeSync()
  instance.closeSync()
  return { ...counts, found }
}

function describe(sql: string): string[] | undefined {
  try {
    const [query] = parse(sql)
    if (query?.kind !== 'select') return undefined
    return outputOf(bind(query, bindContext())).map(({ name, type }) => `${name} ${typeName(type)}`)
  } catch (error) {
    if (isChunkQLError(error)) return undefined
    throw error
  }
}

/** What docs/differences.md says of names and types. */
function ourTerms(name: string, type: string): string {
  const shown = name.replaceAll(/"(\w+)"/g, '$1').replaceAll("CAST('t' AS BOOLEAN)", 'true')
  return `${shown} ${type.replace(/^DECIMAL.*/, 'DOUBLE').replace('HUGEINT', 'BIGINT')}`
}

/** NULL meets a DECIMAL as INTEGER, and a date as what the first overload takes: nothing depends on it. */
function isKnown(sql: string): boolean {
  return /NULL [-+*/%] 1\.5|1\.5 [-+*/%] NULL|(d|ts|DATE '[-\d]+') [-+] NULL/.test(sql)
}
