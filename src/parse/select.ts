/** SELECT and its clauses, from the CST. */
import type { CstNode } from 'chevrotain'
import { ChunkQLError } from '../model/error.js'
import type { OrderItem, SelectItem, SelectSyntax } from '../model/syntax.js'
import { onlyAlias } from './alias.js'
import { extentOf, node, nodes, present, token } from './cst.js'
import { buildExpression, buildList } from './expression.js'
import { buildFrom } from './from.js'

export function buildSelect(cst: CstNode): SelectSyntax {
  const inner = node(cst, 'select')
  if (inner) return withEnding(buildSelect(inner), present(node(cst, 'ending')))
  const items = node(cst, 'items')
  const from = node(cst, 'from')
  const span = extentOf(cst)
  return {
    kind: 'select',
    distinct: items !== undefined && token(items, 'DISTINCT') !== undefined,
    items: items ? nodes(items, 'item').map(buildItem) : [everything(span.start)],
    ...(from && { from: buildFrom(from, buildSelect) }),
    ...buildClauses(present(node(cst, 'clauses'))),
    span,
  }
}

/** `(SELECT ...) ORDER BY x LIMIT 3` is one SELECT: what stands behind the parenthesis belongs to it. */
function withEnding(select: SelectSyntax, cst: CstNode): SelectSyntax {
  const ending = buildEnding(cst)
  for (const clause of ['orderBy', 'limit', 'offset'] as const) {
    if (!ending[clause] || !select[clause]) continue
    const found = present(node(cst, clause))
    throw new ChunkQLError('parse', `found a second ${clauseNames[clause]}`, {
      span: extentOf(found),
      hint: 'write SELECT * FROM (...) around the first one',
    })
  }
  return { ...select, ...ending }
}

const clauseNames = { orderBy: 'ORDER BY', limit: 'LIMIT', offset: 'OFFSET' } as const

/** FROM t alone selects all columns. */
function everything(at: number): SelectItem {
  const span = { start: at, end: at }
  return { expression: { kind: 'star', qualifier: [], span }, span }
}

function buildItem(cst: CstNode): SelectItem {
  const alias = onlyAlias(cst)
  return {
    expression: buildExpression(present(node(cst, 'expression'))),
    ...(alias && { alias }),
    span: extentOf(cst),
  }
}

type Clauses = Pick<SelectSyntax, 'where' | 'groupBy' | 'having'>
type Ending = Pick<SelectSyntax, 'orderBy' | 'limit' | 'offset'>

function buildClauses(cst: CstNode): Clauses & Ending {
  return {
    ...clause(cst, 'where', buildOwn),
    ...clause(cst, 'groupBy', (found) => (token(found, 'ALL') ? 'all' : buildList(present(node(found, 'list'))))),
    ...clause(cst, 'having', buildOwn),
    ...buildEnding(present(node(cst, 'ending'))),
  }
}

function buildEnding(cst: CstNode): Ending {
  return {
    ...clause(cst, 'orderBy', buildOrder),
    ...clause(cst, 'limit', (found) => (token(found, 'ALL') ? undefined : buildOwn(found))),
    ...clause(cst, 'offset', buildOwn),
  }
}

/** A clause by its name, where it is there. */
function clause<Key extends keyof (Clauses & Ending)>(
  cst: CstNode,
  key: Key,
  build: (found: CstNode) => SelectSyntax[Key],
): { readonly [K in Key]?: SelectSyntax[Key] } {
  const found = node(cst, key)
  const built = found && build(found)
  return built === undefined ? {} : ({ [key]: built } as { readonly [K in Key]?: SelectSyntax[Key] })
}

/** The only expression of a clause. */
function buildOwn(cst: CstNode) {
  return buildExpression(present(node(cst, 'expression')))
}

function buildOrder(cst: CstNode): Ending['orderBy'] {
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
