/** Function calls, and the forms of a few functions that SQL writes with words between their arguments. */
import type { CstElement, CstNode, IToken } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import type { CallSyntax, ExpressionSyntax, Name } from '../model/syntax.js'
import { unexpected } from './complaint.js'
import { extentOf, isToken, node, present, startOf, token } from './cst.js'
import { nameOf } from './literal.js'
import { buildOrderItems } from './order.js'

export interface CallBuilder {
  readonly expression: (expression: CstNode) => ExpressionSyntax
  readonly args: (list: CstNode) => readonly ExpressionSyntax[]
  /** Of some parts of a list. */
  readonly parts: (parts: readonly CstElement[]) => ExpressionSyntax
}

export function buildCall(word: IToken, cst: CstNode, build: CallBuilder): ExpressionSyntax {
  const list = node(cst, 'list')
  const args = list ? (positionArgs(word, list, build) ?? build.args(list)) : []
  const side = sides.map((name) => token(cst, name)).find((found) => found !== undefined)
  const order = node(cst, 'orderBy')
  if (order && token(order, 'ALL')) throw unexpected(present(token(order, 'ALL')), ['an expression'])
  const filter = node(cst, 'filter')
  const call: CallSyntax = {
    kind: 'call',
    name: nameOf(word),
    args,
    distinct: token(cst, 'DISTINCT') !== undefined,
    ...(order && { orderBy: buildOrderItems(order, build.expression) }),
    ...(filter && { filter: build.expression(present(node(filter, 'expression'))) }),
    span: { start: startOf(word), end: extentOf(cst).end },
  }
  const from = token(cst, 'FROM')
  if (!from && (side || token(cst, 'PLACING'))) throw unexpected(endOfCall(cst), ['FROM'])
  const length = token(cst, 'FOR')
  if (!from && length) return firstOf(call, length, cst, build)
  if (!list && !from && (call.distinct || token(cst, 'ALL'))) throw unexpected(endOfCall(cst), ['an expression'])
  return from ? withSource(call, from, side, cst, build) : call
}

/** `substring(x FOR 3)` is substring(x, 1, 3). */
function firstOf(call: CallSyntax, length: IToken, cst: CstNode, build: CallBuilder): ExpressionSyntax {
  if (call.name.text.toLowerCase() !== 'substring' || call.args.length !== 1) throw unexpected(length, ['`)`'])
  const start: ExpressionSyntax = { kind: 'number', text: '1', span: extentOf(length) }
  return { ...call, args: [...call.args, start, build.expression(present(node(cst, 'length')))] }
}

const sides = ['BOTH', 'LEADING', 'TRAILING']
const endOfCall = (cst: CstNode): IToken => present(token(cst, 'RightParen'))

/** `position(a IN b)` looks for a in b. */
function positionArgs(word: IToken, list: CstNode, build: CallBuilder): readonly ExpressionSyntax[] | undefined {
  if (word.image.toLowerCase() !== 'position') return undefined
  const parts = present(list.children.part)
  const at = parts.findIndex((part) => isToken(part) && part.tokenType === k.IN)
  return at < 0 ? undefined : [build.parts(parts.slice(at + 1)), build.parts(parts.slice(0, at))]
}

const trims: Readonly<Record<string, string>> = { BOTH: 'trim', LEADING: 'ltrim', TRAILING: 'rtrim' }

/** `extract(year FROM x)` is date_part('year', x); `substring(x FROM 2 FOR 3)` is substring(x, 2, 3), `trim(LEADING 'a' FROM x)` is ltrim(x, 'a'). */
function withSource(
  call: CallSyntax,
  from: IToken,
  side: IToken | undefined,
  cst: CstNode,
  build: CallBuilder,
): ExpressionSyntax {
  const source = build.expression(present(node(cst, 'source')))
  const length = node(cst, 'length')
  const name = call.name.text.toLowerCase()
  const only = call.args.length === 1 ? call.args[0] : undefined
  if (name === 'extract' && only && !length) {
    return { ...call, name: { ...call.name, text: 'date_part' }, args: [fieldOf(only, from), source] }
  }
  if (name === 'trim' && call.args.length <= 1 && !length) {
    const trim = trims[side?.image.toUpperCase() ?? 'BOTH'] ?? 'trim'
    return { ...call, name: { ...call.name, text: trim }, args: [source, ...call.args] }
  }
  if (side) throw unexpected(side, ['an expression'])
  const placing = node(cst, 'placing')
  if (name === 'overlay' && only && placing) {
    const placed = build.expression(placing)
    return { ...call, args: [only, placed, source, ...(length ? [build.expression(length)] : [])] }
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
