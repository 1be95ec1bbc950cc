/** SELECT and its clauses, from the CST. */
import type { CstNode } from 'chevrotain'
import type { FromSyntax, Name, OrderItem, SelectItem, SelectSyntax } from '../model/syntax.js'
import { extentOf, node, nodes, present, startOf, token } from './cst.js'
import { buildExpression, buildList } from './expression.js'
import { nameOf } from './literal.js'
import { buildStore } from './store.js'

export function buildSelect(cst: CstNode): SelectSyntax {
  const inner = node(cst, 'select')
  if (inner) return buildSelect(inner)
  const items = node(cst, 'items')
  const from = node(cst, 'from')
  const span = extentOf(cst)
  return {
    kind: 'select',
    distinct: items !== undefined && token(items, 'DISTINCT') !== undefined,
    items: items ? nodes(items, 'item').map(buildItem) : [everything(span.start)],
    ...(from && { from: buildFrom(from) }),
    ...buildClauses(present(node(cst, 'clauses'))),
    span,
  }
}

/** FROM t alone selects all columns. */
function everything(at: number): SelectItem {
  const span = { start: at, end: at }
  return { expression: { kind: 'star', qualifier: [], span }, span }
}

function buildItem(cst: CstNode): SelectItem {
  const alias = aliasOf(cst)
  return {
    expression: buildExpression(present(node(cst, 'expression'))),
    ...(alias && { alias }),
    span: extentOf(cst),
  }
}

/** The one name or string that stands beside the rest. */
function aliasOf(cst: CstNode): Name | undefined {
  const found = token(cst, 'Alias') ?? token(cst, 'Label') ?? token(cst, 'Name') ?? token(cst, 'Text')
  return found && nameOf(found)
}

function buildFrom(cst: CstNode): FromSyntax {
  const alias = aliasOf(cst)
  const query = node(cst, 'select')
  const named = alias && { alias }
  const span = { ...extentOf(cst), start: startAfter(cst) }
  if (query) return { kind: 'subquery', query: buildSelect(query), ...named, span }
  return { ...buildStore(present(node(cst, 'store'))), ...named, span }
}

function startAfter(cst: CstNode): number {
  const opening = token(cst, 'LeftParen')
  return opening ? startOf(opening) : extentOf(present(node(cst, 'store'))).start
}

type Clauses = Pick<SelectSyntax, 'where' | 'groupBy' | 'having' | 'orderBy' | 'limit' | 'offset'>

function buildClauses(cst: CstNode): Clauses {
  const clause = <Key extends keyof Clauses>(key: Key, build: (found: CstNode) => Clauses[Key]) => {
    const found = node(cst, key)
    const built = found && build(found)
    return built === undefined ? {} : { [key]: built }
  }
  return {
    ...clause('where', buildOwn),
    ...clause('groupBy', (found) => (token(found, 'ALL') ? 'all' : buildList(present(node(found, 'list'))))),
    ...clause('having', buildOwn),
    ...clause('orderBy', buildOrder),
    ...clause('limit', (found) => (token(found, 'ALL') ? undefined : buildOwn(found))),
    ...clause('offset', buildOwn),
  }
}

/** The only expression of a clause. */
function buildOwn(cst: CstNode) {
  return buildExpression(present(node(cst, 'expression')))
}

function buildOrder(cst: CstNode): Clauses['orderBy'] {
  if (token(cst, 'ALL')) return { all: directionOf(cst) }
  return nodes(cst, 'orderItem').map((item): OrderItem => ({ expression: buildOwn(item), ...directionOf(item) }))
}

function directionOf(cst: CstNode): Pick<OrderItem, 'descending' | 'nullsFirst'> {
  const direction = present(node(cst, 'direction'))
  const first = token(direction, 'FIRST') !== undefined
  return {
    descending: token(direction, 'DESC') !== undefined,
    ...(token(direction, 'NULLS') && { nullsFirst: first }),
  }
}
