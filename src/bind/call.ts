/** Calls: the function or aggregate that a name means, with its arguments cast to what it takes. Called by `expression.ts`. */
import { orderedName } from '../function/aggregate/ordered.js'
import type { AggregateFunction, ScalarFunction, Signature } from '../function/definition.js'
import { fold } from '../function/fold.js'
import { functionNames } from '../function/registry.js'
import { expansions } from '../function/scalar/list/expand.js'
import { didYouMean } from '../model/catalog.js'
import { ChunkQLError, isChunkQLError, suggest } from '../model/error.js'
import type { AggregateCall, Expression } from '../model/expression.js'
import type { Span } from '../model/span.js'
import type { CallSyntax, ExpressionSyntax } from '../model/syntax.js'
import { BOOLEAN, typeName } from '../model/type.js'
import { argumentOf, castTo } from './cast.js'
import { expressionText } from './column-name.js'
import type { Clause, Shared } from './context.js'
import { textLiteral } from './literal.js'

type Bind = (syntax: ExpressionSyntax, clause: Clause) => Expression

/** An operator or function by its name, over arguments that are bound. */
export function callFunction(name: string, args: readonly Expression[], span: Span, shared: Shared): Expression {
  const found = shared.registry.scalarFunction(name)
  if (!found) throw new ChunkQLError('unsupported', `there is no operator ${name.toUpperCase()}`, { span })
  return callScalar(found, args, span)
}

/** `isItem`: it stands alone in SELECT, where calls may make several rows of one. */
export function bindCall(syntax: CallSyntax, clause: Clause, bind: Bind, isItem = false): Expression {
  const { registry } = clause.shared
  const name = syntax.name.text.toLowerCase()
  if (expansions.has(name) && !isItem) {
    throw new ChunkQLError('unsupported', `${name} makes several rows of one: it stands alone in SELECT`, {
      span: syntax.span,
      hint: 'Put it into a subquery: SELECT x + 1 FROM (SELECT unnest(list) AS x FROM t)',
    })
  }
  const aggregate = registry.aggregateFunction(name)
  if (aggregate) return bindAggregate(aggregate, syntax, clause, bind)
  const scalar = registry.scalarFunction(name)
  if (!scalar) throw unknownFunction(syntax, clause.shared)
  if (syntax.distinct || syntax.filter || syntax.orderBy) {
    throw new ChunkQLError('bind', `${name} is no aggregate: DISTINCT, ORDER BY and FILTER are for aggregates`, {
      span: syntax.span,
    })
  }
  const args = syntax.args.map((arg) => bind(arg, clause))
  return callScalar(scalar, withAttributes(scalar, args, syntax.span, clause), syntax.span)
}

/** What the query left out and attributes of a column say. */
function withAttributes(definition: ScalarFunction, args: readonly Expression[], span: Span, { scope }: Clause) {
  const [first] = args
  if (!definition.fromAttributes || first?.kind !== 'column' || definition.resolve(args.map(argumentOf))) return args
  const attributes = scope.columns.find(({ id }) => id === first.column)?.attributes
  const text = attributes && definition.fromAttributes(attributes)
  if (text !== undefined) return [...args, textLiteral(text, span)]
  throw new ChunkQLError('bind', `column "${first.name}" has no attributes that ${definition.name} could use`, {
    span,
    hint: `Usage: ${definition.usage}`,
  })
}

function callScalar(definition: ScalarFunction, args: readonly Expression[], span: Span): Expression {
  const signature = resolved(definition, args, span)
  if (definition.expand) return spanned(span, () => definition.expand?.(args, signature) as Expression)
  return { kind: 'call', function: definition.name, args: castAll(args, signature), type: signature.result, span }
}

/** Errors learn where in the query they are. */
function spanned<T>(span: Span, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isChunkQLError(error) || error.span) throw error
    throw new ChunkQLError(error.code, error.message, { ...error.toData(), span })
  }
}

function bindAggregate(definition: AggregateFunction, syntax: CallSyntax, clause: Clause, bind: Bind): Expression {
  const { span } = syntax
  if (typeof clause.aggregates === 'string') {
    throw new ChunkQLError('bind', clause.aggregates, { span, hint: aggregateHint(clause.aggregates) })
  }
  const inner: Clause = { ...clause, aggregates: 'aggregates cannot be nested' }
  const bound = isCountOfRows(definition, syntax) ? [] : syntax.args.map((arg) => bind(arg, inner))
  const args = definition.constants ? withConstants(definition, bound, clause) : bound
  const signature = resolved(definition, args, span)
  const filter = syntax.filter && castTo(bind(syntax.filter, inner), BOOLEAN)
  const order = orderOf(definition, syntax, args, inner, bind)
  const call: AggregateCall = {
    aggregate: order.aggregate,
    args: [...castAll(args, signature), ...order.keys],
    ...(filter ? { filter } : {}),
    distinct: syntax.distinct,
    type: signature.result,
    span,
  }
  return clause.aggregates.add(call, expressionText(syntax), span)
}

/** The aggregate that sorts its rows first, and the keys by which it does; nothing of that where their order does not count. */
function orderOf(
  definition: AggregateFunction,
  { orderBy = [], distinct, span }: CallSyntax,
  args: readonly Expression[],
  clause: Clause,
  bind: Bind,
): { readonly aggregate: string; readonly keys: readonly Expression[] } {
  const directions = orderBy.map(({ descending, nullsFirst = false }) => ({ descending, nullsFirst }))
  const aggregate = orderBy.length > 0 ? orderedName(definition, args.length, directions) : definition.name
  if (aggregate === definition.name) return { aggregate, keys: [] }
  const { interner } = clause.shared
  const keys = orderBy.map(({ expression }) => bind(expression, clause))
  const known = new Set(args.map((arg) => interner.of(arg)))
  if (distinct && !keys.every((key) => known.has(interner.of(key)))) {
    throw new ChunkQLError('bind', 'with DISTINCT, an aggregate is ordered by its arguments alone', { span })
  }
  return { aggregate, keys }
}

/** What stands beside the values, such as a fraction. */
function withConstants({ name, usage }: AggregateFunction, args: readonly Expression[], clause: Clause): Expression[] {
  return args.map((arg, i) => {
    const folded = i === 0 ? arg : fold(arg, clause.shared.registry)
    if (i === 0 || folded.kind === 'literal') return folded
    throw new ChunkQLError('bind', `argument ${i + 1} of ${name} must be a constant`, {
      span: arg.span,
      hint: `Usage: ${usage}`,
    })
  })
}

/** `count(*)` and `count()` take no argument. */
function isCountOfRows({ name }: AggregateFunction, { args, distinct }: CallSyntax): boolean {
  const [only] = args
  return name === 'count' && !distinct && args.length <= 1 && (only === undefined || only.kind === 'star')
}

function aggregateHint(reason: string): string | undefined {
  return reason.startsWith('WHERE') ? 'Conditions on aggregates belong to HAVING.' : undefined
}

function castAll(args: readonly Expression[], signature: Signature): Expression[] {
  return args.map((arg, i) => {
    const type = signature.args[i]
    if (!type) throw new ChunkQLError('internal', 'a signature is shorter than its arguments', { span: arg.span })
    return castTo(arg, type)
  })
}

function resolved(definition: ScalarFunction | AggregateFunction, args: readonly Expression[], span: Span): Signature {
  const signature = definition.resolve(args.map(argumentOf))
  if (signature) return signature
  const types = args.map(({ type }) => typeName(type)).join(', ')
  throw new ChunkQLError('type', `${definition.name} does not take (${types})`, {
    span,
    hint: `Usage: ${definition.usage}`,
  })
}

function unknownFunction({ name }: CallSyntax, { registry }: Shared): ChunkQLError {
  const names = functionNames(registry)
  const near = suggest(name.text, names)
  return new ChunkQLError('bind', `there is no function "${name.text}"`, {
    span: name.span,
    hint: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : didYouMean(name.text, names, 'Functions'),
  })
}
