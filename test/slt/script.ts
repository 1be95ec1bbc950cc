/**
 * Reads .slt files: the sqllogictest format as DuckDB writes it, with directives of our own in comments, so that other
 * runners can still replay the files. Called by the test that runs them and by the judge.
 *
 * Ours, each holding for the next record: `# work: chunks=3/100` says what a query must read, `# types: BIGINT DOUBLE` its
 * types, `# differs: why` that DuckDB answers otherwise. `# matrix: full` anywhere runs a file in every configuration.
 */

export type Sort = 'nosort' | 'rowsort' | 'valuesort'

interface Common {
  /** Number of the record's first line, from 1. */
  readonly line: number
  readonly sql: string
  readonly differs?: string | undefined
  /** Engines that `skipif` and `onlyif` leave: undefined = all. */
  readonly only?: string | undefined
  readonly skip?: string | undefined
}

export interface QueryRecord extends Common {
  readonly kind: 'query'
  /** One letter per column: I integer, R floating point, T all others. */
  readonly letters: string
  readonly sort: Sort
  /** Lines after `----`, and where they stand, for the judge that fills them in. */
  readonly expected: readonly string[]
  readonly expectedFrom: number
  readonly expectedTo: number
  readonly types?: readonly string[] | undefined
  readonly work?: string | undefined
}

export interface StatementRecord extends Common {
  readonly kind: 'statement'
  readonly expect: 'ok' | 'error'
  /** What the message must contain; `<REGEX>:` begins a pattern. */
  readonly message: string
}

export type Record =
  | QueryRecord
  | StatementRecord
  | { readonly kind: 'load'; readonly line: number; readonly dataset: string }
  | { readonly kind: 'require'; readonly line: number; readonly capability: string }
  | { readonly kind: 'halt'; readonly line: number }

export interface Script {
  readonly path: string
  readonly lines: readonly string[]
  readonly records: readonly Record[]
  readonly fullMatrix: boolean
}

interface Directives {
  types?: string[]
  work?: string
  differs?: string
  only?: string
  skip?: string
}

export function parseScript(path: string, text: string): Script {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const records: Record[] = []
  let directives: Directives = {}
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? ''
    if (line === '' || line.startsWith('#')) {
      readDirective(line, directives)
      at++
      continue
    }
    const [word = '', ...rest] = line.split(/\s+/)
    if (word === 'skipif' || word === 'onlyif') {
      directives[word === 'skipif' ? 'skip' : 'only'] = rest[0] ?? ''
      at++
      continue
    }
    const { record, next } = readRecord(path, lines, at, word, rest, directives)
    records.push(record)
    directives = {}
    at = next
  }
  return { path, lines, records, fullMatrix: lines.includes('# matrix: full') }
}

function readDirective(line: string, directives: Directives): void {
  const match = /^# (types|work|differs): (.+)$/.exec(line)
  if (!match) return
  const [, name, value = ''] = match
  if (name === 'types') directives.types = value.split(' ')
  if (name === 'work') directives.work = value
  if (name === 'differs') directives.differs = value
}

function readRecord(
  path: string,
  lines: readonly string[],
  at: number,
  word: string,
  rest: readonly string[],
  directives: Directives,
): { record: Record; next: number } {
  const line = at + 1
  switch (word) {
    case 'load':
      return { record: { kind: 'load', line, dataset: rest[0] ?? '' }, next: at + 1 }
    case 'require':
      return { record: { kind: 'require', line, capability: rest[0] ?? '' }, next: at + 1 }
    case 'halt':
      return { record: { kind: 'halt', line }, next: at + 1 }
    case 'query':
      return readQuery(lines, at, rest, directives)
    case 'statement':
      return readStatement(path, lines, at, rest, directives)
    default:
      throw new Error(`${path}:${line}: '${word}' begins no record`)
  }
}

function readQuery(lines: readonly string[], at: number, rest: readonly string[], directives: Directives) {
  const { sql, separator } = readText(lines, at)
  const expectedFrom = lines[separator] === '----' ? separator + 1 : separator
  const expectedTo = endOfBlock(lines, expectedFrom)
  const record: QueryRecord = {
    kind: 'query',
    line: at + 1,
    sql,
    letters: rest[0] ?? '',
    sort: (rest[1] ?? 'nosort') as Sort,
    expected: lines.slice(expectedFrom, expectedTo),
    expectedFrom,
    expectedTo,
    ...directives,
  }
  return { record, next: expectedTo }
}

function readStatement(
  path: string,
  lines: readonly string[],
  at: number,
  rest: readonly string[],
  { differs, only, skip }: Directives,
) {
  const [expect] = rest
  if (expect !== 'ok' && expect !== 'error') throw new Error(`${path}:${at + 1}: statement ok or statement error`)
  const { sql, separator } = readText(lines, at)
  const from = lines[separator] === '----' ? separator + 1 : separator
  const next = endOfBlock(lines, from)
  const message = lines.slice(from, next).join('\n')
  const record: StatementRecord = { kind: 'statement', line: at + 1, sql, expect, message, differs, only, skip }
  return { record, next }
}

/** The SQL after a record's first line, up to `----` or an empty line. */
function readText(lines: readonly string[], at: number): { sql: string; separator: number } {
  let separator = at + 1
  while (separator < lines.length && lines[separator] !== '' && lines[separator] !== '----') separator++
  return { sql: lines.slice(at + 1, separator).join('\n'), separator }
}

function endOfBlock(lines: readonly string[], from: number): number {
  let end = from
  while (end < lines.length && lines[end] !== '') end++
  return end
}
