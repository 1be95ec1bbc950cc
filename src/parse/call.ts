/** Function calls, and the forms of a few functions that SQL writes with words between their arguments. */
import type { CstNode, IToken } from 'chevrotain'
import type { CallSyntax, ExpressionSyntax, Name } from '../model/syntax.js'
import { unexpected } from './complaint.js'
import { extentOf, node, present, startOf, token } from './cst.js'
import { nameOf } from './literal.js'

export interface CallBuilder {
  readonly expression: (expression: CstNode) => ExpressionSyntax
  readonly args: (list: CstNode) => readonly ExpressionSyntax[]
}

export function buildCall(word: IToken, cst: CstNode, build: CallBuilder): ExpressionSyntax {
  const list = node(cst, 'list')
  const args = list ? build.args(list) : []
  const filter = node(cst, 'filter')
  const call: CallSyntax = {
    kind: 'call',
    name: nameOf(word),
    args,
    distinct: token(cst, 'DISTINCT') !== undefined,
    ...(filter && { filter: build.expression(present(node(filter, 'expression'))) }),
    span: { start: startOf(word), end: extentOf(cst).end },
  }
  const from = token(cst, 'FROM')
  return from ? withSource(call, from, cst, build) : call
}

/** `extract(year FROM x)` is date_part('year', x); `substring(x FROM 2 FOR 3)` is substring(x, 2, 3). */
function withSource(call: CallSyntax, from: IToken, cst: CstNode, build: CallBuilder): ExpressionSyntax {
  const source = build.expression(present(node(cst, 'source')))
  const length = node(cst, 'length')
  const name = call.name.text.toLowerCase()
  const only = call.args.length === 1 ? call.args[0] : undefined
  if (name === 'extract' && only && !length) {
    return { ...call, name: { ...call.name, text: 'date_part' }, args: [fieldOf(only, from), source] }
  }
  if (name === 'substring' && only) {
    return { ...call, args: [only, source, ...(length ? [build.expression(length)] : [])] }
  }
  throw unexpected(from, ['`,`', '`)`'])
}

/** The field of EXTRACT, as a word or as a string. */
function fieldOf(field: ExpressionSyntax, from: IToken): ExpressionSyntax {
  const word: Name | undefined = field.kind === 'name' && field.path.length === 1 ? field.path[0] : undefined
  if (word) return { kind: 'string', value: word.text, span: field.span }
  if (field.kind === 'string') return field
  throw unexpected(from, ['a field such as YEAR before FROM'])
}
