/** The two stacks of an expression in the making: operands that are done, operators that wait for their right side. */
import type { IToken } from 'chevrotain'
import { ChunkQLError } from '../model/error.js'
import { chains } from '../model/precedence.js'
import type { Span } from '../model/span.js'
import type { ExpressionSyntax } from '../model/syntax.js'
import { applyOperator, type Operand, type Operator } from './application.js'
import { unexpected } from './complaint.js'
import { extentOf, present } from './cst.js'

export interface Yard {
  readonly operands: Operand[]
  readonly waiting: Operator[]
  /** The BETWEEN whose AND has not come yet: a wall, over which no operator takes operands. */
  between: Operator | undefined
}

export const emptyYard = (): Yard => ({ operands: [], waiting: [], between: undefined })

/** An infix operator takes its left side and waits for the right one. */
export function wait(yard: Yard, operator: Operator): void {
  settle(yard, operator.level, operator.token)
  yard.waiting.push(operator)
}

/** An operator behind its operand: a test, a list, a type. */
export function append(
  yard: Yard,
  at: { readonly level: number; readonly token: IToken; readonly end: number },
  make: (arg: ExpressionSyntax, span: Span) => ExpressionSyntax,
): void {
  settle(yard, at.level, at.token)
  const operand = present(yard.operands.pop())
  const span = { start: operand.span.start, end: at.end }
  yard.operands.push({ syntax: make(operand.syntax, span), span })
}

/** Applies the operators that bind tighter than the one that comes, and as tightly where they group from the left. */
export function settle(yard: Yard, level: number, token: IToken): void {
  for (;;) {
    const top = yard.waiting.at(-1)
    if (top === undefined || top === yard.between || top.level < level) return
    if (top.level === level && !chains(level)) throw unexpected(token, [], parenthesesHint)
    if (top.level === level && isFlat(top)) return
    reduce(yard)
  }
}

const parenthesesHint = 'operators of this kind do not chain: put one of them in parentheses'

/** The AND of a BETWEEN: the lower bound is done. */
export function turnBetween(yard: Yard, between: Operator): void {
  while (yard.waiting.at(-1) !== between) reduce(yard)
  yard.waiting.pop()
  yard.waiting.push({ ...between, name: 'between and', arity: 3 })
  yard.between = undefined
}

/** LIKE learns that it has an ESCAPE. */
export function turnLike(yard: Yard, level: number, token: IToken): void {
  settle(yard, level, token)
  const like = yard.waiting.pop()
  if (like?.name !== 'like' && like?.name !== 'ilike') throw unexpected(token, [], 'ESCAPE follows LIKE or ILIKE')
  yard.waiting.push({ ...like, name: `${like.name} escape`, arity: 3 })
}

/** The one operand that is left when all operators have theirs. */
export function finish(yard: Yard): ExpressionSyntax {
  if (yard.between)
    throw new ChunkQLError('parse', 'found BETWEEN without its AND', {
      span: extentOf(yard.between.token),
      hint: 'write x BETWEEN low AND high',
    })
  while (yard.waiting.length > 0) reduce(yard)
  return present(yard.operands.pop()).syntax
}

function reduce(yard: Yard): void {
  const operator = present(yard.waiting.pop())
  const arity = isFlat(operator) ? takeRun(yard, operator) + 1 : operator.arity
  yard.operands.push(applyOperator(operator, yard.operands.splice(-arity)))
}

/** a AND b AND c is one AND: its operators wait for each other and are taken at once. */
function takeRun(yard: Yard, operator: Operator): number {
  let count = 1
  while (yard.waiting.at(-1)?.name === operator.name) {
    yard.waiting.pop()
    count++
  }
  return count
}

function isFlat(operator: Operator): boolean {
  return operator.name === 'and' || operator.name === 'or'
}
