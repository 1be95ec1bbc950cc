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

/** Where an element begins; the parser has noted it. */
export function startOf(element: CstElement): number {
  return isNode(element) ? (element.location?.startOffset ?? Number.NaN) : element.startOffset
}

/** Where an element ends: goes down to its last token, so that nothing had to be noted for each of a million tokens. */
export function endOf(element: CstElement): number {
  const last = edgeOf(element, lastChild)
  return last.startOffset + last.image.length
}

export function extentOf(element: CstElement): Span {
  return { start: startOf(element), end: endOf(element) }
}

/** The token with which an element begins. */
export function firstOf(element: CstElement): IToken {
  return edgeOf(element, firstChild)
}

function edgeOf(element: CstElement, childOf: (parent: CstNode) => CstElement): IToken {
  let edge = element
  while (isNode(edge)) edge = childOf(edge)
  return edge
}

/** Nodes without tokens begin nowhere (NaN) and lose each comparison. */
function lastChild(parent: CstNode): CstElement {
  const lasts = Object.values(parent.children).flatMap((children) => children.slice(-1))
  return lasts.reduce((a, b) => (startOf(b) > startOf(a) || Number.isNaN(startOf(a)) ? b : a))
}

function firstChild(parent: CstNode): CstElement {
  const firsts = Object.values(parent.children).flatMap((children) => children.slice(0, 1))
  return firsts.reduce((a, b) => (startOf(b) < startOf(a) || Number.isNaN(startOf(a)) ? b : a))
}
