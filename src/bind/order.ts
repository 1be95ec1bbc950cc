/** ORDER BY and LIMIT. Called by `select.ts`. */
import { ChunkQLError } from '../model/error.js'
import type { Expression } from '../model/expression.js'
import { isNullable, type NamedExpression, type SortKey } from '../model/plan.js'
import type { Span } from '../model/span.js'
import type { ExpressionSyntax, OrderItem, SelectSyntax } from '../model/syntax.js'
import { INT64 } from '../model/type.js'
import { castTo } from './cast.js'
import { columnName } from './column-name.js'
import { constantOf } from './constant.js'
import type { Clause, Shared } from './context.js'
import { bindExpression } from './expression.js'
import { ordinalOf, outOfRange } from './group.js'
import { aliased, columnOrAlias, type Item } from './items.js'
import { noScope } from './scope.js'

/** The columns of a projection: those selected, then those that only ORDER BY needs. */
export interface Output {
  readonly selected: readonly NamedExpression[]
  readonly hidden: NamedExpression[]
}

type OrderBy = Exclude<SelectSyntax['orderBy'], undefined>

/** `finish` turns an expression over the input into one over what is projected (over groups, where there are any). */
export function bindOrder(
  orderBy: OrderBy,
  items: readonly Item[],
  output: Output,
  clause: Clause,
  finish: (expression: Expression) => Expression,
): SortKey[] {
  if ('all' in orderBy) return output.selected.map((column) => sortKey(columnRef(column), orderBy.all))
  return orderBy.map((item) => sortKey(orderColumn(item.expression, items, output, clause, finish), item))
}

function sortKey(
  expression: Expression,
  { descending, nullsFirst }: Pick<OrderItem, 'descending' | 'nullsFirst'>,
): SortKey {
  return { expression, descending, nullsFirst: nullsFirst ?? false }
}

function orderColumn(
  syntax: ExpressionSyntax,
  items: readonly Item[],
  output: Output,
  clause: Clause,
  finish: (expression: Expression) => Expression,
): Expression {
  const place = selectedPlace(syntax, items)
  const column = place === undefined ? undefined : output.selected[place]
  if (column) return { ...columnRef(column), span: syntax.span }
  // Inside of an expression a column is preferred to an alias of the same name: alone it was the other way round.
  const resolve = columnOrAlias(items)
  return projected(finish(bindExpression(syntax, { ...clause, resolve })), syntax, output, clause.shared)
}

/** An ordinal or an alias alone. */
function selectedPlace(syntax: ExpressionSyntax, items: readonly Item[]): number | undefined {
  const ordinal = ordinalOf(syntax)
  if (ordinal !== undefined) {
    if (!items[ordinal - 1]) throw outOfRange('ORDER BY', syntax, items)
    return ordinal - 1
  }
  if (isNumber(syntax) || syntax.kind === 'string' || (syntax.kind === 'word' && syntax.value === null)) {
    throw new ChunkQLError('bind', 'ORDER BY a constant has no effect', {
      span: syntax.span,
      hint: 'Order by a column, an expression, or the number of a column.',
    })
  }
  return syntax.kind === 'name' ? aliased(items, syntax) : undefined
}

/** A number, also a negative one. */
function isNumber(syntax: ExpressionSyntax): boolean {
  const isSigned = syntax.kind === 'operator' && syntax.args.length === 1 && syntax.operator === '-'
  return isSigned ? syntax.args.every(isNumber) : syntax.kind === 'number'
}

/** The column that holds the expression: one that is selected, or a hidden one. */
function projected(expression: Expression, syntax: ExpressionSyntax, output: Output, shared: Shared): Expression {
  const number = shared.interner.of(expression)
  const known = [...output.selected, ...output.hidden].find(
    (column) => shared.interner.of(column.expression) === number,
  )
  if (known) return { ...columnRef(known), span: syntax.span }
  const added = { id: shared.nextId(), name: columnName(syntax), expression }
  output.hidden.push(added)
  return { ...columnRef(added), span: syntax.span }
}

export function columnRef({ id, name, expression }: NamedExpression): Extract<Expression, { kind: 'column' }> {
  return { kind: 'column', column: id, name, type: expression.type, nullable: isNullable(expression) }
}

/** LIMIT and OFFSET: a constant whole number; NULL is no limit. */
export function bindCount(syntax: ExpressionSyntax | undefined, what: string, shared: Shared): number | undefined {
  if (!syntax) return undefined
  const resolve: Clause['resolve'] = (name) => {
    throw new ChunkQLError('bind', `${what} must be a constant`, { span: name.span })
  }
  const clause: Clause = { shared, scope: noScope, resolve, aggregates: `${what} cannot contain aggregates` }
  const value = constantOf(castTo(bindExpression(syntax, clause), INT64), shared)
  if (value === null) return undefined
  return countOf(value as bigint, what, syntax.span)
}

function countOf(value: bigint, what: string, span: Span): number {
  if (value < 0n) throw new ChunkQLError('bind', `${what} cannot be negative: ${value}`, { span })
  // More rows than a number can count are all rows.
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}
