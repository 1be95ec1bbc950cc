/** Cuts a plan at its first breaker: what can run over single cells goes to the scan, the rest becomes steps. Called by `schedule.ts`. */
import { ChunkQLError } from '../model/error.js'
import { type ColumnId, conjuncts, type Expression, rewrite } from '../model/expression.js'
import type { Step } from '../model/job.js'
import type { NamedAggregate, NamedExpression, OutputColumn, Plan, Scan, SortKey, ValuesPlan } from '../model/plan.js'
import { outputOf, reference } from '../model/plan.js'
import { columnsReadBy } from '../model/rewrite-plan.js'

/** What a scan ends in, keys still undivided. */
export type Ending =
  | {
      readonly kind: 'reduce'
      readonly keys: readonly NamedExpression[]
      readonly aggregates: readonly NamedAggregate[]
    }
  | { readonly kind: 'rows'; readonly columns: readonly NamedExpression[]; readonly limit: number | undefined }
  | {
      readonly kind: 'sort'
      readonly columns: readonly NamedExpression[]
      readonly keys: readonly SortKey[]
      readonly limit: number | undefined
    }

export interface Pipeline {
  readonly leaf: Scan | ValuesPlan
  /** Conjuncts over columns of the leaf. */
  readonly predicates: readonly Expression[]
  readonly ending: Ending
  readonly columns: readonly OutputColumn[]
  readonly steps: readonly Step[]
}

/** Constant rows are not scanned. */
const nothing: Ending = { kind: 'rows', columns: [], limit: undefined }

export function cut(plan: Plan): Pipeline {
  const nodes = chainOf(plan)
  const leaf = nodes.shift() as Scan | ValuesPlan
  const bindings = new Map<ColumnId, Expression>()
  const predicates = leaf.kind === 'scan' && leaf.predicate ? conjuncts(leaf.predicate) : []
  const bind = (expression: Expression) => substitute(expression, bindings)
  let output: readonly OutputColumn[] = leaf.columns
  while (leaf.kind === 'scan' && nodes.length > 0) {
    const node = nodes[0] as Plan
    if (node.kind === 'filter') predicates.push(...conjuncts(bind(node.predicate)))
    else if (node.kind === 'project') rebind(bindings, node.columns, bind)
    else break
    output = outputOf(node)
    nodes.shift()
  }
  if (leaf.kind === 'values') return { leaf, predicates, ending: nothing, columns: output, steps: nodes.map(stepOf) }
  const { ending, columns, rest } = endingOf(nodes, output, bind)
  return { leaf, predicates, ending, columns, steps: rest.map(stepOf) }
}

/** The nodes of a plan, leaf first. */
function chainOf(plan: Plan): Plan[] {
  const nodes: Plan[] = []
  for (let node = plan; ; node = node.input) {
    nodes.unshift(node)
    if (node.kind === 'scan' || node.kind === 'values') return nodes
  }
}

function rebind(
  bindings: Map<ColumnId, Expression>,
  columns: readonly NamedExpression[],
  bind: (expression: Expression) => Expression,
): void {
  const bound = columns.map(({ id, expression }) => [id, bind(expression)] as const)
  for (const [id, expression] of bound) bindings.set(id, expression)
}

function substitute(expression: Expression, bindings: ReadonlyMap<ColumnId, Expression>): Expression {
  if (bindings.size === 0) return expression
  return rewrite(expression, (node) => (node.kind === 'column' ? (bindings.get(node.column) ?? node) : node))
}

function endingOf(
  nodes: readonly Plan[],
  output: readonly OutputColumn[],
  bind: (expression: Expression) => Expression,
): { ending: Ending; columns: readonly OutputColumn[]; rest: readonly Plan[] } {
  const [next] = nodes
  const kept = output.filter(isUsedBy(nodes))
  const columns = kept.map((column) => ({ id: column.id, name: column.name, expression: bind(reference(column)) }))
  switch (next?.kind) {
    case 'aggregate': {
      const keys = next.keys.map((key) => ({ ...key, expression: bind(key.expression) }))
      const aggregates = next.aggregates.map((aggregate) => bindCall(aggregate, bind))
      return { ending: { kind: 'reduce', keys, aggregates }, columns: outputOf(next), rest: nodes.slice(1) }
    }
    case 'sort':
      // Tasks sort and cut their own rows; the step sorts what is left of all of them.
      return { ending: { kind: 'sort', columns, keys: next.keys, limit: next.limit }, columns: kept, rest: nodes }
    case 'limit': {
      const limit = next.limit === undefined ? undefined : next.limit + next.offset
      return { ending: { kind: 'rows', columns, limit }, columns: kept, rest: nodes }
    }
    default:
      return { ending: { kind: 'rows', columns, limit: undefined }, columns: kept, rest: nodes }
  }
}

/** Limits stand below projections: of what they let pass some columns were only for the filter. */
function isUsedBy([next, ...others]: readonly Plan[]): (column: OutputColumn) => boolean {
  if (next?.kind === 'limit') return isUsedBy(others)
  if (next?.kind !== 'project' && next?.kind !== 'aggregate') return () => true
  const used = columnsReadBy(next)
  return ({ id }) => used.has(id)
}

function bindCall(aggregate: NamedAggregate, bind: (expression: Expression) => Expression): NamedAggregate {
  const { call } = aggregate
  return { ...aggregate, call: { ...call, args: call.args.map(bind), filter: call.filter && bind(call.filter) } }
}

function stepOf(node: Plan): Step {
  if (node.kind === 'scan' || node.kind === 'values') throw new ChunkQLError('internal', 'a leaf stands above a node')
  const { input: _, ...step } = node
  return step
}
