/** The one error class of the project, and how it is shown: line, carets, what exists, what to do. */
import type { Span } from './span.js'

/**
 * Stable codes that programs may test.
 * parse, bind, type: the query is wrong; value: a value cannot be computed (overflow, cast, domain);
 * store: data are missing, damaged or not readable; unsupported: a known feature that is not there (yet);
 * memory: a limit would be passed; worker: a thread died; io: the system refused; setting: a bad setting.
 */
export type ErrorCode =
  | 'parse'
  | 'bind'
  | 'type'
  | 'value'
  | 'store'
  | 'unsupported'
  | 'memory'
  | 'cancelled'
  | 'worker'
  | 'io'
  | 'setting'
  | 'internal'

export interface ErrorDetails {
  readonly span?: Span | undefined
  /** What to do about it, one sentence. */
  readonly hint?: string | undefined
  /** Where in the data: the array and the chunk, e.g. `era.zarr/t2m, chunk 3.0.1`. */
  readonly where?: string | undefined
}

/** What crosses a thread: of a thrown error only `message` would survive. */
export interface ErrorData extends ErrorDetails {
  readonly code: ErrorCode
  readonly message: string
}

export class ChunkQLError extends Error {
  override readonly name = 'ChunkQLError'
  readonly code: ErrorCode
  readonly span: Span | undefined
  readonly hint: string | undefined
  readonly where: string | undefined
  /** The query, where known: set once by `query.ts`, read by `render`. */
  sql: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message)
    this.code = code
    this.span = details.span
    this.hint = details.hint
    this.where = details.where
  }

  toData(): ErrorData {
    return { code: this.code, message: this.message, span: this.span, hint: this.hint, where: this.where }
  }

  /** The whole text for a person: message, place in the query with carets, place in the data, hint. */
  render(): string {
    const lines = [`${titles[this.code]}: ${this.message}`]
    if (this.sql !== undefined && this.span) lines.push('', ...excerpt(this.sql, this.span))
    if (this.where) lines.push('', `  in: ${this.where}`)
    if (this.hint) lines.push('', `  hint: ${this.hint}`)
    return lines.join('\n')
  }
}

export function isChunkQLError(error: unknown): error is ChunkQLError {
  return error instanceof ChunkQLError
}

/** Any thrown thing as plain data; foreign errors become `internal`. */
export function toErrorData(error: unknown): ErrorData {
  if (isChunkQLError(error)) return error.toData()
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

export function fromErrorData(data: ErrorData): ChunkQLError {
  return new ChunkQLError(data.code, data.message, data)
}

const titles: Readonly<Record<ErrorCode, string>> = {
  parse: 'Syntax error',
  bind: 'Name error',
  type: 'Type error',
  value: 'Value error',
  store: 'Store error',
  unsupported: 'Not supported',
  memory: 'Out of memory',
  cancelled: 'Cancelled',
  worker: 'Worker error',
  io: 'I/O error',
  setting: 'Setting error',
  internal: 'Internal error',
}

/** The line that holds the start of the span, with carets under it. */
function excerpt(sql: string, span: Span): string[] {
  const start = Math.min(span.start, sql.length)
  const lineStart = sql.lastIndexOf('\n', start - 1) + 1
  const newline = sql.indexOf('\n', start)
  const lineEnd = newline < 0 ? sql.length : newline
  const lineNumber = sql.slice(0, lineStart).split('\n').length
  const label = `LINE ${lineNumber}: `
  // A line longer than a screen is cut around the place.
  const from = Math.max(lineStart, start - 60)
  const to = Math.min(lineEnd, Math.max(start + 60, from + 100))
  const lead = from > lineStart ? '...' : ''
  const tail = to < lineEnd ? '...' : ''
  const width = Math.max(1, Math.min(span.end, to) - start)
  const before = (lead + sql.slice(from, start)).replace(/[^\t]/g, ' ')
  return [`${label}${lead}${sql.slice(from, to)}${tail}`, `${' '.repeat(label.length)}${before}${'^'.repeat(width)}`]
}

/** The names nearest to what was typed, best first, for "did you mean". */
export function suggest(wanted: string, existing: Iterable<string>, most = 3): string[] {
  const target = wanted.toLowerCase()
  const limit = Math.max(1, Math.floor(target.length / 3) + 1)
  return [...new Set(existing)]
    .map((name) => ({ name, distance: similarity(target, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, most)
    .map(({ name }) => name)
}

function similarity(a: string, b: string): number {
  return b.startsWith(a) || a.startsWith(b) ? 1 : editDistance(a, b)
}

/** Levenshtein distance by the two-row recurrence. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      row.push(Math.min((row[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + cost))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
