/** What the parser makes of texts, as text: the grouping of operators, statements printed back, and errors as a person sees them. */
import { isChunkQLError } from '../../src/model/error.js'
import { printStatement } from '../../src/model/print-statement.js'
import type { ExpressionSyntax } from '../../src/model/syntax.js'
import { parse } from '../../src/parse/parse.js'
import { testGolden } from '../golden.js'
import { groupedText } from './grouped.js'

for (const [file, show] of [
  ['operators', (sql: string) => expressionsOf(sql).map(groupedText).join('\n')],
  ['statements', (sql: string) => parse(sql).map(printStatement).join(';\n')],
  ['errors', (sql: string) => parse(sql).map(printStatement).join(';\n')],
  ['foreign', (sql: string) => parse(sql).map(printStatement).join(';\n')],
] as const) {
  testGolden(`parse/${file}.golden`, (sql) => ({ text: outcome(sql, show), fired: [] }))
}

/** Each line is an expression. */
function expressionsOf(sql: string): ExpressionSyntax[] {
  return sql.split('\n').map((line) => {
    const [select] = parse(`SELECT ${line}`)
    const item = select?.kind === 'select' ? select.items[0] : undefined
    if (!item) throw new Error(`no expression: ${line}`)
    return item.expression
  })
}

function outcome(sql: string, show: (sql: string) => string): string {
  try {
    return show(sql)
  } catch (error) {
    if (!isChunkQLError(error)) throw error
    error.sql = sql
    return error.render()
  }
}
