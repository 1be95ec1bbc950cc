/** Casts: those that the query writes, and those that the types ask for. Constants are converted at once, so that pruning sees them. */
import { canCast, castMeaning } from '../function/cast.js'
import type { Argument } from '../function/definition.js'
import { ChunkQLError, isChunkQLError } from '../model/error.js'
import type { Expression, Literal } from '../model/expression.js'
import type { Span } from '../model/span.js'
import { sameType, type Type, typeName } from '../model/type.js'

/** The expression in another type. */
export function castTo(expression: Expression, type: Type): Expression {
  if (sameType(expression.type, type)) return expression
  if (expression.kind === 'literal') return convertLiteral(expression, type)
  return explicitCast(expression, type, false, expression.span)
}

/** A cast that the query writes stays in the plan: its text is its name, and TRY_CAST must not fail here. */
export function explicitCast(arg: Expression, type: Type, attempt: boolean, span: Span | undefined): Expression {
  if (!canCast(arg.type, type)) {
    if (attempt) return { kind: 'cast', arg, type, attempt, span }
    // NULL has every type, also where it was cast to one before.
    if (arg.kind === 'cast' && arg.arg.kind === 'literal' && arg.arg.value === null)
      return explicitCast(arg.arg, type, attempt, span)
    throw new ChunkQLError('type', `${typeName(arg.type)} cannot be cast to ${typeName(type)}`, { span })
  }
  return attempt ? { kind: 'cast', arg, type, attempt, span } : { kind: 'cast', arg, type, span }
}

function convertLiteral(literal: Literal, type: Type): Literal {
  const { span, value } = literal
  if (value === null) return { kind: 'literal', type, value, span }
  const meaning = castMeaning(literal.type, type)
  if (!meaning) {
    throw new ChunkQLError('type', `${typeName(literal.type)} cannot be read as ${typeName(type)}`, { span })
  }
  try {
    return { kind: 'literal', type, value: meaning.evaluate(value), span }
  } catch (error) {
    if (isChunkQLError(error)) throw new ChunkQLError(error.code, error.message, { ...error.toData(), span })
    throw error
  }
}

/** What overload resolution sees of an argument. */
export function argumentOf(expression: Expression): Argument {
  if (expression.kind !== 'literal') return { type: expression.type }
  return { type: expression.type, literal: expression.value, adaptable: expression.adaptable }
}
