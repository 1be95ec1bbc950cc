/** FROM: a table, a subquery, rows made of a list, from the CST. Called by `select.ts`. */
import type { CstNode } from 'chevrotain'
import type { FromSyntax, RowsSyntax, SelectSyntax } from '../model/syntax.js'
import { columnNames, onlyAlias } from './alias.js'
import { extentOf, node, nodes, present, startOf, token } from './cst.js'
import { buildList } from './expression.js'
import { nameOf } from './literal.js'
import { buildSlices } from './slice.js'
import { buildStore, byName } from './store.js'

/** `select` is passed in: a subquery is built by whoever builds its surroundings. */
export function buildFrom(cst: CstNode, select: (cst: CstNode) => SelectSyntax): FromSyntax {
  return nodes(cst, 'lateral').reduce<FromSyntax>(
    (input, lateral) => ({
      kind: 'lateral',
      input,
      rows: buildRows(present(node(lateral, 'rows')), lateral),
      span: { start: input.span.start, end: extentOf(lateral).end },
    }),
    buildFirst(cst, select),
  )
}

function buildFirst(cst: CstNode, select: (cst: CstNode) => SelectSyntax): FromSyntax {
  const query = node(cst, 'select')
  const rows = node(cst, 'rows')
  if (rows) return buildRows(rows, cst)
  const alias = onlyAlias(cst)
  const columns = columnNames(cst)
  const named = alias && { alias, ...(columns && { columns }) }
  const span = { ...extentOf(cst), start: startAfter(cst) }
  if (query) return { kind: 'subquery', query: select(query), ...named, span }
  const slices = node(cst, 'slices')
  const store = buildStore(present(node(cst, 'store')))
  const united = token(cst, 'NAME') ? byName(store) : store
  return { ...united, ...(slices && { slices: buildSlices(slices) }), ...named, span }
}

function startAfter(cst: CstNode): number {
  const opening = token(cst, 'LeftParen')
  return opening ? startOf(opening) : extentOf(present(node(cst, 'store'))).start
}

/** `cst` is where the alias stands. */
function buildRows(rows: CstNode, cst: CstNode): RowsSyntax {
  const word = present(token(rows, 'Name'))
  const closing = present(token(rows, 'RightParen'))
  const list = node(rows, 'list')
  const span = { start: startOf(word), end: extentOf(closing).end }
  const alias = onlyAlias(cst)
  const columns = columnNames(cst)
  return {
    kind: 'rows',
    call: { kind: 'call', name: nameOf(word), args: list ? buildList(list) : [], distinct: false, span },
    ordinality: token(rows, 'ORDINALITY') !== undefined,
    ...(alias && { alias }),
    ...(columns && { columns }),
    span,
  }
}
