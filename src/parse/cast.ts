/** CAST, TRY_CAST and the names of types. */
import type { CstNode, IToken } from 'chevrotain'
import type { ExpressionSyntax, Name } from '../model/syntax.js'
import { extentOf, isToken, node, present, token } from './cst.js'
import { nameOf } from './literal.js'

type Build = (expression: CstNode) => ExpressionSyntax

export function buildCast(cst: CstNode, build: Build): ExpressionSyntax {
  return {
    kind: 'cast',
    arg: build(present(node(cst, 'expression'))),
    type: buildType(present(node(cst, 'type'))),
    attempt: token(cst, 'TRY_CAST') !== undefined,
    span: extentOf(cst),
  }
}

/** All words of the type as one name: `DOUBLE PRECISION`, `DECIMAL(10, 2)`. */
export function buildType(cst: CstNode): Name {
  const parts = Object.values(cst.children).flat().filter(isToken)
  const sorted = parts.sort((a, b) => a.startOffset - b.startOffset)
  const first = nameOf(present(sorted[0]))
  return { ...first, text: sorted.reduce(spell, first.text), span: extentOf(cst) }
}

function spell(text: string, part: IToken, index: number): string {
  if (index === 0) return text
  if (part.image === ',') return `${text}, `
  return /^\w/.test(part.image) && /\w$/.test(text) ? `${text} ${part.image}` : text + part.image
}
