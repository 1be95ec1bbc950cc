/**
 * ORDER BY along the leading dimensions needs no sort: rows come in the order of the grid.
 *
 * Right where each key is a coordinate that runs strictly in the direction of its key, dimension after dimension from the
 * outermost; dimensions of one cell may be left out. The last key may repeat values: the sort would be stable, and the rows
 * of equal values stand in the order of the grid already. Wrong with a NULL in the coordinate, or for a dimension that
 * follows one that no key has named.
 */
import { compareValues } from '../function/order.js'
import type { Expression } from '../model/expression.js'
import { type Plan, rewritePlan, type Scan, type Sort, type SortKey } from '../model/plan.js'
import { meaningOf, substitute } from '../model/rewrite-plan.js'
import { valueAt } from '../model/vector.js'
import { type Coordinate, coordinateOf, scanColumn } from './coordinates.js'
import type { OptimizeContext, Rule } from './rule.js'

export const removeSort: Rule = {
  name: 'remove-sort',
  apply: (plan, context) => rewritePlan(plan, (node) => (isNeedless(node, context) ? node.input : node)),
}

function isNeedless(node: Plan, context: OptimizeContext): node is Sort {
  if (node.kind !== 'sort') return false
  if (hasOneRow(node.input)) return true
  const keys = keysOverScan(node)
  return keys !== undefined && followsGrid(keys.scan, keys.keys, context)
}

function hasOneRow(plan: Plan): boolean {
  if (plan.kind === 'values') return plan.batch.length <= 1
  if (plan.kind === 'aggregate') return plan.keys.length === 0
  return plan.kind !== 'scan' && plan.kind !== 'unnest' && hasOneRow(plan.input)
}

/** The keys as expressions over a scan, where only steps that keep its order stand between. */
function keysOverScan(sort: Sort): { readonly scan: Scan; readonly keys: readonly SortKey[] } | undefined {
  let keys = sort.keys
  let plan = sort.input
  while (plan.kind === 'project' || plan.kind === 'filter' || plan.kind === 'limit') {
    if (plan.kind === 'project') {
      const meaning = meaningOf(plan.columns)
      keys = keys.map((key) => ({ ...key, expression: substitute(key.expression, meaning) }))
    }
    plan = plan.input
  }
  return plan.kind === 'scan' ? { scan: plan, keys } : undefined
}

function followsGrid(scan: Scan, keys: readonly SortKey[], context: OptimizeContext): boolean {
  // Dimensions before `next` are decided: within them all rows are in order.
  let next = 0
  for (const [i, key] of keys.entries()) {
    const coordinate = keyCoordinate(scan, key.expression, context)
    if (!coordinate) return false
    if (coordinate.dim < next || coordinate.length <= 1) continue
    if (scan.dims.slice(next, coordinate.dim).some(({ size }) => size > 1)) return false
    if (!runs(coordinate, key.descending, i < keys.length - 1)) return false
    next = coordinate.dim + 1
  }
  return true
}

function keyCoordinate(scan: Scan, expression: Expression, context: OptimizeContext): Coordinate | undefined {
  const column = scanColumn(scan, expression)
  return column && coordinateOf(scan, column, context)
}

function runs({ length, vector }: Coordinate, descending: boolean, strictly: boolean): boolean {
  if (!vector) return !descending
  for (let i = 0; i < length; i++) {
    const value = valueAt(vector, i)
    if (value === null) return false
    if (i === 0) continue
    const step = compareValues(valueAt(vector, i - 1), value)
    if (descending ? step < 0 : step > 0) return false
    if (strictly && step === 0) return false
  }
  return true
}
