/**
 * A projection under another, or under an aggregate, is substituted into it: subqueries that only project disappear.
 *
 * Right because expressions are pure. It would be wrong for functions with a memory (none exist), and it would be slow
 * where the copies multiply (a + a, then b + b, then ...) or nest deeper than later stages can walk: then it is left.
 */
import { type ColumnId, childrenOf, type Expression } from '../model/expression.js'
import { type Plan, type Project, rewritePlan } from '../model/plan.js'
import { expressionsOf, mapExpressions, meaningOf, substitute } from '../model/rewrite-plan.js'
import type { Rule } from './rule.js'

export const mergeProjects: Rule = {
  name: 'merge-projects',
  apply: (plan) => rewritePlan(plan, merge),
}

const nodesMax = 20_000
const depthMax = 1000

function merge(node: Plan): Plan {
  if (node.kind !== 'project' && node.kind !== 'aggregate') return node
  const inner = node.input
  if (inner.kind !== 'project' || growsTooLarge(node, inner)) return node
  const meaning = meaningOf(inner.columns)
  const merged = mapExpressions(node, (expression) => substitute(expression, meaning))
  return merged.kind === 'project' || merged.kind === 'aggregate' ? { ...merged, input: inner.input } : node
}

interface Size {
  readonly nodes: number
  readonly depth: number
}

const one: Size = { nodes: 1, depth: 1 }

function growsTooLarge(outer: Plan, inner: Project): boolean {
  const sizes = new Map(inner.columns.map(({ id, expression }) => [id, sizeOf(expression, new Map())]))
  let before = 0
  let after = 0
  for (const expression of expressionsOf(outer)) {
    before += sizeOf(expression, new Map()).nodes
    const merged = sizeOf(expression, sizes)
    if (merged.depth > depthMax) return true
    after += merged.nodes
  }
  for (const { nodes } of sizes.values()) before += nodes
  return after > Math.max(nodesMax, before)
}

function sizeOf(expression: Expression, columns: ReadonlyMap<ColumnId, Size>): Size {
  if (expression.kind === 'column') return columns.get(expression.column) ?? one
  let nodes = 1
  let depth = 0
  for (const child of childrenOf(expression)) {
    const size = sizeOf(child, columns)
    nodes += size.nodes
    depth = Math.max(depth, size.depth)
  }
  return { nodes, depth: depth + 1 }
}
