/** Slices in brackets behind a table, from the CST. */
import { type CstNode, type IToken, tokenMatcher } from 'chevrotain'
import { Folded, Text } from '../../grammar/tokens.js'
import type { ExpressionSyntax, SliceSyntax } from '../model/syntax.js'
import { unexpected } from './complaint.js'
import { endOf, extentOf, node, nodes, present, startOf, token, tokens } from './cst.js'
import { buildExpression } from './expression.js'
import { buildLiteral, nameOf, textOf } from './literal.js'

export function buildSlices(cst: CstNode): SliceSyntax[] {
  const slices = nodes(cst, 'slice')
  const separators = [...tokens(cst, 'Comma'), present(token(cst, 'RightBracket'))]
  return slices.map((slice, i) => buildSlice(slice, present(separators[i])))
}

/** `end`: the comma or bracket behind, where nothing stands before it. */
function buildSlice(cst: CstNode, end: IToken): SliceSyntax {
  const name = token(cst, 'Label')
  const dim = name && { dim: nameOf(name) }
  const [start, stop, step] = ['start', 'stop', 'step'].map((part) => node(cst, part))
  const isRange = token(cst, 'Colon') ?? token(cst, 'DoubleColon')
  if (isRange) {
    const bound = (part: 'start' | 'stop' | 'step', found: CstNode | undefined) =>
      found && { [part]: plainBound(found) }
    return {
      kind: 'range',
      ...dim,
      ...bound('start', start),
      ...bound('stop', stop),
      ...bound('step', step),
      span: extentOf(cst),
    }
  }
  if (!start) throw unexpected(end, ['a position', 'a range such as `0:10`', '`:` for all'])
  const { nearest, value } = buildBound(start)
  return { kind: nearest ? 'nearest' : 'at', ...dim, at: value, span: extentOf(cst) }
}

function plainBound(cst: CstNode): ExpressionSyntax {
  const { nearest, value } = buildBound(cst)
  if (nearest) throw unexpected(nearest, ['a value'], 'NEAREST finds one place, and bounds no range')
  return value
}

interface Bound {
  readonly nearest?: IToken | undefined
  readonly value: ExpressionSyntax
}

function buildBound(cst: CstNode): Bound {
  const words = tokens(cst, 'Word')
  const [first, ...rest] = words
  const nearest = first?.image.toLowerCase() === 'nearest' ? first : undefined
  const [type, beyond] = nearest ? rest : words
  if (beyond) throw unexpected(beyond, ['a value'])
  return { nearest, value: signed(cst, operandOf(cst, type)) }
}

/** A constant, one of a type, or an expression in parentheses. */
function operandOf(cst: CstNode, type: IToken | undefined): ExpressionSyntax {
  const inner = node(cst, 'expression')
  const literal = token(cst, 'Literal')
  if (type) {
    const isText = literal !== undefined && tokenMatcher(literal, Text)
    if (!isText)
      throw unexpected(type, ['a value'], 'a slice is bounded by constants; other expressions go in parentheses')
    return {
      kind: 'typed',
      type: nameOf(type),
      text: textOf(literal),
      span: { start: startOf(type), end: endOf(literal) },
    }
  }
  if (inner) return buildExpression(inner)
  const constant = present(literal)
  if (constant.tokenType === Folded) throw unexpected(constant, ['a value'])
  return buildLiteral(constant)
}

function signed(cst: CstNode, value: ExpressionSyntax): ExpressionSyntax {
  const sign = token(cst, 'Minus') ?? token(cst, 'Plus')
  if (!sign) return value
  const span = { start: startOf(sign), end: extentOf(cst).end }
  return { kind: 'operator', operator: sign.image, args: [value], span }
}
