/** Expressions and lists of them, from the CST. The one place where the builders of this folder meet and recurse. */
import type { CstElement, CstNode } from 'chevrotain'
import { Folded, LeftParen, Star } from '../../grammar/tokens.js'
import type { Span } from '../model/span.js'
import type { ExpressionSyntax } from '../model/syntax.js'
import { buildCase } from './case.js'
import { buildCast } from './cast.js'
import { unexpected, unsupported } from './complaint.js'
import { extentOf, isNode, isToken, node, present, token } from './cst.js'
import { buildInterval } from './interval.js'
import { buildLiteral } from './literal.js'
import { type Resolved, resolve } from './precedence.js'
import type { Builder } from './reader.js'
import { buildWord } from './word.js'

export function buildExpression(expression: CstNode): ExpressionSyntax {
  return present(resolve(partsOf(expression), builder).items[0])
}

/** A list that may end with a comma, as in IN and GROUP BY. */
export function buildList(list: CstNode): readonly ExpressionSyntax[] {
  return resolve(partsOf(list), builder).items
}

/** What a group that was parsed on its own holds: the list in its parentheses, or the one operand that it is. */
export function buildGroup(expression: CstNode): Resolved {
  const [first, second] = partsOf(expression)
  const list = isToken(first) && first.tokenType === LeftParen ? second : undefined
  return resolve(partsOf(list && isNode(list) ? list : expression), builder)
}

function partsOf(cst: CstNode): readonly CstElement[] {
  return present(cst.children.part)
}

function buildArgs(list: CstNode): readonly ExpressionSyntax[] {
  return withoutTrailing(resolve(partsOf(list), builder))
}

function buildParts(parts: readonly CstElement[]): ExpressionSyntax {
  return present(resolve(parts, builder).items[0])
}

function withoutTrailing({ items, trailing }: Resolved): readonly ExpressionSyntax[] {
  if (trailing) throw unexpected(trailing, ['an expression after it'])
  return items
}

/** (a) is a; (a, b) would be a row. */
function onlyItem(resolved: Resolved, list: CstElement): ExpressionSyntax {
  const items = withoutTrailing(resolved)
  if (items.length > 1) throw unsupported('(a, b)', 'rows of several values', extentOf(list), 'compare them one by one')
  return present(items[0])
}

function buildOperand(element: CstElement): ExpressionSyntax {
  if (isToken(element)) {
    if (element.tokenType === Folded) return onlyItem(element.payload as Resolved, element)
    if (element.tokenType === Star) return { kind: 'star', qualifier: [], span: extentOf(element) }
    return buildLiteral(element)
  }
  switch (element.name) {
    case 'list':
      return onlyItem(resolve(partsOf(element), builder), element)
    case 'named':
      return buildWord(element, { expression: buildExpression, args: buildArgs, parts: buildParts })
    case 'interval':
      return buildInterval(element, buildExpression)
    case 'array':
      return buildArray(element)
    case 'case':
      return buildCase(element, buildExpression)
    default:
      return buildCast(element, buildExpression)
  }
}

/** `[1, 2]` is list_value(1, 2). */
function buildArray(cst: CstNode): ExpressionSyntax {
  const list = node(cst, 'list')
  const span = extentOf(cst)
  const name = { text: 'list_value', quoted: false, span }
  return { kind: 'call', name, args: list ? buildList(list) : [], distinct: false, span }
}

/** The list of an IN. */
function buildMembers(list: CstElement): readonly ExpressionSyntax[] {
  return isNode(list) ? buildList(list) : (list.payload as Resolved).items
}

function buildSubscript(cst: CstNode, arg: ExpressionSyntax, span: Span): ExpressionSyntax {
  const [from, to, step] = [node(cst, 'from'), node(cst, 'to'), node(cst, 'step')]
  const slice = token(cst, 'Colon') !== undefined
  if (!from && !slice) throw unexpected(present(token(cst, 'RightBracket')), ['a place'], 'write list[1] or list[1:3]')
  return {
    kind: 'subscript',
    arg,
    ...(from && { from: buildExpression(from) }),
    ...(to && { to: buildExpression(to) }),
    ...(step && { step: buildExpression(step) }),
    slice,
    span,
  }
}

const builder: Builder = { operand: buildOperand, members: buildMembers, subscript: buildSubscript }
