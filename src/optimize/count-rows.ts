/**
 * `count(x)` over an x that is never NULL counts rows: the column need not be read.
 *
 * Right because a column says for certain where it has no NULL, and a constant shows it. Wrong for DISTINCT.
 */
import type { AggregateCall } from '../model/expression.js'
import { isNullable, type NamedAggregate, type Plan, rewritePlan } from '../model/plan.js'
import { mapSame } from '../model/rewrite-plan.js'
import type { Rule } from './rule.js'

export const countRows: Rule = {
  name: 'count-rows',
  apply: (plan) => rewritePlan(plan, withoutColumns),
}

function withoutColumns(node: Plan): Plan {
  if (node.kind !== 'aggregate') return node
  const aggregates = mapSame(node.aggregates, countsRows)
  return aggregates === node.aggregates ? node : { ...node, aggregates }
}

function countsRows(named: NamedAggregate): NamedAggregate {
  return isNeedless(named.call) ? { ...named, call: { ...named.call, args: [] } } : named
}

function isNeedless({ aggregate, args, distinct }: AggregateCall): boolean {
  const [arg] = args
  return aggregate === 'count' && !distinct && arg !== undefined && !isNullable(arg)
}
