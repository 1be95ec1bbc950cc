/** FROM: a table, a subquery, rows made of a list, from the CST. Called by `select.ts`. */
import type { CstNode } from 'chevrotain'
import type { FromSyntax, Name, RowsSyntax, SelectSyntax } from '../model/syntax.js'
import { onlyAlias } from './alias.js'
import { unsupported } from './complaint.js'
import { extentOf, node, nodes, present, startOf, token, tokens } from './cst.js'
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
  const named = alias && { alias }
  const columns = columnNames(cst)
  const span = { ...extentOf(cst), start: startAfter(cst) }
  if (query) return { kind: 'subquery', query: select(query), ...named, ...(columns && { columns }), span }
  if (columns)
    throw unsupported('(', 'names for the columns of a table', extentOf(present(node(cst, 'columnNames'))), hint)
  const slices = node(cst, 'slices')
  const store = buildStore(present(node(cst, 'store')))
  const united = token(cst, 'NAME') ? byName(store) : store
  return { ...united, ...(slices && { slices: buildSlices(slices) }), ...named, span }
}

const hint = 'write names after AS in SELECT'

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

function columnNames(cst: CstNode): readonly Name[] | undefined {
  const found = node(cst, 'columnNames')
  return found && tokens(found, 'Name').map(nameOf)
}
