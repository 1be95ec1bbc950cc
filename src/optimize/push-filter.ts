/**
 * A filter moves toward the data: through projections (rewritten), sorts, and the keys of aggregates, into the scan, where
 * it prunes chunks. Filters that meet become one, the inner conditions first: so they still guard the outer ones against
 * errors.
 *
 * Right through a sort because filtering keeps the order; through an aggregate for conditions on keys alone, since they are
 * the same for all rows of a group. Wrong through a limit (other rows would be cut), for conditions on aggregates, and
 * through an aggregate without keys, which has a row even where its input has none.
 */
import { columnsOf, conjunction, conjuncts, type Expression } from '../model/expression.js'
import { type Aggregate, type Filter, type Plan, rewritePlan } from '../model/plan.js'
import { meaningOf, substitute } from '../model/rewrite-plan.js'
import { BOOLEAN } from '../model/type.js'
import type { Rule } from './rule.js'

export const pushFilter: Rule = {
  name: 'push-filter',
  apply: (plan) => rewritePlan(plan, (node) => (node.kind === 'filter' ? push(node) : node)),
}

function push(filter: Filter): Plan {
  const { input, predicate } = filter
  switch (input.kind) {
    case 'scan':
      return { ...input, predicate: bothOf(input.predicate, predicate) }
    case 'project':
      return { ...input, input: below(input.input, substitute(predicate, meaningOf(input.columns))) }
    case 'sort':
      // The hint that only the first rows are needed was given without this filter.
      return input.limit === undefined ? { ...input, input: below(input.input, predicate) } : filter
    case 'aggregate':
      return pushIntoGroups(filter, input)
    case 'filter':
      return below(input, predicate)
    case 'limit':
    case 'unnest':
    case 'values':
      return filter
    default:
      return input satisfies never
  }
}

function pushIntoGroups(filter: Filter, groups: Aggregate): Plan {
  if (groups.keys.length === 0) return filter
  const keys = new Set(groups.keys.map(({ id }) => id))
  const ofKeys: Expression[] = []
  const others: Expression[] = []
  for (const part of conjuncts(filter.predicate)) {
    const columns = columnsOf(part)
    // A condition without columns would be evaluated for no row where there is no group: leave its errors where they are.
    const movable = columns.size > 0 && [...columns].every((column) => keys.has(column))
    ;(movable ? ofKeys : others).push(part)
  }
  const moved = conjunction(ofKeys)
  if (!moved) return filter
  const pushed: Plan = { ...groups, input: below(groups.input, substitute(moved, meaningOf(groups.keys))) }
  const kept = conjunction(others)
  return kept ? { kind: 'filter', input: pushed, predicate: kept } : pushed
}

/** The conjunction of two predicates, flat. */
function bothOf(first: Expression | undefined, second: Expression): Expression {
  if (!first) return second
  return { kind: 'call', function: 'and', args: [...conjuncts(first), ...conjuncts(second)], type: BOOLEAN }
}

/** The filter one node further down, and from there as far as it goes. */
function below(input: Plan, predicate: Expression): Plan {
  if (input.kind === 'filter') return below(input.input, bothOf(input.predicate, predicate))
  return push({ kind: 'filter', input, predicate })
}
