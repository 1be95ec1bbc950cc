/** Walks over the flat parts of an expression and reads operands. Used by `precedence.ts` and `continuation.ts`. */
import type { CstElement, CstNode, IToken, TokenType } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import { Folded, LeftParen, Minus, Plus, Tilde } from '../../grammar/tokens.js'
import { prefixLevel } from '../model/precedence.js'
import type { Span } from '../model/span.js'
import type { ExpressionSyntax } from '../model/syntax.js'
import { unexpected } from './complaint.js'
import { endOf, extentOf, isNode, isToken, present, startOf } from './cst.js'
import { nestingLimit, tooDeep } from './nesting.js'
import type { Yard } from './yard.js'

/** Makes syntax of the parts that are not operators. */
export interface Builder {
  readonly operand: (element: CstElement) => ExpressionSyntax
  /** Of the list in the parentheses after IN. */
  readonly members: (list: CstElement) => readonly ExpressionSyntax[]
  /** Of what stands in brackets behind an operand. */
  readonly subscript: (node: CstNode, arg: ExpressionSyntax, span: Span) => ExpressionSyntax
}

/** A walk over the parts. */
export interface Reader {
  readonly parts: readonly CstElement[]
  readonly builder: Builder
  /** The next part. */
  at: number
  readonly yard: Yard
}

export function take(reader: Reader): CstElement {
  return present(reader.parts[reader.at++])
}

export function takeToken(reader: Reader): IToken {
  return take(reader) as IToken
}

export function isOpening(part: CstElement): boolean {
  return isToken(part) && part.tokenType === LeftParen
}

export function isFolded(part: CstElement): boolean {
  return isToken(part) && part.tokenType === Folded
}

const prefixes: ReadonlyMap<TokenType, string> = new Map([
  [Plus, '+'],
  [Minus, '-'],
  [Tilde, '~'],
  [k.NOT, 'not'],
])

/** An operand after its prefixes. */
export function readOperand(reader: Reader): void {
  let part = take(reader)
  for (let run = 0; ; run++) {
    const name = isToken(part) ? prefixes.get(part.tokenType) : undefined
    if (name === undefined || isNode(part)) break
    if (run === nestingLimit) throw tooDeep(part)
    if (name === 'not') refuseInBetween(reader, part)
    reader.yard.waiting.push({ name, level: prefixLevel(name), arity: 1, negated: false, token: part })
    part = take(reader)
  }
  pushOperand(reader, part)
}

/** A constant, a name, a call - or what stands in parentheses, which then belong to its place. */
function pushOperand(reader: Reader, part: CstElement): void {
  const { builder, yard } = reader
  if (isOpening(part)) {
    const syntax = builder.operand(take(reader))
    yard.operands.push({ syntax, span: { start: startOf(part), end: endOf(take(reader)) } })
  } else {
    const syntax = builder.operand(part)
    yard.operands.push({ syntax, span: isFolded(part) ? extentOf(part) : syntax.span })
  }
}

/** Between BETWEEN and AND only arithmetic and comparisons may stand bare, as in PostgreSQL. */
export function refuseInBetween(reader: Reader, token: IToken): void {
  if (reader.yard.between) throw unexpected(token, ['the AND of BETWEEN'], 'put the lower bound in parentheses')
}
