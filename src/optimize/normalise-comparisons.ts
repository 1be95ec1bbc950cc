/**
 * Constants stand on the right: `5 < x` becomes `x > 5`; `x IN (5)` becomes `x = 5`. Later stages then look in one place.
 *
 * Right for any operands, since only the sides change. Constants are not moved across arithmetic (`x + 1 > 5`):
 * `x + 1` may overflow where `x > 4` does not, floats would round otherwise, and pruning needs no such help.
 */
import { type Call, columnsOf, type Expression, type InList, rewrite } from '../model/expression.js'
import { rewritePlan } from '../model/plan.js'
import { mapExpressions } from '../model/rewrite-plan.js'
import type { Rule } from './rule.js'

export const normaliseComparisons: Rule = {
  name: 'normalise-comparisons',
  apply: (plan) => rewritePlan(plan, (node) => mapExpressions(node, (expression) => rewrite(expression, normalise))),
}

const mirrored: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  'is distinct from': 'is distinct from',
  'is not distinct from': 'is not distinct from',
}

function normalise(node: Expression): Expression {
  if (node.kind === 'in') return singleIn(node)
  const name = node.kind === 'call' ? mirrored[node.function] : undefined
  if (name === undefined || node.kind !== 'call') return node
  const [left, right] = node.args
  if (!left || !right || !isConstant(left) || isConstant(right)) return node
  return { ...node, function: name, args: [right, left] }
}

function isConstant(expression: Expression): boolean {
  return expression.kind === 'literal' || columnsOf(expression).size === 0
}

function singleIn(node: InList): InList | Call {
  const [value] = node.values
  if (value === undefined || node.values.length > 1) return node
  const literal: Expression = { kind: 'literal', type: node.arg.type, value, span: node.span }
  return { kind: 'call', function: '=', args: [node.arg, literal], type: node.type, span: node.span }
}
