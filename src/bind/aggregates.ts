/** The aggregates of one SELECT: equal ones are computed once. Filled by `call.ts`, read by `select.ts`. */
import type { AggregateCall, ColumnId, ColumnRef } from '../model/expression.js'
import type { NamedAggregate } from '../model/plan.js'
import type { Span } from '../model/span.js'
import type { Shared } from './context.js'

export interface Aggregates {
  readonly list: readonly NamedAggregate[]
  has(column: ColumnId): boolean
  /** The column in which the aggregate's result will stand. */
  add(call: AggregateCall, name: string, span: Span): ColumnRef
}

export function collectAggregates(shared: Shared): Aggregates {
  const list: NamedAggregate[] = []
  const known = new Map<number, NamedAggregate>()
  const ids = new Set<ColumnId>()
  return {
    list,
    has: (column) => ids.has(column),
    add(call, name, span) {
      const key = shared.interner.ofAggregate(call)
      let entry = known.get(key)
      if (!entry) {
        entry = { id: shared.nextId(), name, call }
        known.set(key, entry)
        ids.add(entry.id)
        list.push(entry)
      }
      return {
        kind: 'column',
        column: entry.id,
        name: entry.name,
        type: call.type,
        nullable: call.aggregate !== 'count',
        span,
      }
    },
  }
}
