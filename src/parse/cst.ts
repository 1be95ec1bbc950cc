/** Reading the concrete syntax tree: its parts by name, and where they stand. Used by all files that build syntax from it. */
import type { CstElement, CstNode, IToken } from 'chevrotain'
import type { Span } from '../model/span.js'

export function isNode(element: CstElement): element is CstNode {
  return 'children' in element
}

export function isToken(element: CstElement | undefined): element is IToken {
  return element !== undefined && !isNode(element)
}

export function nodes(parent: CstNode, name: string): readonly CstNode[] {
  return (parent.children[name] ?? []).filter(isNode)
}

export function tokens(parent: CstNode, name: string): readonly IToken[] {
  return (parent.children[name] ?? []).filter(isToken)
}

export function node(parent: CstNode, name: string): CstNode | undefined {
  return nodes(parent, name)[0]
}

export function token(parent: CstNode, name: string): IToken | undefined {
  return tokens(parent, name)[0]
}

/** For what the grammar promises. */
export function present<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('the tree of the parser lacks a part that the grammar requires')
  return found
}

export function startOf(found: IToken): number {
  return found.startOffset
}

export function endOf(found: IToken): number {
  return found.startOffset + found.image.length
}

/** From the first to the last token under the node. */
export function extentOf(element: CstElement): Span {
  if (isToken(element)) return { start: startOf(element), end: endOf(element) }
  const spans = Object.values((element as CstNode).children).flatMap((found) =>
    [found[0], found[found.length - 1]].filter((edge) => edge !== undefined).map(extentOf),
  )
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) }
}
