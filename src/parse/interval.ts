/** INTERVAL in its notations: a text alone is a constant, a number with a unit is a call of `to_days` and the like, as in DuckDB. */
import type { CstNode } from 'chevrotain'
import type { ExpressionSyntax, Name } from '../model/syntax.js'
import { unexpected } from './complaint.js'
import { extentOf, node, present, token } from './cst.js'
import { buildLiteral, nameOf, textOf } from './literal.js'

export function buildInterval(cst: CstNode, build: (expression: CstNode) => ExpressionSyntax): ExpressionSyntax {
  const text = token(cst, 'Text')
  const unit = token(cst, 'TimeUnit')
  const span = extentOf(cst)
  if (text && !unit) return { kind: 'typed', type: nameOf(present(token(cst, 'INTERVAL'))), text: textOf(text), span }
  const expression = node(cst, 'expression')
  const number = text ?? token(cst, 'NumberLiteral') ?? token(cst, 'Parameter')
  if (number && !text && !/^(\d+$|[?$])/.test(number.image)) throw unexpected(number, ['a whole number'], wholeHint)
  const amount = expression ? build(expression) : buildLiteral(present(number))
  return countOf(amount, nameOf(present(unit)), span)
}

const wholeHint = "write INTERVAL '1.5 hours'"

/** Seconds and milliseconds are counted in fractions, all else in whole numbers. */
function countOf(amount: ExpressionSyntax, unit: Name, span: ExpressionSyntax['span']): ExpressionSyntax {
  const name = pluralOf(unit.text.toLowerCase())
  const named = (text: string): Name => ({ text, quoted: false, span: unit.span })
  const cast = (arg: ExpressionSyntax, type: string): ExpressionSyntax => ({
    kind: 'cast',
    arg,
    type: named(type),
    attempt: false,
    span,
  })
  const call = (text: string, arg: ExpressionSyntax): ExpressionSyntax => ({
    kind: 'call',
    name: named(text),
    args: [arg],
    distinct: false,
    span,
  })
  const double = cast(amount, 'DOUBLE')
  if (name === 'seconds' || name === 'milliseconds') return call(`to_${name}`, double)
  const isLong = name === 'hours' || name === 'minutes' || name === 'microseconds'
  return call(`to_${name}`, cast(call('trunc', double), isLong ? 'BIGINT' : 'INTEGER'))
}

function pluralOf(unit: string): string {
  if (unit === 'century') return 'centuries'
  if (unit === 'millennium') return 'millennia'
  return unit === 'millennia' || unit.endsWith('s') ? unit : `${unit}s`
}
