/** GROUP BY: the keys, and how the clauses after it see them. Called by `select.ts`. */
import { ChunkQLError } from '../model/error.js'
import {
  type ColumnId,
  type ColumnRef,
  childrenOf,
  columnsOf,
  type Expression,
  withChildren,
} from '../model/expression.js'
import { isNullable, type NamedExpression } from '../model/plan.js'
import type { ExpressionSyntax, SelectSyntax } from '../model/syntax.js'
import type { Aggregates } from './aggregates.js'
import { expressionText } from './column-name.js'
import type { Clause, Shared } from './context.js'
import { bindExpression } from './expression.js'
import { aliased, bindItem, columnOrAlias, type Item } from './items.js'
import { findColumn } from './scope.js'

const noAggregates = 'GROUP BY cannot contain aggregates'

/** The keys as written: expressions, ordinals, aliases; or ALL items that read columns outside of aggregates. */
export function bindKeys(
  groupBy: Exclude<SelectSyntax['groupBy'], undefined>,
  items: readonly Item[],
  clause: Clause,
): NamedExpression[] {
  const keys = groupBy === 'all' ? keysOfAll(items, clause) : groupBy.map((key) => bindKey(key, items, clause))
  return distinctKeys(keys, clause.shared)
}

function keysOfAll(items: readonly Item[], clause: Clause): NamedExpression[] {
  return items
    .filter((item, i) => !holdsAggregate(item.syntax, clause, items.slice(0, i)))
    .map((item) => itemKey(item, items, clause))
    .filter(({ expression }) => columnsOf(expression).size > 0)
}

function bindKey(syntax: ExpressionSyntax, items: readonly Item[], clause: Clause): NamedExpression {
  const ordinal = ordinalOf(syntax)
  if (ordinal !== undefined) {
    const item = items[ordinal - 1]
    if (item) return itemKey(item, items, clause)
    throw outOfRange('GROUP BY', syntax, items)
  }
  // A column is preferred to an alias of the same name.
  const alias = syntax.kind === 'name' && !findColumn(clause.scope, syntax) ? aliased(items, syntax) : undefined
  const item = alias === undefined ? undefined : items[alias]
  if (item) return itemKey(item, items, clause)
  const expression = bindExpression(syntax, { ...clause, aggregates: noAggregates })
  return { id: clause.shared.nextId(), name: expressionText(syntax), expression }
}

function itemKey(item: Item, items: readonly Item[], clause: Clause): NamedExpression {
  const before = items.slice(0, items.indexOf(item))
  const expression = bindItem(item, { ...clause, resolve: columnOrAlias(before), aggregates: noAggregates })
  return { id: clause.shared.nextId(), name: item.name, expression }
}

function distinctKeys(keys: readonly NamedExpression[], { interner }: Shared): NamedExpression[] {
  const byNumber = new Map<number, NamedExpression>()
  for (const key of keys) {
    const number = interner.of(key.expression)
    if (!byNumber.has(number)) byNumber.set(number, key)
  }
  return [...byNumber.values()]
}

/** A whole number written alone counts the items from 1. */
export function ordinalOf(syntax: ExpressionSyntax): number | undefined {
  if (syntax.kind === 'number' && /^[\d_]+$/.test(syntax.text)) return Number(syntax.text.replaceAll('_', ''))
  const [arg, ...rest] = syntax.kind === 'operator' && syntax.operator === '-' ? syntax.args : []
  if (!arg || rest.length > 0) return undefined
  const positive = ordinalOf(arg)
  return positive === undefined ? undefined : -positive
}

export function outOfRange(clause: string, syntax: ExpressionSyntax, items: readonly Item[]): ChunkQLError {
  return new ChunkQLError('bind', `${clause} ${expressionText(syntax)} is out of range`, {
    span: syntax.span,
    hint: items.length === 1 ? 'There is 1 column.' : `Columns are numbered 1 to ${items.length}.`,
  })
}

/** Whether an item computes an aggregate, itself or through an alias before it. */
function holdsAggregate(syntax: ExpressionSyntax | undefined, clause: Clause, before: readonly Item[]): boolean {
  if (!syntax) return false
  if (syntax.kind === 'call' && clause.shared.registry.aggregateFunction(syntax.name.text)) return true
  if (syntax.kind === 'name') {
    const at = findColumn(clause.scope, syntax) ? undefined : aliased(before, syntax)
    const item = at === undefined ? undefined : before[at]
    return at !== undefined && holdsAggregate(item?.syntax, clause, before.slice(0, at))
  }
  return partsOf(syntax).some((part) => holdsAggregate(part, clause, before))
}

function partsOf(syntax: ExpressionSyntax): readonly ExpressionSyntax[] {
  switch (syntax.kind) {
    case 'number':
    case 'string':
    case 'word':
    case 'name':
    case 'parameter':
    case 'star':
    case 'typed':
      return []
    case 'call':
    case 'operator':
      return syntax.args
    case 'between':
      return [syntax.arg, syntax.low, syntax.high]
    case 'in':
      return [syntax.arg, ...syntax.list]
    case 'isNull':
    case 'cast':
      return [syntax.arg]
    case 'case':
      return [
        syntax.operand,
        ...syntax.branches.flatMap(({ when, result }) => [when, result]),
        syntax.otherwise,
      ].filter((part) => part !== undefined)
    case 'subscript':
      return [syntax.arg, syntax.from, syntax.to].filter((part) => part !== undefined)
    default:
      return syntax satisfies never
  }
}

/**
 * Reads an expression over the input as one over the groups: whole parts that equal a key become that key's column.
 * A column that remains has many values in a group.
 */
export function overGroups(
  keys: readonly NamedExpression[],
  aggregates: Aggregates,
  { interner }: Shared,
): (expression: Expression) => Expression {
  const byNumber = new Map(keys.map((key) => [interner.of(key.expression), key]))
  const ids = new Set<ColumnId>(keys.map(({ id }) => id))
  return function replace(expression: Expression): Expression {
    const key = byNumber.get(interner.of(expression))
    if (key) return keyColumn(key, expression)
    if (expression.kind === 'column') {
      if (aggregates.has(expression.column) || ids.has(expression.column)) return expression
      throw notGrouped(expression)
    }
    const children = childrenOf(expression)
    const replaced = children.map(replace)
    return replaced.every((child, i) => child === children[i]) ? expression : withChildren(expression, replaced)
  }
}

function keyColumn({ id, name, expression }: NamedExpression, { span }: Expression): ColumnRef {
  return { kind: 'column', column: id, name, type: expression.type, nullable: isNullable(expression), span }
}

function notGrouped({ name, span }: ColumnRef): ChunkQLError {
  return new ChunkQLError('bind', `column "${name}" must appear in GROUP BY or be part of an aggregate`, {
    span,
    hint: `Add it to GROUP BY, or write e.g. min(${name}) where any of its values will do.`,
  })
}
