/** The items of ORDER BY, of a query and of an aggregate. */
import type { CstNode } from 'chevrotain'
import type { ExpressionSyntax, OrderItem } from '../model/syntax.js'
import { node, nodes, present, token } from './cst.js'

export function buildOrderItems(cst: CstNode, build: (cst: CstNode) => ExpressionSyntax): readonly OrderItem[] {
  return nodes(cst, 'orderItem').map(
    (item): OrderItem => ({ expression: build(present(node(item, 'expression'))), ...directionOf(item) }),
  )
}

export function directionOf(cst: CstNode): Pick<OrderItem, 'descending' | 'nullsFirst'> {
  const direction = present(node(cst, 'direction'))
  const first = token(direction, 'FIRST') !== undefined
  return {
    descending: token(direction, 'DESC') !== undefined,
    ...(token(direction, 'NULLS') && { nullsFirst: first }),
  }
}
