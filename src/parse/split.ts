/** Cuts a text at its semicolons, as far as that can be told of a text that may be wrong. Called by the command. */
import { tokenMatcher } from 'chevrotain'
import { Semicolon, Unterminated } from '../../grammar/tokens.js'
import { scan } from './lex.js'

export interface StatementText {
  /** Without the semicolon, and without white space around it. */
  readonly sql: string
  /** Where it begins in the text. */
  readonly start: number
}

/** The statements of a text; what is only white space and comments is none. */
export function splitStatements(text: string): StatementText[] {
  const { tokens, errors } = scan(text)
  // What cannot be read is kept, so that running it says so.
  const unread = errors.map(({ offset }) => ({ at: offset, ends: false }))
  const read = tokens.map(({ startOffset, tokenType }) => ({ at: startOffset, ends: tokenType === Semicolon }))
  const places = [...read, ...unread].sort((a, b) => a.at - b.at)
  const statements: StatementText[] = []
  let from = 0
  let isEmpty = true
  for (const { at, ends } of [...places, { at: text.length, ends: true }]) {
    if (ends && !isEmpty) statements.push(trimmed(text, from, at))
    if (ends) from = at + 1
    isEmpty = ends
  }
  return statements
}

/** Whether a text ends with the semicolon of a statement, so that there is no more to wait for. */
export function isComplete(text: string): boolean {
  const { tokens } = scan(text)
  const last = tokens[tokens.length - 1]
  return last?.tokenType === Semicolon && !tokens.some((token) => tokenMatcher(token, Unterminated))
}

function trimmed(text: string, from: number, end: number): StatementText {
  const sql = text.slice(from, end)
  return { sql: sql.trim(), start: from + sql.length - sql.trimStart().length }
}
