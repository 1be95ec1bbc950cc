/** CASE, with and without an operand. */
import type { CstNode } from 'chevrotain'
import type { ExpressionSyntax } from '../model/syntax.js'
import { extentOf, node, nodes, present } from './cst.js'

type Build = (expression: CstNode) => ExpressionSyntax

export function buildCase(cst: CstNode, build: Build): ExpressionSyntax {
  const operand = node(cst, 'operand')
  const otherwise = node(cst, 'otherwise')
  const results = nodes(cst, 'result')
  return {
    kind: 'case',
    ...(operand && { operand: build(operand) }),
    branches: nodes(cst, 'when').map((when, index) => ({
      when: build(when),
      result: build(present(results[index])),
    })),
    ...(otherwise && { otherwise: build(otherwise) }),
    span: extentOf(cst),
  }
}
