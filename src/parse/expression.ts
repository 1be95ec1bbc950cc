/** Expressions and lists of them, from the CST. The one place where the builders of this folder meet and recurse. */
import type { CstElement, CstNode } from 'chevrotain'
import { Star } from '../../grammar/tokens.js'
import type { ExpressionSyntax } from '../model/syntax.js'
import { buildCase } from './case.js'
import { buildCast } from './cast.js'
import { unexpected, unsupported } from './complaint.js'
import { extentOf, isToken, present } from './cst.js'
import { buildLiteral } from './literal.js'
import { type Builder, type Resolved, resolve } from './precedence.js'
import { buildWord } from './word.js'

export function buildExpression(expression: CstNode): ExpressionSyntax {
  return present(resolve(partsOf(expression), builder).items[0])
}

/** A list that may end with a comma, as in IN and GROUP BY. */
export function buildList(list: CstNode): readonly ExpressionSyntax[] {
  return resolve(partsOf(list), builder).items
}

function partsOf(cst: CstNode): readonly CstElement[] {
  return present(cst.children.part)
}

function buildArgs(list: CstNode): readonly ExpressionSyntax[] {
  return withoutTrailing(resolve(partsOf(list), builder))
}

function withoutTrailing({ items, trailing }: Resolved): readonly ExpressionSyntax[] {
  if (trailing) throw unexpected(trailing, ['`)`'])
  return items
}

/** (a) is a; (a, b) would be a row. */
function buildParenthesised(list: CstNode): ExpressionSyntax {
  const items = buildArgs(list)
  if (items.length > 1) throw unsupported('(a, b)', 'rows of several values', extentOf(list), 'compare them one by one')
  return present(items[0])
}

function buildOperand(element: CstElement): ExpressionSyntax {
  if (isToken(element)) {
    if (element.tokenType === Star) return { kind: 'star', qualifier: [], span: extentOf(element) }
    return buildLiteral(element)
  }
  switch (element.name) {
    case 'list':
      return buildParenthesised(element)
    case 'word':
      return buildWord(element, { expression: buildExpression, args: buildArgs })
    case 'case':
      return buildCase(element, buildExpression)
    default:
      return buildCast(element, buildExpression)
  }
}

const builder: Builder = { operand: buildOperand, list: buildList }
