/**
 * DISTINCT aggregates of one argument aggregate over groups of that argument: count(DISTINCT x) counts the groups of x.
 * Grouping compiles and stays small per task; keeping sets of values does not.
 *
 * Right where all aggregates of the node are DISTINCT over the same argument without FILTER: then each group of the keys
 * and the argument gives the aggregate one row, a NULL among them, which it skips as before. A plain aggregate beside
 * them would see one row per group instead of all.
 */
import type { ColumnId, Expression } from '../model/expression.js'
import { interner } from '../model/interner.js'
import { type Aggregate, type NamedAggregate, type Plan, rewritePlan } from '../model/plan.js'
import { highestId, type Rule } from './rule.js'

export const groupDistinct: Rule = {
  name: 'group-distinct',
  apply: (plan) => {
    let next = 1 + highestId(plan)
    return rewritePlan(plan, (node) => (node.kind === 'aggregate' ? grouped(node, () => next++) : node))
  },
}

function grouped(node: Aggregate, nextId: () => ColumnId): Plan {
  const argument = sharedArgument(node.aggregates)
  if (!argument) return node
  const id = nextId()
  const keys = node.keys.map((key) => ({ ...key, id: nextId() }))
  const inner: Aggregate = {
    kind: 'aggregate',
    input: node.input,
    keys: [...keys, { id, name: 'argument', expression: argument }],
    aggregates: [],
  }
  const column = (of: ColumnId, name: string, { type }: Expression): Expression => ({
    kind: 'column',
    column: of,
    name,
    type,
    nullable: true,
  })
  return {
    kind: 'aggregate',
    input: inner,
    keys: node.keys.map((key, k) => ({
      ...key,
      expression: column((keys[k] as { id: ColumnId }).id, key.name, key.expression),
    })),
    aggregates: node.aggregates.map((aggregate) => ({
      ...aggregate,
      call: { ...aggregate.call, distinct: false, args: [column(id, 'argument', argument)] },
    })),
  }
}

/** The one argument of all aggregates, if they are all DISTINCT. */
function sharedArgument(aggregates: readonly NamedAggregate[]): Expression | undefined {
  const arguments_ = aggregates.map(({ call }) => {
    const [only] = call.args
    return call.distinct && call.args.length === 1 && !call.filter ? only : undefined
  })
  const [first] = arguments_
  const numbers = interner()
  return first && arguments_.every((each) => each && numbers.of(each) === numbers.of(first)) ? first : undefined
}
