/**
 * count(*), and min and max of a coordinate, are known from the shape of a grid: over a scan without a filter they read no
 * chunk. Aggregates that are not known stay.
 *
 * Right because a scan emits every cell once: a coordinate's values all occur, as long as no dimension is empty. Wrong with
 * a predicate, slices, a FILTER or keys, and for DISTINCT counts.
 */
import { compareValues } from '../function/order.js'
import type { ColumnRef, Literal } from '../model/expression.js'
import { type Aggregate, type NamedAggregate, outputOf, type Plan, rewritePlan, type Scan } from '../model/plan.js'
import { INT64, type Value } from '../model/type.js'
import { valueAt, vectorOf } from '../model/vector.js'
import { type Coordinate, coordinateOf, scanColumn } from './coordinates.js'
import type { OptimizeContext, Rule } from './rule.js'

export const answerFromMetadata: Rule = {
  name: 'answer-from-metadata',
  apply: (plan, context) => rewritePlan(plan, (node) => (node.kind === 'aggregate' ? answer(node, context) : node)),
}

function answer(node: Aggregate, context: OptimizeContext): Plan {
  const { input, keys, aggregates } = node
  if (input.kind !== 'scan' || input.predicate || input.slices || keys.length > 0) return node
  const known = new Map<NamedAggregate, Literal>()
  for (const aggregate of aggregates) {
    const literal = answerOne(aggregate, input, context)
    if (literal) known.set(aggregate, literal)
  }
  if (known.size === 0) return node
  if (known.size === aggregates.length) return oneRow(node, known)
  const rest: Aggregate = { ...node, aggregates: aggregates.filter((aggregate) => !known.has(aggregate)) }
  const columns = outputOf(node).map(({ id, name, type, nullable }, i) => {
    const literal = aggregates[i] && known.get(aggregates[i])
    const column: ColumnRef = { kind: 'column', column: id, name, type, nullable }
    return { id, name, expression: literal ?? column }
  })
  return { kind: 'project', input: rest, columns }
}

function oneRow(node: Aggregate, known: ReadonlyMap<NamedAggregate, Literal>): Plan {
  const columns = node.aggregates.map(({ call }, i) =>
    vectorOf(call.type, [known.get(node.aggregates[i] as NamedAggregate)?.value ?? null]),
  )
  return { kind: 'values', columns: outputOf(node), batch: { length: 1, columns } }
}

function answerOne({ call }: NamedAggregate, scan: Scan, context: OptimizeContext): Literal | undefined {
  const [arg, ...rest] = call.args
  if (call.filter || rest.length > 0) return undefined
  if (call.aggregate === 'count') return call.distinct || arg ? undefined : cells(scan)
  if (call.aggregate !== 'min' && call.aggregate !== 'max') return undefined
  const column = arg && scanColumn(scan, arg)
  const coordinate = column && coordinateOf(scan, column, context)
  if (!coordinate || scan.dims.some(({ size }) => size === 0)) return undefined
  return { kind: 'literal', type: call.type, value: extreme(coordinate, call.aggregate === 'min' ? -1 : 1) }
}

/** Beyond 2^53 the product of sizes is exact only as a bigint. */
function cells({ dims }: Scan): Literal {
  const value = dims.reduce((product, { size }) => product * BigInt(size), 1n)
  return { kind: 'literal', type: INT64, value }
}

/** The least (direction -1) or greatest value; NULL where all are. */
function extreme({ length, vector }: Coordinate, direction: number): Value {
  if (!vector) return direction < 0 ? 0n : BigInt(length - 1)
  let best: Value = null
  for (let i = 0; i < length; i++) {
    const value = valueAt(vector, i)
    if (value !== null && (best === null || compareValues(value, best) * direction > 0)) best = value
  }
  return best
}
