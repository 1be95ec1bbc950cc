/**
 * Aggregates that the selected indexes alone answer: count(*), and the ends of what lies along one dimension. Cells are
 * not even counted. Called by `schedule.ts`, where nothing is left of the filter but ranges of indexes.
 */
import { compareValues } from '../function/order.js'
import { type IndexRange, rangeTotal } from '../model/job.js'
import type { NamedAggregate } from '../model/plan.js'
import type { Value } from '../model/type.js'
import { type Batch, type Vector, valueAt, vectorOf } from '../model/vector.js'
import type { Dimensions, Selection } from './dimensions.js'
import type { Ending } from './pipeline.js'

/** The one row of a reduction without keys; undefined where some aggregate needs cells. */
export function answerBySelection(ending: Ending, selection: Selection, dimensions: Dimensions): Batch | undefined {
  if (ending.kind !== 'reduce' || ending.keys.length > 0 || selection.residual.length > 0) return undefined
  const columns = ending.aggregates.map((aggregate) => answerOne(aggregate, selection, dimensions))
  return columns.every((column) => column !== undefined) ? { length: 1, columns } : undefined
}

function answerOne({ call }: NamedAggregate, { ranges }: Selection, dimensions: Dimensions): Vector | undefined {
  const [arg, ...rest] = call.args
  if (call.filter || rest.length > 0) return undefined
  if (call.aggregate === 'count' && !arg) return vectorOf(call.type, [cellsOf(ranges)])
  const sign = call.aggregate === 'min' ? -1 : call.aggregate === 'max' ? 1 : 0
  const dim = arg && sign !== 0 ? dimensions.dimOf(arg) : undefined
  if (!arg || dim === undefined) return undefined
  const values = dimensions.along(arg, dim)
  const selected = cellsOf(ranges) === 0n ? [] : (ranges[dim] ?? [])
  return values && vectorOf(call.type, [extreme(values, selected, sign)])
}

/** Exact beyond 2^53. */
function cellsOf(ranges: Selection['ranges']): bigint {
  return ranges.reduce((product, along) => product * BigInt(rangeTotal(along)), 1n)
}

function extreme(values: Vector, selected: readonly IndexRange[], sign: number): Value {
  let best: Value = null
  for (const [start, end] of selected) {
    for (let index = start; index < end; index++) {
      const value = valueAt(values, index)
      if (value !== null && (best === null || compareValues(value, best) * sign > 0)) best = value
    }
  }
  return best
}
