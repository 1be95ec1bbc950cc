/**
 * Asks DuckDB whether it reads operators as we do: random flat expressions are computed as written and with the parentheses
 * that our parser gives them; and whether it reserves the words that we reserve. Called by scripts/judge.mjs.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import { keywordClasses } from '../../grammar/keywords.js'
import type { ExpressionSyntax } from '../../src/model/syntax.js'
import { parse } from '../../src/parse/parse.js'
import { groupedText } from '../parse/grouped.js'
import { randomNumbers } from '../slt/datasets.js'

export interface Grouping {
  readonly asked: number
  /** Those that both refuse. */
  readonly refused: number
  readonly found: readonly { readonly sql: string; readonly reason: string }[]
}

type Run = (sql: string) => Promise<Reading>

/** What became of a text: its value, an error, or a refusal by the grammar. */
interface Reading {
  readonly value: string
  readonly refused: boolean
}

export async function judgeGrouping(seed: number, count: number): Promise<Grouping> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  const run: Run = async (sql) => {
    try {
      const reader = await connection.runAndReadAll(sql)
      return { value: reader.getRows().join(), refused: false }
    } catch (error) {
      return { value: 'error', refused: /^Parser Error|syntax error/.test(String((error as Error).message)) }
    }
  }
  const rows = await connection.runAndReadAll('SELECT keyword_name, keyword_category FROM duckdb_keywords()')
  const found = [...wrongKeywords(rows.getRows() as [string, string][])]
  let refused = 0
  const random = randomNumbers(seed)
  for (let asked = 0; asked < count; asked++) {
    const sql = randomExpression(random)
    const { reason, both } = await compare(sql, run)
    if (reason) found.push({ sql, reason })
    if (both) refused++
  }
  connection.closeSync()
  return { asked: count, refused, found }
}

async function compare(sql: string, run: Run): Promise<{ reason?: string; both?: boolean }> {
  const theirs = await run(`SELECT ${sql}`)
  const ours = ourReading(sql)
  if (ours === undefined) return theirs.refused ? { both: true } : { reason: 'only DuckDB reads it' }
  if (theirs.refused) return { reason: `only we read it: ${ours}` }
  const grouped = await run(`SELECT ${ours}`)
  return grouped.value === theirs.value ? {} : { reason: `${theirs.value}, but ${ours} is ${grouped.value}` }
}

function ourReading(sql: string): string | undefined {
  try {
    const [select] = parse(`SELECT ${sql}`)
    const item = select?.kind === 'select' ? select.items[0] : undefined
    return groupedText((item as { expression: ExpressionSyntax }).expression)
  } catch {
    return undefined
  }
}

const constants = ['1', '2', '3', '4', '5', '7', '0', '1.5', 'true', 'false', 'NULL', "'a'", "'1'"]
const infix = [
  ...['+', '-', '*', '/', '//', '%', '^', '**', '=', '==', '<>', '!=', '<', '<=', '>', '>=', 'AND', 'OR', 'AND NOT'],
  ...['||', '&', '|', '<<', '>>', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'LIKE', 'ILIKE', 'NOT LIKE', '= NOT'],
]
const prefix = ['-', '+', 'NOT', '- -', '']
const suffix = [
  ...['IS NULL', 'IS NOT NULL', 'ISNULL', 'NOTNULL', 'NOT NULL', 'IS TRUE', 'IS NOT FALSE', 'IS UNKNOWN'],
  ...['IN (1, 2)', 'NOT IN (true, 3)', '::INTEGER', '::VARCHAR', '::BOOLEAN'],
]

function randomExpression(random: () => number): string {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? ''
  const chance = (share: number) => random() < share
  // DuckDB takes NOT and ~ behind `||` and its like for the end of the expression; we do not mind them.
  const term = (after = '') => {
    const operand = chance(0.1) ? `(${pick(constants)} ${pick(infix)} ${pick(constants)})` : pick(constants)
    return chance(0.25) && /[A-Z]$|^[-+*/=<>]?$/.test(after) ? `${pick(prefix)} ${operand}` : operand
  }
  const parts = [term()]
  for (let more = 1 + Math.floor(random() * 4); more > 0; more--) {
    if (chance(0.15)) parts.push(pick(suffix))
    if (chance(0.12)) parts.push(`${chance(0.3) ? 'NOT ' : ''}BETWEEN ${term()} AND ${term()}`)
    const operator = pick(infix)
    parts.push(operator, term(operator))
  }
  return parts.join(' ')
}

const classes: Readonly<Record<string, string>> = {
  reserved: 'reserved',
  unreserved: 'unreserved',
  column_name: 'column',
  type_function: 'function',
}

function* wrongKeywords(rows: readonly [string, string][]): Generator<{ sql: string; reason: string }> {
  for (const [word, category] of rows) {
    const ours = keywordClasses.get(word)
    if (ours !== classes[category]) yield { sql: word, reason: `DuckDB classes it as ${category}, we as ${ours}` }
  }
}
