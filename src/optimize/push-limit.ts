/**
 * A limit moves below projections, toward the scan that can stop early; two limits in a row are one; LIMIT 0 reads nothing.
 *
 * Right because a projection keeps rows one to one and in order. The order of rows is part of what LIMIT means, so it never
 * moves below a sort, and not below a filter or an aggregate, which change how many rows there are.
 */
import { type Limit, outputOf, type Plan, rewritePlan } from '../model/plan.js'
import { emptyRows } from './remove-empty.js'
import type { Rule } from './rule.js'

export const pushLimit: Rule = {
  name: 'push-limit',
  apply: (plan) => rewritePlan(plan, (node) => (node.kind === 'limit' ? push(node) : node)),
}

function push(node: Limit): Plan {
  const { input, limit, offset } = node
  if (limit === 0) return emptyRows(outputOf(node))
  if (limit === undefined && offset === 0) return input
  if (input.kind === 'project') return { ...input, input: push({ ...node, input: input.input }) }
  return input.kind === 'limit' ? both(node, input) : node
}

/** The outer limit counts within the rows of the inner one. */
function both(outer: Limit, inner: Limit): Plan {
  const left = inner.limit === undefined ? undefined : Math.max(0, inner.limit - outer.offset)
  const limit = left === undefined || outer.limit === undefined ? (left ?? outer.limit) : Math.min(left, outer.limit)
  return push({ kind: 'limit', input: inner.input, limit, offset: inner.offset + outer.offset })
}
