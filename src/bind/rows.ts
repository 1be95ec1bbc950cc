/** FROM unnest(list), range(n): rows made of a list, also for each row of what stands before. Called by `from.ts`. */
import { ChunkQLError } from '../model/error.js'
import type { Expression } from '../model/expression.js'
import { type NamedExpression, type Plan, reference, type UnnestColumn } from '../model/plan.js'
import type { Name, RowsSyntax } from '../model/syntax.js'
import { elementOf, INT64, typeName } from '../model/type.js'
import { callFunction } from './call.js'
import type { Clause, Shared } from './context.js'
import { bindExpression } from './expression.js'
import { findColumn, joinScopes, makeScope, type Scope, type ScopeColumn, unknownColumn } from './scope.js'

export interface From {
  readonly scope: Scope
  /** Called when all clauses are bound: a scan offers the columns that were used. */
  plan(): Plan
}

/** Columns that rows give, under the names that the query gives them; names beyond are not used, as in DuckDB. */
interface Made {
  readonly column: ScopeColumn
  readonly what: 'item' | 'place'
}

/** For each row of the input a row for each item of a list, which may be made of the columns of that row. */
export function bindRows(rows: RowsSyntax, input: From, shared: Shared): From {
  const list = bindList(rows, input.scope, shared)
  const made = madeOf(rows, list, shared)
  const renewed = new Map(input.scope.columns.map((column) => [column, { ...column, id: shared.nextId() }]))
  const own = makeScope(
    [[(rows.alias ?? rows.call.name).text]],
    made.map(({ column }) => column),
  )
  const before = (input.scope.parts ?? [input.scope]).filter(({ from }) => from)
  const parts = before.map((part) =>
    makeScope(
      part.qualifiers,
      part.columns.map((column) => renewed.get(column) as ScopeColumn),
    ),
  )
  const scope = joinScopes([...parts, own])
  return {
    scope,
    plan() {
      const kept = [...renewed].filter(([, column]) => scope.used.has(column))
      for (const [column] of kept) input.scope.used.add(column)
      return unnestPlan(input.plan(), list, kept, made, shared)
    },
  }
}

function bindList(rows: RowsSyntax, scope: Scope, shared: Shared): Expression {
  const { call } = rows
  const name = call.name.text.toLowerCase()
  const clause: Clause = { shared, scope, resolve, aggregates: 'FROM cannot contain aggregates' }
  const args = call.args.map((arg) => bindExpression(arg, clause))
  if (name === 'range' || name === 'generate_series') return callFunction(name, args, call.span, shared)
  if (name !== 'unnest') {
    throw new ChunkQLError('unsupported', `${name} cannot stand in FROM`, {
      span: call.span,
      hint: 'Rows are made by unnest(list), range(n) and generate_series(from, to).',
    })
  }
  const [list] = args
  if (list?.type.kind === 'list' && args.length === 1) return list
  const found = args.map(({ type }) => typeName(type)).join(', ') || 'nothing'
  throw new ChunkQLError('type', `unnest in FROM takes one list, found ${found}`, { span: call.span })
}

function resolve(name: Parameters<Clause['resolve']>[0], { scope }: Clause): Expression {
  const column = findColumn(scope, name)
  if (column) return column
  throw unknownColumn(scope, name)
}

function madeOf({ call, columns, ordinality }: RowsSyntax, list: Expression, { nextId }: Shared): Made[] {
  const named = (at: number, otherwise: string) => (columns?.[at] as Name | undefined)?.text ?? otherwise
  const item: ScopeColumn = {
    id: nextId(),
    name: named(0, call.name.text.toLowerCase()),
    type: elementOf(list.type),
    nullable: true,
  }
  const place: ScopeColumn = { id: nextId(), name: named(1, 'ordinality'), type: INT64, nullable: false }
  return [{ column: item, what: 'item' }, ...(ordinality ? [{ column: place, what: 'place' } as const] : [])]
}

function unnestPlan(
  input: Plan,
  list: Expression,
  kept: readonly (readonly [ScopeColumn, ScopeColumn])[],
  made: readonly Made[],
  { nextId }: Shared,
): Plan {
  const lists: NamedExpression = { id: nextId(), name: 'list', expression: list }
  const passed = kept.map(([before, after]) => ({ before, after, id: nextId() }))
  const columns: NamedExpression[] = [
    ...passed.map(({ before, id }) => ({ id, name: before.name, expression: reference(before) })),
    lists,
  ]
  const rows: UnnestColumn[] = [
    ...passed.map(({ after, id }) => ({ ...output(after), from: id, what: 'value' as const })),
    ...made.map(({ column, what }) => ({ ...output(column), from: lists.id, what })),
  ]
  return { kind: 'unnest', input: { kind: 'project', input, columns }, columns: rows }
}

function output({ id, name, type, nullable }: ScopeColumn) {
  return { id, name, type, nullable }
}
