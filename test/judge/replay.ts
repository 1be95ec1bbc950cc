/** Replays the .slt files on DuckDB, or takes its answers as the expected ones. Called by scripts/judge.mjs. */
import { writeFileSync } from 'node:fs'
import { formatRows, letterOf, mismatch } from '../slt/answer.js'
import { datasets } from '../slt/datasets.js'
import type { QueryRecord, Record, Script, StatementRecord } from '../slt/script.js'
import { pathOf } from '../slt/scripts.js'
import { type Judge, openJudge } from './duckdb.js'

export interface Disagreement {
  readonly place: string
  readonly sql: string
  readonly reason: string
}

/** What DuckDB answers otherwise than the file says. A record that claims a difference and has none is one, too. */
export async function replay(script: Script): Promise<{ readonly asked: number; readonly found: Disagreement[] }> {
  const judge = await openJudge()
  const found: Disagreement[] = []
  let asked = 0
  for (const record of script.records) {
    if (!isJudged(record)) {
      await prepare(judge, record)
      continue
    }
    asked++
    const reason = await disagreement(judge, record)
    const wrong =
      record.differs === undefined ? reason : reason ? undefined : `agrees, though marked: ${record.differs}`
    if (wrong) found.push({ place: `${script.path}:${record.line}`, sql: record.sql, reason: wrong })
  }
  judge.close()
  return { asked, found }
}

async function prepare(judge: Judge, record: Record): Promise<void> {
  if (record.kind !== 'load') return
  const dataset = datasets.get(record.dataset)
  if (!dataset) throw new Error(`no dataset is named ${record.dataset}: ${[...datasets.keys()].join(', ')}`)
  await judge.load(dataset)
}

function isJudged(record: Record): record is QueryRecord | StatementRecord {
  if (record.kind !== 'query' && record.kind !== 'statement') return false
  return (record.only ?? 'duckdb') === 'duckdb' && record.skip !== 'duckdb'
}

async function disagreement(judge: Judge, record: QueryRecord | StatementRecord): Promise<string | undefined> {
  try {
    const answer = await judge.run(record.sql)
    if (record.kind === 'statement') return record.expect === 'ok' ? undefined : 'DuckDB has no error here'
    const types = record.types?.join(' ')
    if (types !== undefined && types !== answer.types.join(' ')) return `types ${answer.types.join(' ')} not ${types}`
    return mismatch(record.expected, answer, record.sort)
  } catch (error) {
    if (record.kind === 'statement' && record.expect === 'error') return undefined
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  }
}

/** Writes letters, types and rows of every judged query anew. Records with `# differs` keep what a person wrote. Returns what failed. */
export async function writeExpected(script: Script): Promise<Disagreement[]> {
  const judge = await openJudge()
  const lines = [...script.lines]
  const failed: Disagreement[] = []
  const edits: { readonly record: QueryRecord; readonly answer: Awaited<ReturnType<Judge['run']>> }[] = []
  for (const record of script.records) {
    await prepare(judge, record)
    if (record.kind !== 'query' || record.differs !== undefined || !isJudged(record)) continue
    try {
      edits.push({ record, answer: await judge.run(record.sql) })
    } catch (error) {
      failed.push({ place: `${script.path}:${record.line}`, sql: record.sql, reason: String(error) })
    }
  }
  judge.close()
  // From the end, so that line numbers before stay true.
  for (const { record, answer } of edits.reverse()) {
    lines.splice(record.expectedFrom, record.expectedTo - record.expectedFrom, ...formatRows(answer, record.sort))
    if (lines[record.expectedFrom - 1] !== '----') lines.splice(record.expectedFrom, 0, '----')
    lines[record.line - 1] = `query ${answer.types.map(letterOf).join('')} ${record.sort}`
    const typesLine = `# types: ${answer.types.join(' ')}`
    const above = lines[record.line - 2] ?? ''
    if (above.startsWith('# types: ')) lines[record.line - 2] = typesLine
    else lines.splice(record.line - 1, 0, typesLine)
  }
  writeFileSync(pathOf(script), lines.join('\n'))
  return failed
}
