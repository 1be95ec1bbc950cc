/**
 * A sort below a limit keeps only the rows that the limit lets through: top-k instead of a full sort.
 *
 * Right where only projections stand between them, which keep rows one to one; a filter between would still drop rows.
 */
import { type Limit, type Plan, rewritePlan } from '../model/plan.js'
import type { Rule } from './rule.js'

export const limitIntoSort: Rule = {
  name: 'limit-into-sort',
  apply: (plan) => rewritePlan(plan, (node) => (node.kind === 'limit' ? intoSort(node) : node)),
}

function intoSort(node: Limit): Plan {
  if (node.limit === undefined) return node
  const input = limited(node.input, node.limit + node.offset)
  return input === node.input ? node : { ...node, input }
}

function limited(plan: Plan, rows: number): Plan {
  if (plan.kind === 'sort') {
    return plan.limit !== undefined && plan.limit <= rows ? plan : { ...plan, limit: rows }
  }
  if (plan.kind !== 'project') return plan
  const input = limited(plan.input, rows)
  return input === plan.input ? plan : { ...plan, input }
}
