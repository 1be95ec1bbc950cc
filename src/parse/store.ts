/** What FROM, DESCRIBE and SHOW TABLES read: a path in quotes, or a table by its name. */
import type { CstNode } from 'chevrotain'
import { ChunkQLError } from '../model/error.js'
import type { TableSyntax } from '../model/syntax.js'
import { extentOf, node, present, token, tokens } from './cst.js'
import { nameOf, textOf } from './literal.js'

export function buildStore(cst: CstNode): TableSyntax {
  const span = extentOf(cst)
  const path = token(cst, 'Text')
  const stores = node(cst, 'stores')
  if (stores) {
    const paths = tokens(stores, 'Text').map(textOf)
    // As a path the list is JSON: that is how sources know it.
    return { kind: 'path', path: JSON.stringify(paths), paths, span }
  }
  if (path) return { kind: 'path', path: textOf(path), span }
  return { kind: 'table', name: [present(token(cst, 'Name')), ...tokens(cst, 'Label')].map(nameOf), span }
}

/** BY NAME: columns that a store lacks are NULL in its rows. */
export function byName(store: TableSyntax): TableSyntax {
  if (store.kind !== 'path') {
    throw new ChunkQLError('parse', 'BY NAME unites the stores of a path or of a list of paths', { span: store.span })
  }
  const paths = store.paths ?? [store.path]
  return { ...store, path: JSON.stringify({ union: paths }), paths, byName: true }
}
