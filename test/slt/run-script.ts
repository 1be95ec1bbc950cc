/** Runs one .slt file on an engine and collects what went otherwise. Called by test-configurations.ts. */
import { type Answer, letterOf, mismatch } from './answer.js'
import type { Dataset } from './dataset.js'
import { datasets } from './datasets.js'
import type { QueryRecord, Record, Script, StatementRecord } from './script.js'

export interface Engine {
  /** The name that `onlyif` and `skipif` know it by. */
  readonly name: string
  readonly capabilities: ReadonlySet<string>
  load(dataset: Dataset): Promise<void>
  run(sql: string): Promise<Answer>
}

export interface Outcome {
  readonly asked: number
  readonly failures: readonly string[]
}

/** `checkWork`: whether the engine runs as the `# work` lines assume. */
export async function runScript(script: Script, engine: Engine, checkWork: boolean): Promise<Outcome> {
  const failures: string[] = []
  let asked = 0
  for (const record of script.records) {
    if (record.kind === 'halt') break
    if (record.kind === 'require') {
      if (!engine.capabilities.has(record.capability)) break
      continue
    }
    if (record.kind === 'load') {
      await engine.load(datasetOf(script, record))
      continue
    }
    if (isSkipped(record, engine)) continue
    asked++
    const reason = await failureOf(record, engine, checkWork)
    if (reason) failures.push(`${script.path}:${record.line}: ${reason}\n    ${record.sql.replaceAll('\n', '\n    ')}`)
  }
  return { asked, failures }
}

function datasetOf(script: Script, record: Extract<Record, { kind: 'load' }>): Dataset {
  const dataset = datasets.get(record.dataset)
  if (!dataset) throw new Error(`${script.path}:${record.line}: no dataset is named ${record.dataset}`)
  return dataset
}

function isSkipped(record: QueryRecord | StatementRecord, engine: Engine): boolean {
  return record.skip === engine.name || (record.only !== undefined && record.only !== engine.name)
}

async function failureOf(
  record: QueryRecord | StatementRecord,
  engine: Engine,
  checkWork: boolean,
): Promise<string | undefined> {
  let answer: Answer
  try {
    answer = await engine.run(record.sql)
  } catch (error) {
    return wrongError(record, error)
  }
  if (record.kind === 'statement') return record.expect === 'error' ? 'no error' : undefined
  return (
    wrongTypes(record, answer) ??
    mismatch(record.expected, answer, record.sort) ??
    (checkWork ? wrongWork(record, answer) : undefined)
  )
}

function wrongError(record: QueryRecord | StatementRecord, error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : String(error)
  if (record.kind === 'query' || record.expect === 'ok') return `error: ${message}`
  // What is no error of ours is a fault of the engine, whatever it says.
  if (!(error instanceof Error) || !('code' in error) || error.code === 'internal') return `foreign error: ${message}`
  return matches(message, record.message) ? undefined : `another error: ${message}\n    expected: ${record.message}`
}

function matches(message: string, pattern: string): boolean {
  if (!pattern.startsWith('<REGEX>:')) return message.includes(pattern)
  const source = pattern.slice('<REGEX>:'.length)
  const ignoresCase = source.startsWith('(?i)')
  return new RegExp(ignoresCase ? source.slice('(?i)'.length) : source, ignoresCase ? 'is' : 's').test(message)
}

function wrongTypes(record: QueryRecord, answer: Answer): string | undefined {
  const letters = answer.types.map(letterOf).join('')
  if (record.types === undefined) {
    return letters.length === record.letters.length
      ? undefined
      : `${letters.length} columns, not ${record.letters.length}`
  }
  // An untyped NULL is INTEGER by the time DuckDB shows it.
  const fits = answer.types.map(
    (type, i) => type === record.types?.[i] || (type === 'NULL' && record.types?.[i] === 'INTEGER'),
  )
  if (fits.length === record.types.length && fits.every(Boolean)) return undefined
  return `types ${answer.types.join(' ')} instead of ${record.types.join(' ')}`
}

/** `chunks=3/100` is read of total; every other word is `name=value` of the work. */
function wrongWork(record: QueryRecord, { work }: Answer): string | undefined {
  if (record.work === undefined) return undefined
  const found = { ...work, chunks: `${work?.read}/${work?.chunksTotal}` }
  const wrong = record.work.split(' ').filter((word) => {
    const [name = '', value] = word.split('=')
    return String(found[name as keyof typeof found]) !== value
  })
  if (wrong.length === 0) return undefined
  return `work ${record.work} expected, found ${JSON.stringify(found)}`
}
