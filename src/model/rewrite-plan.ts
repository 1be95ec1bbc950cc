/** Walks over the expressions of a plan. Used by the rules of `optimize`. */
import { type AggregateCall, type ColumnId, columnsOf, type Expression, rewrite } from './expression.js'
import type { NamedAggregate, NamedExpression, Plan, SortKey } from './plan.js'

type Replace = (expression: Expression) => Expression

/** The node with each of its own expressions replaced; itself where none changed. */
export function mapExpressions(plan: Plan, replace: Replace): Plan {
  switch (plan.kind) {
    case 'values':
    case 'limit':
    case 'unnest':
      return plan
    case 'scan':
    case 'filter':
      return mapPredicate(plan, replace)
    case 'project': {
      const columns = mapSame(plan.columns, (column) => mapNamed(column, replace))
      return columns === plan.columns ? plan : { ...plan, columns }
    }
    case 'aggregate': {
      const keys = mapSame(plan.keys, (key) => mapNamed(key, replace))
      const aggregates = mapSame(plan.aggregates, (aggregate) => mapAggregate(aggregate, replace))
      return keys === plan.keys && aggregates === plan.aggregates ? plan : { ...plan, keys, aggregates }
    }
    case 'sort': {
      const keys = mapSame(plan.keys, (key) => mapSortKey(key, replace))
      return keys === plan.keys ? plan : { ...plan, keys }
    }
    default:
      return plan satisfies never
  }
}

/** The node's own expressions. */
export function expressionsOf(plan: Plan): Expression[] {
  switch (plan.kind) {
    case 'values':
    case 'limit':
    case 'unnest':
      return []
    case 'scan':
      return plan.predicate ? [plan.predicate] : []
    case 'filter':
      return [plan.predicate]
    case 'project':
      return plan.columns.map(({ expression }) => expression)
    case 'aggregate':
      return [
        ...plan.keys.map(({ expression }) => expression),
        ...plan.aggregates.flatMap(({ call }) => callParts(call)),
      ]
    case 'sort':
      return plan.keys.map(({ expression }) => expression)
    default:
      return plan satisfies never
  }
}

/** The expression with columns replaced by what they stand for. */
export function substitute(expression: Expression, meaning: ReadonlyMap<ColumnId, Expression>): Expression {
  return rewrite(expression, (node) => (node.kind === 'column' ? (meaning.get(node.column) ?? node) : node))
}

export function meaningOf(columns: readonly NamedExpression[]): Map<ColumnId, Expression> {
  return new Map(columns.map(({ id, expression }) => [id, expression]))
}

/** The columns that a node's own expressions read. */
export function columnsReadBy(plan: Plan): Set<ColumnId> {
  return columnsOf(...expressionsOf(plan))
}

/** The same array where no item changed. */
export function mapSame<T>(items: readonly T[], map: (item: T) => T): readonly T[] {
  const mapped = items.map(map)
  return mapped.every((item, i) => item === items[i]) ? items : mapped
}

function mapPredicate<P extends Plan & { readonly predicate?: Expression | undefined }>(plan: P, replace: Replace): P {
  const predicate = plan.predicate && replace(plan.predicate)
  return predicate === plan.predicate ? plan : { ...plan, predicate }
}

function mapNamed(named: NamedExpression, replace: Replace): NamedExpression {
  const expression = replace(named.expression)
  return expression === named.expression ? named : { ...named, expression }
}

function mapSortKey(key: SortKey, replace: Replace): SortKey {
  const expression = replace(key.expression)
  return expression === key.expression ? key : { ...key, expression }
}

function mapAggregate(named: NamedAggregate, replace: Replace): NamedAggregate {
  const args = mapSame(named.call.args, replace)
  const filter = named.call.filter && replace(named.call.filter)
  if (args === named.call.args && filter === named.call.filter) return named
  return { ...named, call: { ...named.call, args, filter } }
}

function callParts({ args, filter }: AggregateCall): readonly Expression[] {
  return filter ? [...args, filter] : args
}
