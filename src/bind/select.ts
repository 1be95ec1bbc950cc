/** One SELECT: binds its clauses in the order of their meaning and stacks the plan. Called by `bind.ts`, and for subqueries. */
import { expansions } from '../function/scalar/list/expand.js'
import { ChunkQLError } from '../model/error.js'
import type { Expression } from '../model/expression.js'
import {
  isNullable,
  type NamedExpression,
  outputOf,
  type Plan,
  type SortKey,
  type UnnestColumn,
} from '../model/plan.js'
import type { CommonTable, SelectSyntax } from '../model/syntax.js'
import { type Aggregates, collectAggregates } from './aggregates.js'
import type { Clause, Shared } from './context.js'
import { bindPredicate } from './expression.js'
import { bindFrom } from './from.js'
import { bindKeys, overGroups } from './group.js'
import { aliased, aliasValue, bindSelected, columnOrAlias, expandItems, type Item } from './items.js'
import { bindCount, bindOrder, columnRef, type Output } from './order.js'
import { columnOfPath, findColumn } from './scope.js'

export function bindSelect(query: SelectSyntax, shared: Shared): Plan {
  return shared.nested(query.span, () => bindClauses(query, withNamed(query.with ?? [], shared)))
}

/** Each name of WITH is known to those after it, and to the query. */
function withNamed(tables: readonly CommonTable[], shared: Shared): Shared {
  let known = shared
  for (const table of tables) {
    const named = new Map(known.named).set(table.name.text.toLowerCase(), { table, shared: known })
    known = { ...known, named }
  }
  return known
}

function bindClauses(query: SelectSyntax, shared: Shared): Plan {
  const from = bindFrom(query.from, shared, bindSelect)
  const items = expandItems(query.items, from.scope)
  const clause: Clause = {
    shared,
    scope: from.scope,
    resolve: columnOrAlias(items),
    aggregates: 'WHERE cannot contain aggregates',
  }
  const where = query.where && bindPredicate(query.where, clause)
  const grouped = bindGrouped(query, items, clause)
  const input = filtered(from.plan(), where)
  return finishRows(query, stack(input, grouped, shared), grouped, shared)
}

/** What a SELECT computes after its WHERE. */
interface Grouped {
  /** Absent: rows are not grouped. */
  readonly keys?: readonly NamedExpression[] | undefined
  readonly aggregates: Aggregates
  readonly having?: Expression | undefined
  readonly output: Output
  readonly order: readonly SortKey[]
}

function bindGrouped(query: SelectSyntax, items: readonly Item[], clause: Clause): Grouped {
  const { shared } = clause
  const found = query.groupBy && bindKeys(query.groupBy, items, clause)
  // GROUP BY ALL where nothing is read makes no groups by itself.
  const keys = query.groupBy === 'all' && found?.length === 0 ? undefined : found
  const aggregates = collectAggregates(shared)
  const rows: Clause = { ...clause, aggregates }
  const bound = items.map((item, i) => bindSelected(item, { ...rows, resolve: columnOrAlias(items.slice(0, i)) }))
  const having = query.having && bindHaving(query.having, items, keys ?? [], rows)
  const isGrouped = () => keys !== undefined || having !== undefined || aggregates.list.length > 0
  const select = (finish: (expression: Expression) => Expression): Output => ({
    selected: bound.map((expression, i) => named(items[i], finish(expression), shared)),
    hidden: [],
  })
  const over = overGroups(keys ?? [], aggregates, shared)
  const same = (expression: Expression) => expression
  const order = (output: Output, finish: (expression: Expression) => Expression) =>
    query.orderBy ? bindOrder(query.orderBy, items, output, rows, finish) : []
  // An aggregate may stand in ORDER BY alone: it, too, makes groups.
  const plain = isGrouped() ? undefined : select(same)
  const plainOrder = plain && order(plain, same)
  if (plain && plainOrder && !isGrouped()) return { aggregates, output: plain, order: plainOrder }
  const output = select(over)
  return { keys: keys ?? [], aggregates, having: having && over(having), output, order: order(output, over) }
}

/** A name in HAVING is a key, else an alias, else a column (which then is an error, unless inside an aggregate). */
function bindHaving(
  syntax: NonNullable<SelectSyntax['having']>,
  items: readonly Item[],
  keys: readonly NamedExpression[],
  clause: Clause,
): Expression {
  const { interner } = clause.shared
  const grouped = new Set(keys.map(({ expression }) => interner.of(expression)))
  return bindPredicate(syntax, {
    ...clause,
    resolve(name, inner) {
      const inAggregate = typeof inner.aggregates === 'string'
      const isAlias = !inAggregate && aliased(items, name) !== undefined
      const column = isAlias ? undefined : findColumn(inner.scope, name)
      if (column) return column
      const key = isAlias && groupedColumn(name, inner, grouped)
      return key || aliasValue(items, name, inner)
    },
  })
}

function groupedColumn(
  name: Parameters<Clause['resolve']>[0],
  { scope, shared }: Clause,
  grouped: ReadonlySet<number>,
): Expression | undefined {
  const column = columnOfPath(scope, name.path)
  if (!column || column.refused !== undefined) return undefined
  const ref: Expression = {
    kind: 'column',
    column: column.id,
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    span: name.span,
  }
  return grouped.has(shared.interner.of(ref)) ? ref : undefined
}

function named(item: Item | undefined, expression: Expression, shared: Shared): NamedExpression {
  if (!item) throw new ChunkQLError('internal', 'an expression without an item')
  return { id: shared.nextId(), name: item.name, expression }
}

function filtered(input: Plan, predicate: Expression | undefined): Plan {
  return predicate ? { kind: 'filter', input, predicate } : input
}

function stack(input: Plan, { keys, aggregates, having, output }: Grouped, shared: Shared): Plan {
  const groups: Plan = keys ? { kind: 'aggregate', input, keys, aggregates: aggregates.list } : input
  return unnested(filtered(groups, having), [...output.selected, ...output.hidden], shared)
}

/** The columns of a SELECT; where some of them make rows of lists, that is done above the lists. */
function unnested(input: Plan, columns: readonly NamedExpression[], shared: Shared): Plan {
  const expansionOf = ({ expression }: NamedExpression) =>
    expression.kind === 'call' ? expansions.get(expression.function) : undefined
  if (!columns.some(expansionOf)) return { kind: 'project', input, columns }
  const lists = columns.map((column): NamedExpression => {
    const { expression } = column
    if (!expansionOf(column) || expression.kind !== 'call') return { ...column, id: shared.nextId() }
    return { ...column, id: shared.nextId(), expression: expression.args[0] as Expression }
  })
  const rows = columns.map((column, i): UnnestColumn => {
    const { id, name, expression } = column
    const what = expansionOf(column) ?? 'value'
    const nullable = what !== 'value' || isNullable(expression)
    return { id, name, type: expression.type, nullable, from: (lists[i] as NamedExpression).id, what }
  })
  return { kind: 'unnest', input: { kind: 'project', input, columns: lists }, columns: rows }
}

/** DISTINCT, ORDER BY, LIMIT; hidden columns leave last. */
function finishRows(query: SelectSyntax, rows: Plan, { output, order }: Grouped, shared: Shared): Plan {
  const unique = query.distinct ? distinct(rows, query, output) : rows
  const sorted: Plan = order.length > 0 ? { kind: 'sort', input: unique, keys: order } : unique
  const limit = bindCount(query.limit, 'LIMIT', shared)
  const offset = bindCount(query.offset, 'OFFSET', shared) ?? 0
  const cut: Plan = limit === undefined && offset === 0 ? sorted : { kind: 'limit', input: sorted, limit, offset }
  return output.hidden.length > 0 ? onlySelected(cut, output, shared) : cut
}

/** Keys keep the ids of the columns, so that ORDER BY still finds them. */
function distinct(input: Plan, { span }: SelectSyntax, { selected, hidden }: Output): Plan {
  const [extra] = hidden
  if (extra) {
    throw new ChunkQLError('bind', `with SELECT DISTINCT, ORDER BY needs columns that are selected`, {
      span: extra.expression.span ?? span,
      hint: `Select ${extra.name} too, or group by the columns and order by an aggregate.`,
    })
  }
  return {
    kind: 'aggregate',
    input,
    keys: selected.map((column) => ({ ...column, expression: columnRef(column) })),
    aggregates: [],
  }
}

function onlySelected(input: Plan, { selected }: Output, shared: Shared): Plan {
  const columns = outputOf(input)
    .slice(0, selected.length)
    .map(({ id, name, type, nullable }) => ({
      id: shared.nextId(),
      name,
      expression: { kind: 'column', column: id, name, type, nullable } as const,
    }))
  return { kind: 'project', input, columns }
}
