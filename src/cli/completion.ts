/** Tab: keywords, tables, columns, dot commands, and paths within quotes. Called by repl.ts. */
import { readdirSync } from 'node:fs'
import { dotCommands } from './dot-command.js'
import type { Database } from './engine.js'

export type Completion = [candidates: string[], completed: string]

/** Those that begin a clause or a value; functions and names come from the database. */
const keywords =
  `SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET AS AND OR NOT IN IS NULL BETWEEN CASE WHEN THEN ELSE END
  CAST DISTINCT ALL ASC DESC NULLS FIRST LAST FILTER TRUE FALSE DATE TIMESTAMP SHOW TABLES DESCRIBE EXPLAIN ANALYZE STATISTICS DROP ATTACH
  DETACH SET RESET avg count sum min max median stddev_samp var_samp floor ceil round abs sqrt exp ln power sin cos year
  month day hour dayofyear date_trunc`.split(/\s+/)

/** `names` are the tables and columns that exist. */
export function complete(line: string, names: readonly string[]): Completion {
  if (/^\.\w*$/.test(line))
    return matching(
      line,
      dotCommands.map(({ name }) => `.${name} `),
    )
  const [, path] = /^(?:[^']*'[^']*')*[^']*'([^']*)$/.exec(line) ?? []
  if (path !== undefined) return matching(path, pathsFrom(path))
  const word = /[\w.]*$/.exec(line)?.[0] ?? ''
  if (word === '') return [[], word]
  const found = matching(word, names)
  // Who types in capitals means a keyword; else the names that exist come first.
  const isShouted = word === word.toUpperCase() && word !== word.toLowerCase()
  return found[0].length > 0 && !isShouted
    ? found
    : matching(
        word,
        keywords.map((keyword) => inCaseOf(word, keyword)),
      )
}

function matching(typed: string, candidates: readonly string[]): Completion {
  const start = typed.toLowerCase()
  const found = candidates.filter((candidate) => candidate.toLowerCase().startsWith(start))
  return [[...new Set(found)].sort(), typed]
}

function inCaseOf(word: string, keyword: string): string {
  return word === word.toLowerCase() ? keyword.toLowerCase() : keyword
}

function pathsFrom(typed: string): string[] {
  const directory = typed.slice(0, typed.lastIndexOf('/') + 1)
  try {
    return readdirSync(directory || '.', { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => `${directory}${entry.name}${entry.isDirectory() ? '/' : ''}`)
  } catch {
    return []
  }
}

/** Tables beyond these are completed without their columns: describing one opens it. */
const mostDescribed = 30

/** Stores, tables with and without their store, and columns, written as SQL takes them. */
export async function namesIn(db: Database): Promise<string[]> {
  const tables = (await rowsOf(db, 'SHOW TABLES')).map(({ name = '', source = '' }) => ({
    short: quotedWhereNeeded(name),
    long: [source, name]
      .filter((part) => part !== '')
      .map(quotedWhereNeeded)
      .join('.'),
    source: quotedWhereNeeded(source),
  }))
  const columns: string[] = []
  for (const { long } of tables.slice(0, mostDescribed)) {
    const described = await rowsOf(db, `DESCRIBE ${long}`).catch(() => [])
    columns.push(...described.map(({ column_name = '' }) => quotedWhereNeeded(column_name)))
  }
  return [...new Set([...tables.flatMap(({ short, long, source }) => [short, long, source]), ...columns])]
}

async function rowsOf(db: Database, sql: string): Promise<Partial<Record<string, string>>[]> {
  const rows: Partial<Record<string, string>>[] = []
  const { header, batches } = await db.run(sql)
  const names = header.columns.map(({ name }) => name)
  for await (const { columns, length } of batches) {
    for (let row = 0; row < length; row++) {
      rows.push(Object.fromEntries(names.map((name, index) => [name, String(columns[index]?.values[row])])))
    }
  }
  return rows
}

function quotedWhereNeeded(name: string): string {
  return /^([A-Za-z_]\w*)?$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
