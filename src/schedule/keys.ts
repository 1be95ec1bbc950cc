/** Divides GROUP BY keys: those of one dimension become dense codes, the others go to the hash table. Called by `schedule.ts`. */

import { columnsOf } from '../model/expression.js'
import type { KeySpace } from '../model/job.js'
import type { NamedExpression } from '../model/plan.js'
import type { Dimension } from '../model/schema.js'
import { take, type Vector } from '../model/vector.js'
import { codesAlong, type Dimensions, type Selection } from './dimensions.js'

type DimensionKey = { readonly key: number; readonly values: Vector }

export function divideKeys(keys: readonly NamedExpression[], dimensions: Dimensions, selection: Selection): KeySpace {
  if (keys.length === 0) return { kind: 'none' }
  const { dims } = dimensions.scan
  const byDim = dims.map((): DimensionKey[] => [])
  const cellKeys: { key: number; expression: NamedExpression['expression'] }[] = []
  keys.forEach(({ expression }, key) => {
    const dim = keyDim(expression, dimensions)
    const values = dim === undefined ? undefined : dimensions.along(expression, dim)
    if (dim === undefined || !values) cellKeys.push({ key, expression })
    else byDim[dim]?.push({ key, values: spread(values, (dims[dim] as Dimension).size) })
  })
  const codes = byDim.flatMap((found, dim) =>
    found.length === 0 ? [] : [codesAlong(dim, found, (dims[dim] as Dimension).size, selection.ranges[dim] ?? [])],
  )
  return cellKeys.length === 0 ? { kind: 'dense', dims: codes } : { kind: 'hash', dims: codes, keys: cellKeys }
}

/** A constant may count as a key of any dimension. */
function keyDim(expression: NamedExpression['expression'], dimensions: Dimensions): number | undefined {
  const constant = columnsOf(expression).size === 0 && dimensions.scan.dims.length > 0
  return constant ? 0 : dimensions.dimOf(expression)
}

function spread(values: Vector, size: number): Vector {
  return values.length === size ? values : take(values, new Int32Array(size))
}
