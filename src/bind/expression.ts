/** Expressions: names become columns, operators functions, sugar is written out, types are decided. Called by the clauses. */
import { commonTypeOf, comparisonType } from '../function/unify.js'
import { listed } from '../model/catalog.js'
import { ChunkQLError, suggest } from '../model/error.js'
import type { Case, Expression, Literal } from '../model/expression.js'
import type { Span } from '../model/span.js'
import type {
  BetweenSyntax,
  CaseSyntax,
  CastSyntax,
  ExpressionSyntax,
  InSyntax,
  IsNullSyntax,
  Name,
  OperatorSyntax,
  SubscriptSyntax,
  TypedLiteralSyntax,
} from '../model/syntax.js'
import {
  BOOLEAN,
  INT64,
  integerFacts,
  isInteger,
  isNumeric,
  NULL,
  type Type,
  typeName,
  typeNamed,
  typeNames,
} from '../model/type.js'
import { bindCall, callFunction } from './call.js'
import { argumentOf, castTo, explicitCast } from './cast.js'
import type { Clause } from './context.js'
import { bindNumber, bindParameter, negateLiteral, textLiteral, wordLiteral } from './literal.js'

export function bindExpression(syntax: ExpressionSyntax, clause: Clause): Expression {
  return clause.shared.nested(syntax.span, () => bindNode(syntax, clause))
}

/** A condition: anything that can be read as true or false. */
export function bindPredicate(syntax: ExpressionSyntax, clause: Clause): Expression {
  return castTo(bindExpression(syntax, clause), BOOLEAN)
}

function bindNode(syntax: ExpressionSyntax, clause: Clause): Expression {
  switch (syntax.kind) {
    case 'number':
      return bindNumber(syntax)
    case 'string':
      return textLiteral(syntax.value, syntax.span)
    case 'word':
      return wordLiteral(syntax.value, syntax.span)
    case 'parameter':
      return bindParameter(syntax, clause.shared.parameters)
    case 'name':
      return clause.resolve(syntax, clause)
    case 'star':
      throw new ChunkQLError('bind', '* stands for all columns, and cannot be part of an expression', {
        span: syntax.span,
      })
    case 'call':
      return bindCall(syntax, clause, bindExpression)
    case 'operator':
      return bindOperator(syntax, clause)
    case 'between':
      return bindBetween(syntax, clause)
    case 'in':
      return bindIn(syntax, clause)
    case 'isNull':
      return bindIsNull(syntax, clause)
    case 'case':
      return bindCase(syntax, clause)
    case 'cast':
      return bindCast(syntax, clause)
    case 'typed':
      return bindTyped(syntax)
    case 'subscript':
      return bindSubscript(syntax, clause)
    default:
      return syntax satisfies never
  }
}

function bindOperator(syntax: OperatorSyntax, clause: Clause): Expression {
  const args = syntax.args.map((arg) => bindExpression(arg, clause))
  const [only] = args
  if (only && args.length === 1) return bindPrefix(syntax.operator, only, syntax.span, clause)
  return callFunction(syntax.operator, args, syntax.span, clause.shared)
}

/** Bounds that are left out are the ends: those of a step backwards are the other way round. */
function bindSubscript({ arg, from, to, step, slice, span }: SubscriptSyntax, clause: Clause): Expression {
  const list = bindExpression(arg, clause)
  const place = (written: ExpressionSyntax | undefined, otherwise: bigint): Expression =>
    written ? bindExpression(written, clause) : { kind: 'literal', type: INT64, value: otherwise, span }
  if (!slice) return callFunction('array_extract', [list, place(from, 1n)], span, clause.shared)
  const by = step && bindExpression(step, clause)
  if (by && by.kind !== 'literal' && !(from && to)) {
    throw new ChunkQLError('unsupported', 'a step that is no constant needs both bounds', { span })
  }
  const isBackward = by?.kind === 'literal' && Number(by.value) < 0
  const [first, last] = isBackward ? [-1n, 1n] : [1n, -1n]
  const args = [list, place(from, first), place(to, last), ...(by ? [by] : [])]
  return callFunction('array_slice', args, span, clause.shared)
}

function bindPrefix(operator: string, arg: Expression, span: Span, { shared }: Clause): Expression {
  if (operator === '+') return requireNumber(arg, span)
  if (operator !== '-') return callFunction(operator, [arg], span, shared)
  const isWritten = arg.kind === 'literal' && isNumeric(arg.type)
  return isWritten ? negateLiteral(arg, span) : callFunction('negate', [arg], span, shared)
}

/** `+x` is x. */
function requireNumber(arg: Expression, span: Span): Expression {
  if (arg.type.kind === 'null') return castTo(arg, INT64)
  if (isNumeric(arg.type)) return arg
  throw new ChunkQLError('type', `+ does not take (${typeName(arg.type)})`, { span, hint: 'Usage: + number' })
}

/** `a BETWEEN b AND c` is `a >= b AND a <= c`, all three compared in one type. */
function bindBetween(syntax: BetweenSyntax, clause: Clause): Expression {
  const arg = bindExpression(syntax.arg, clause)
  const low = bindExpression(syntax.low, clause)
  const high = bindExpression(syntax.high, clause)
  const parts = [arg, low, high]
  const type = mixesSigns(parts) ? undefined : commonTypeOf(parts.map(argumentOf))
  const { shared } = clause
  const { span } = syntax
  const [a, b, c] = type ? parts.map((part) => castTo(part, type)) : parts
  if (!a || !b || !c) throw new ChunkQLError('internal', 'BETWEEN without bounds', { span })
  const within = callFunction(
    'and',
    [callFunction('>=', [a, b], span, shared), callFunction('<=', [a, c], span, shared)],
    span,
    shared,
  )
  return syntax.negated ? callFunction('not', [within], span, shared) : within
}

function bindIn(syntax: InSyntax, clause: Clause): Expression {
  const { shared } = clause
  const arg = bindExpression(syntax.arg, clause)
  const items = syntax.list.map((item) => bindExpression(item, clause))
  const found = mixesSigns([arg, ...items])
    ? eachEqual(arg, items, syntax.span, clause)
    : items.every(isLiteral)
      ? inConstants(arg, items, syntax.span)
      : anyEqual(arg, items, syntax.span, clause)
  return syntax.negated ? callFunction('not', [found], syntax.span, shared) : found
}

function inConstants(arg: Expression, items: readonly Literal[], span: Span): Expression {
  const type = comparedType([arg, ...items])
  if (!type) throw cannotMix([arg, ...items], 'IN', span)
  const values = items.map((item) => (castTo(item, type) as Literal).value)
  return { kind: 'in', arg: castTo(arg, type), values, type: BOOLEAN, span }
}

/** UBIGINT beside negative numbers: no type of ours holds both, but they can be compared two by two. */
function mixesSigns(parts: readonly Expression[]): boolean {
  const types = parts.map(({ type }) => type)
  const isNegative = ({ type, ...part }: Expression) =>
    integerFacts(type)?.signed === true && (part.kind !== 'literal' || (part.value as number) < 0)
  return types.every((type) => isInteger(type)) && types.some(({ kind }) => kind === 'uint64') && parts.some(isNegative)
}

function anyEqual(arg: Expression, items: readonly Expression[], span: Span, clause: Clause): Expression {
  const type = comparedType([arg, ...items])
  if (!type) throw cannotMix([arg, ...items], 'IN', span)
  return eachEqual(
    castTo(arg, type),
    items.map((item) => castTo(item, type)),
    span,
    clause,
  )
}

function eachEqual(left: Expression, items: readonly Expression[], span: Span, { shared }: Clause): Expression {
  const tests = items.map((item) => callFunction('=', [left, item], item.span ?? span, shared))
  const [only] = tests
  return only && tests.length === 1 ? only : callFunction('or', tests, span, shared)
}

function isLiteral(expression: Expression): expression is Literal {
  return expression.kind === 'literal'
}

/** The one type in which several expressions are compared: written numbers and texts adapt to all others. */
function comparedType(parts: readonly Expression[]): Type | undefined {
  const args = parts.map(argumentOf)
  const common = commonTypeOf(args)
  if (common) return common
  // Text columns meet numbers and dates in the other's type.
  const others = args.filter(({ type }) => type.kind !== 'varchar')
  const type = commonTypeOf(others)
  return type && args.every((arg) => comparisonType(arg, { type }) !== undefined) ? type : undefined
}

function bindIsNull(syntax: IsNullSyntax, clause: Clause): Expression {
  const arg = bindExpression(syntax.arg, clause)
  const isNull = callFunction('is_null', [arg], syntax.span, clause.shared)
  return syntax.negated ? callFunction('not', [isNull], syntax.span, clause.shared) : isNull
}

/** `CASE x WHEN a THEN ...` tests `x = a`. */
function bindCase(syntax: CaseSyntax, clause: Clause): Case {
  const { shared } = clause
  const operand = syntax.operand && bindExpression(syntax.operand, clause)
  const branches = syntax.branches.map(({ when, result }) => ({
    when: operand
      ? callFunction('=', [operand, bindExpression(when, clause)], when.span, shared)
      : bindPredicate(when, clause),
    result: bindExpression(result, clause),
  }))
  const otherwise = syntax.otherwise ? bindExpression(syntax.otherwise, clause) : wordLiteral(null, syntax.span)
  const results = [...branches.map(({ result }) => result), otherwise]
  const type = commonTypeOf(results.map(argumentOf))
  if (!type) throw cannotMix(results, 'CASE', syntax.span)
  return {
    kind: 'case',
    branches: branches.map(({ when, result }) => ({ when, result: castTo(result, type) })),
    otherwise: castTo(otherwise, type),
    type,
    span: syntax.span,
  }
}

function cannotMix(parts: readonly Expression[], what: string, span: Span): ChunkQLError {
  const names = [...new Set(parts.filter(({ type }) => type.kind !== NULL.kind).map(({ type }) => typeName(type)))]
  return new ChunkQLError('type', `${what} cannot mix ${names.join(' and ')}`, { span, hint: 'Write a cast.' })
}

function bindCast(syntax: CastSyntax, clause: Clause): Expression {
  const type = namedType(syntax.type)
  return explicitCast(bindExpression(syntax.arg, clause), type, syntax.attempt, syntax.span)
}

function bindTyped(syntax: TypedLiteralSyntax): Expression {
  const literal = textLiteral(syntax.text, syntax.span)
  return castTo(literal, namedType(syntax.type))
}

function namedType(name: Name): Type {
  const type = typeNamed(name.text)
  if (type) return type
  const near = suggest(name.text, typeNames())
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : listed('Types', typeNames())
  throw new ChunkQLError('type', `there is no type ${name.text}`, { span: name.span, hint })
}
