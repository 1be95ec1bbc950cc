/**
 * Aggregates that depend on the order of rows, for loops that take rows in any order: each row brings its place in the grid
 * as one more argument. Called by `schedule.ts`.
 */
import type { Registry } from '../function/registry.js'
import type { ColumnId, Expression } from '../model/expression.js'
import type { JobColumn } from '../model/job.js'
import type { NamedAggregate } from '../model/plan.js'
import { cellCount, type Dimension } from '../model/schema.js'
import { FLOAT64, INT64 } from '../model/type.js'
import { mostIndexes } from './dimensions.js'

export interface Positioned {
  readonly aggregates: readonly NamedAggregate[]
  /** Along each dimension: what an index adds to the place. */
  readonly columns: readonly JobColumn[]
}

export function isOrdered({ call }: NamedAggregate, registry: Registry): boolean {
  return registry.aggregateFunction(call.aggregate)?.ordered === true
}

/** `nextId`: of the columns that are made. */
export function byPosition(
  aggregates: readonly NamedAggregate[],
  dims: readonly Dimension[],
  nextId: () => ColumnId,
  registry: Registry,
): Positioned {
  if (!aggregates.some((aggregate) => isOrdered(aggregate, registry))) return { aggregates, columns: [] }
  const places = dims.map((_, dim) => placeAlong(dims, dim, nextId()))
  const position = places.map(({ expression }) => expression).reduce(plus, zero)
  return {
    aggregates: aggregates.map((aggregate) => {
      const { call } = aggregate
      const name = registry.aggregateFunction(call.aggregate)?.byPosition
      return name ? { ...aggregate, call: { ...call, aggregate: name, args: [...call.args, position] } } : aggregate
    }),
    columns: places.map(({ column }) => column),
  }
}

const zero: Expression = { kind: 'literal', type: FLOAT64, value: 0 }

function plus(a: Expression, b: Expression): Expression {
  return a === zero ? b : { kind: 'call', function: '+', args: [a, b], type: FLOAT64 }
}

interface Place {
  readonly column: JobColumn
  readonly expression: Expression
}

function placeAlong(dims: readonly Dimension[], dim: number, id: ColumnId): Place {
  const { size } = dims[dim] as Dimension
  const stride = cellCount(dims.slice(dim + 1).map((inner) => inner.size))
  const column = { id, name: `place along ${dim}`, nullable: false, dims: [dim] } as const
  if (size <= mostIndexes) {
    const values = Float64Array.from({ length: size }, (_, index) => index * stride)
    const along: JobColumn = {
      ...column,
      kind: 'dimension',
      type: FLOAT64,
      values: { type: FLOAT64, length: size, values },
    }
    return { column: along, expression: reference(along) }
  }
  const index: JobColumn = { ...column, kind: 'index', type: INT64 }
  const factor: Expression = { kind: 'literal', type: FLOAT64, value: stride }
  const position: Expression = { kind: 'cast', arg: reference(index), type: FLOAT64 }
  return { column: index, expression: { kind: 'call', function: '*', args: [position, factor], type: FLOAT64 } }
}

function reference({ id, name, type }: JobColumn): Expression {
  return { kind: 'column', column: id, name, type, nullable: false }
}
