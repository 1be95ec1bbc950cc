/** Runs a plan over tables in memory, node by node and row by row: what a plan means, for comparing two plans. */
import { accumulatorOf } from '../../src/function/accumulate.js'
import { interpret } from '../../src/function/interpret.js'
import { compareValues } from '../../src/function/order.js'
import type { Registry } from '../../src/function/registry.js'
import type { ColumnId, Expression } from '../../src/model/expression.js'
import { type Aggregate, outputOf, type Plan, type Scan, type Sort, type SortKey } from '../../src/model/plan.js'
import type { Value } from '../../src/model/type.js'
import { take, type Vector, valueAt, vectorOf } from '../../src/model/vector.js'
import { unnestRows } from '../../src/operator/unnest.js'

export interface Rows {
  readonly length: number
  readonly columns: ReadonlyMap<ColumnId, Vector>
}

export interface Data {
  readonly registry: Registry
  /** A column with a value for every cell of the grid. */
  values(scan: Scan, column: string): Vector
}

/** The rows of a plan as values, in the order of its output columns. */
export function runPlan(plan: Plan, data: Data): Value[][] {
  const rows = run(plan, data)
  const vectors = outputOf(plan).map(({ id }) => columnOf(rows, id))
  return Array.from({ length: rows.length }, (_, row) => vectors.map((vector) => valueAt(vector, row)))
}

function run(plan: Plan, data: Data): Rows {
  switch (plan.kind) {
    case 'scan':
      return scan(plan, data)
    case 'values':
      return {
        length: plan.batch.length,
        columns: new Map(plan.columns.map(({ id }, i) => [id, plan.batch.columns[i] as Vector])),
      }
    case 'filter':
      return filter(run(plan.input, data), plan.predicate, data)
    case 'project': {
      const input = run(plan.input, data)
      return {
        length: input.length,
        columns: new Map(plan.columns.map(({ id, expression }) => [id, evaluate(expression, input, data)])),
      }
    }
    case 'aggregate':
      return aggregate(plan, run(plan.input, data), data)
    case 'sort':
      return sort(plan, run(plan.input, data), data)
    case 'limit': {
      const input = run(plan.input, data)
      const end = plan.limit === undefined ? input.length : plan.offset + plan.limit
      return pick(input, range(input.length).slice(plan.offset, end))
    }
    case 'unnest': {
      const [rows] = unnestRows(run(plan.input, data), plan.columns)
      return rows ?? { length: 0, columns: new Map(plan.columns.map(({ id, type }) => [id, vectorOf(type, [])])) }
    }
    default:
      return plan satisfies never
  }
}

function scan(plan: Scan, data: Data): Rows {
  const length = plan.dims.reduce((product, { size }) => product * size, 1)
  const columns = new Map(plan.columns.map(({ id, column }) => [id, data.values(plan, column.name)]))
  const rows: Rows = { length, columns }
  return plan.predicate ? filter(rows, plan.predicate, data) : rows
}

function filter(rows: Rows, predicate: Expression, data: Data): Rows {
  const kept = evaluate(predicate, rows, data)
  return pick(
    rows,
    range(rows.length).filter((row) => valueAt(kept, row) === true),
  )
}

function sort({ keys, limit }: Sort, rows: Rows, data: Data): Rows {
  const sorted = keys.map((key) => ({ key, values: evaluate(key.expression, rows, data) }))
  const order = range(rows.length).sort((a, b) => {
    for (const { key, values } of sorted) {
      const step = compareBy(key, valueAt(values, a), valueAt(values, b))
      if (step !== 0) return step
    }
    return a - b
  })
  return pick(rows, limit === undefined ? order : order.slice(0, limit))
}

function compareBy({ descending, nullsFirst }: SortKey, a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : (a === null) === nullsFirst ? -1 : 1
  return descending ? compareValues(b, a) : compareValues(a, b)
}

/** Groups in the order of their first rows. */
function aggregate({ keys, aggregates }: Aggregate, rows: Rows, data: Data): Rows {
  const keyVectors = keys.map(({ expression }) => evaluate(expression, rows, data))
  const groups = new Map<string, number[]>(keys.length === 0 ? [['', []]] : [])
  for (const row of range(rows.length)) {
    const key = keyVectors.map((vector) => keyText(valueAt(vector, row))).join()
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const members = [...groups.values()]
  const columns = new Map<ColumnId, Vector>()
  for (const [i, { id }] of keys.entries())
    columns.set(
      id,
      take(
        keyVectors[i] as Vector,
        members.map(([row = 0]) => row),
      ),
    )
  for (const { id, call } of aggregates) {
    const args = call.args.map((arg) => evaluate(arg, rows, data))
    const passes = call.filter && evaluate(call.filter, rows, data)
    const accumulator = accumulatorOf(call, data.registry)
    const results = members.map((group) => {
      const passed = group.filter((row) => !passes || valueAt(passes, row) === true)
      const state = passed.reduce(
        (before, row) => accumulator.update(before, ...args.map((arg) => valueAt(arg, row))),
        accumulator.init(),
      )
      return accumulator.finalize(state)
    })
    columns.set(id, vectorOf(call.type, results))
  }
  return { length: members.length, columns }
}

/** -0 and 0 are one group. */
function keyText(value: Value): string {
  return JSON.stringify([typeof value, String(value)])
}

function evaluate(expression: Expression, rows: Rows, data: Data): Vector {
  return interpret(expression, (id) => columnOf(rows, id), rows.length, data.registry)
}

function columnOf(rows: Rows, id: ColumnId): Vector {
  const vector = rows.columns.get(id)
  if (!vector) throw new Error(`the plan has no column ${id} here`)
  return vector
}

function pick(rows: Rows, kept: readonly number[]): Rows {
  return { length: kept.length, columns: new Map([...rows.columns].map(([id, vector]) => [id, take(vector, kept)])) }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}
