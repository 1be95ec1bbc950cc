/** The syntax node of an operator over its operands. Called when precedence has settled what belongs to it. */
import type { IToken } from 'chevrotain'
import type { Span } from '../model/span.js'
import type { ExpressionSyntax, Name } from '../model/syntax.js'
import { extentOf } from './cst.js'

/** An operand and its place, its parentheses included. */
export interface Operand {
  readonly syntax: ExpressionSyntax
  readonly span: Span
}

/** An operator that waits for its operands. */
export interface Operator {
  readonly name: string
  readonly level: number
  readonly arity: number
  readonly negated: boolean
  readonly token: IToken
}

export function applyOperator(operator: Operator, operands: readonly Operand[]): Operand {
  const span = spanOf(operator, operands)
  const args = operands.map(({ syntax }) => syntax)
  const syntax = express(operator, args, span)
  const negate = operator.negated && syntax.kind !== 'between'
  return { syntax: negate ? { kind: 'operator', operator: 'not', args: [syntax], span } : syntax, span }
}

function express(operator: Operator, args: readonly ExpressionSyntax[], span: Span): ExpressionSyntax {
  const [arg, low, high] = args as [ExpressionSyntax, ExpressionSyntax, ExpressionSyntax]
  switch (operator.name) {
    case 'between and':
      return { kind: 'between', arg, low, high, negated: operator.negated, span }
    case 'like escape':
    case 'ilike escape':
      return callOf(operator.name.replace(' ', '_'), operator.token, args, span)
    default:
      return { kind: 'operator', operator: operator.name, args, span }
  }
}

function callOf(name: string, token: IToken, args: readonly ExpressionSyntax[], span: Span): ExpressionSyntax {
  return { kind: 'call', name: nameFor(name, token), args, distinct: false, span }
}

/** A name that the text does not spell, at the place of what it stands for. */
export function nameFor(text: string, token: IToken): Name {
  return { text, quoted: false, span: extentOf(token) }
}

function spanOf(operator: Operator, operands: readonly Operand[]): Span {
  const start = operator.arity === 1 ? operator.token.startOffset : (operands[0]?.span.start ?? 0)
  return { start, end: operands[operands.length - 1]?.span.end ?? start }
}
