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
  const ends = tokens.filter(({ tokenType }) => tokenType === Semicolon).map(({ startOffset }) => startOffset)
  // What cannot be read is kept, so that running it says so.
  const places = [...tokens.filter(({ tokenType }) => tokenType !== Semicolon).map(({ startOffset }) => startOffset)]
  places.push(...errors.map(({ offset }) => offset))
  return [...ends, text.length].flatMap((end, index) => {
    const from = index === 0 ? 0 : (ends[index - 1] ?? 0) + 1
    return places.some((place) => place >= from && place < end) ? [trimmed(text, from, end)] : []
  })
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
