/** Syntax without spans, short enough to be written in a test. Used by the tests of this folder. */

import type { ExpressionSyntax, SelectSyntax, Statement } from '../../src/model/syntax.js'
import { parse } from '../../src/parse/parse.js'

/** The same tree without its spans. */
export function plain<T>(syntax: T): T {
  return JSON.parse(JSON.stringify(syntax, (key, value: unknown) => (key === 'span' ? undefined : value))) as T
}

export function parseOne(sql: string): Statement {
  const statements = parse(sql)
  if (statements.length !== 1) throw new Error(`${statements.length} statements in ${sql}`)
  return statements[0] as Statement
}

export function parseSelect(sql: string): SelectSyntax {
  const statement = parseOne(sql)
  if (statement.kind !== 'select') throw new Error(`${statement.kind} instead of select: ${sql}`)
  return statement
}

export function parseExpression(sql: string): ExpressionSyntax {
  const [item] = parseSelect(`SELECT ${sql}`).items
  if (!item) throw new Error('no item')
  return item.expression
}
