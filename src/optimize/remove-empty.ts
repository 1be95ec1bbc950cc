/**
 * What can have no rows is not computed: a filter that is never true, and all above it, become no rows at all.
 *
 * Right because a filter keeps rows where its predicate is TRUE: FALSE and NULL keep none. An aggregate without keys gives
 * its row over nothing, too, and therefore stays.
 */
import { conjuncts, type Expression } from '../model/expression.js'
import { type OutputColumn, outputOf, type Plan, rewritePlan, type ValuesPlan } from '../model/plan.js'
import { vectorOf } from '../model/vector.js'
import type { Rule } from './rule.js'

export const removeEmpty: Rule = {
  name: 'remove-empty',
  apply: (plan) =>
    rewritePlan(plan, (node) => (isEmpty(node) && !isNothing(node) ? emptyRows(outputOf(node)) : trim(node))),
}

export function emptyRows(columns: readonly OutputColumn[]): ValuesPlan {
  return { kind: 'values', columns, batch: { length: 0, columns: columns.map(({ type }) => vectorOf(type, [])) } }
}

function isEmpty(node: Plan): boolean {
  switch (node.kind) {
    case 'values':
      return isNothing(node)
    case 'scan':
      return node.dims.some(({ size }) => size === 0) || (node.predicate !== undefined && isNever(node.predicate))
    case 'filter':
      return isNever(node.predicate) || isNothing(node.input)
    case 'aggregate':
      return node.keys.length > 0 && isNothing(node.input)
    case 'project':
    case 'sort':
    case 'limit':
    case 'unnest':
      return isNothing(node.input)
    default:
      return node satisfies never
  }
}

function isNothing(node: Plan): boolean {
  return node.kind === 'values' && node.batch.length === 0
}

function isNever(predicate: Expression): boolean {
  return conjuncts(predicate).some((part) => part.kind === 'literal' && part.value !== true)
}

function isAlways(predicate: Expression): boolean {
  return conjuncts(predicate).every((part) => part.kind === 'literal' && part.value === true)
}

/** A filter that is always true is none. */
function trim(node: Plan): Plan {
  if (node.kind === 'filter' && isAlways(node.predicate)) return node.input
  return node.kind === 'scan' && node.predicate && isAlways(node.predicate) ? { ...node, predicate: undefined } : node
}
