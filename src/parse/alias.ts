/** The name that something is given: behind it, with or without AS, or before a colon. Called for items and for what FROM has. */
import type { CstNode } from 'chevrotain'
import { ChunkQLError } from '../model/error.js'
import type { Name } from '../model/syntax.js'
import { extentOf, node, tokens } from './cst.js'
import { nameOf } from './literal.js'

/** The name or string that stands beside the rest. */
export function onlyAlias(cst: CstNode): Name | undefined {
  const found = ['Alias', 'Label', 'Name', 'Text'].flatMap((type) => tokens(cst, type))
  const [alias, second] = found.sort((a, b) => a.startOffset - b.startOffset)
  if (second) {
    throw new ChunkQLError('parse', `found a second alias: \`${second.image}\``, {
      span: extentOf(second),
      hint: 'an alias stands before the colon or behind',
    })
  }
  return alias && nameOf(alias)
}

/** The names of columns in parentheses. */
export function columnNames(cst: CstNode): readonly Name[] | undefined {
  const found = node(cst, 'columnNames')
  return found && tokens(found, 'Name').map(nameOf)
}
