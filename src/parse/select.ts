/** SELECT and its clauses, from the CST. */
import type { CstNode } from 'chevrotain'
import { ChunkQLError } from '../model/error.js'
import type { CommonTable, ExpressionSyntax, SelectItem, SelectSyntax } from '../model/syntax.js'
import { columnNames, onlyAlias } from './alias.js'
import { unexpected } from './complaint.js'
import { extentOf, firstOf, node, nodes, present, token, tokens } from './cst.js'
import { buildExpression, buildList } from './expression.js'
import { buildFrom } from './from.js'
import { buildLiteral, nameOf } from './literal.js'
import { buildOrderItems, directionOf } from './order.js'

export function buildSelect(cst: CstNode): SelectSyntax {
  const inner = node(cst, 'select')
  const rows = node(cst, 'values')
  if (rows) return buildValues(rows, cst)
  if (inner && token(cst, 'WITH')) return withNames(cst, buildSelect(inner))
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

/** `VALUES (1), (2) LIMIT 1` selects all columns of the rows. */
function buildValues(values: CstNode, cst: CstNode): SelectSyntax {
  const span = extentOf(cst)
  const rows = nodes(values, 'row').map((row) => buildList(present(node(row, 'list'))))
  return {
    kind: 'select',
    distinct: false,
    items: [everything(span.start)],
    from: { kind: 'values', rows, span: extentOf(values) },
    ...buildEnding(present(node(cst, 'ending'))),
    span,
  }
}

function withNames(cst: CstNode, select: SelectSyntax): SelectSyntax {
  const tables = nodes(cst, 'commonTable').map((table): CommonTable => {
    const columns = columnNames(table)
    const query = buildSelect(present(node(table, 'select')))
    return { name: nameOf(present(token(table, 'Name'))), ...(columns && { columns }), query, span: extentOf(table) }
  })
  return { ...select, with: [...tables, ...(select.with ?? [])] }
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
  const expression = buildExpression(present(node(cst, 'expression')))
  const changes = node(cst, 'changes')
  return {
    expression: changes ? changedStar(expression, changes) : expression,
    ...(alias && { alias }),
    span: extentOf(cst),
  }
}

function changedStar(star: ExpressionSyntax, cst: CstNode): ExpressionSyntax {
  if (star.kind !== 'star') throw unexpected(firstOf(cst), ['`*` before it'])
  const [excluded, replaced, renamed] = ['exclude', 'replace', 'rename'].map((name) => node(cst, name))
  return {
    ...star,
    ...(excluded && { exclude: columnNames(excluded) ?? tokens(excluded, 'Name').map(nameOf) }),
    ...(replaced && {
      replace: nodes(replaced, 'replacement').map((each) => ({
        expression: buildOwn(each),
        name: nameOf(present(token(each, 'Name'))),
      })),
    }),
    ...(renamed && {
      rename: nodes(renamed, 'renaming').map((each) => {
        const [from, to] = tokens(each, 'Name').map(nameOf)
        return { from: present(from), to: present(to) }
      }),
    }),
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
    ...clause(cst, 'limit', buildLimit),
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

/** FETCH FIRST ROW ONLY is one row. */
function buildLimit(cst: CstNode): ExpressionSyntax | undefined {
  if (token(cst, 'ALL')) return undefined
  if (!token(cst, 'FETCH')) return buildOwn(cst)
  const count = token(cst, 'NumberLiteral')
  return count ? buildLiteral(count) : { kind: 'number', text: '1', span: extentOf(cst) }
}

function buildOrder(cst: CstNode): Ending['orderBy'] {
  if (token(cst, 'ALL')) return { all: directionOf(cst) }
  return buildOrderItems(cst, buildExpression)
}
