/**
 * Columns that nobody reads are not computed and not scanned: the chunks of a scan's other columns are never touched.
 *
 * Right because columns are independent of each other; an error in one that is dropped is not raised, as if it had not
 * been selected. Keys of an aggregate stay: they decide which groups there are.
 */
import { type ColumnId, columnsOf } from '../model/expression.js'
import { outputOf, type Plan } from '../model/plan.js'
import { columnsReadBy } from '../model/rewrite-plan.js'
import type { Rule } from './rule.js'

export const dropUnusedColumns: Rule = {
  name: 'drop-unused-columns',
  apply: (plan) => prune(plan, new Set(outputOf(plan).map(({ id }) => id))),
}

function prune(plan: Plan, wanted: ReadonlySet<ColumnId>): Plan {
  switch (plan.kind) {
    case 'values':
      return plan
    case 'scan': {
      const read = plan.predicate ? columnsOf(plan.predicate) : undefined
      const columns = plan.columns.filter(({ id }) => wanted.has(id) || read?.has(id))
      return columns.length === plan.columns.length ? plan : { ...plan, columns }
    }
    case 'filter':
    case 'sort':
    case 'limit':
      return withInput(plan, new Set([...wanted, ...columnsReadBy(plan)]))
    case 'project': {
      const columns = plan.columns.filter(({ id }) => wanted.has(id))
      const kept = columns.length === plan.columns.length ? plan : { ...plan, columns }
      return withInput(kept, columnsReadBy(kept))
    }
    case 'unnest': {
      // Lists decide how many rows there are.
      const columns = plan.columns.filter(({ id, what }) => what !== 'value' || wanted.has(id))
      const kept = columns.length === plan.columns.length ? plan : { ...plan, columns }
      return withInput(kept, new Set(columns.map(({ from }) => from)))
    }
    case 'aggregate': {
      const aggregates = plan.aggregates.filter(({ id }) => wanted.has(id))
      const kept = aggregates.length === plan.aggregates.length ? plan : { ...plan, aggregates }
      return withInput(kept, columnsReadBy(kept))
    }
    default:
      return plan satisfies never
  }
}

function withInput<P extends Exclude<Plan, { kind: 'scan' | 'values' }>>(plan: P, wanted: ReadonlySet<ColumnId>): P {
  const input = prune(plan.input, wanted)
  return input === plan.input ? plan : { ...plan, input }
}
