/** Ordering of rows by keys: stable, NULLs first or last as asked, NaN greatest. Called for ORDER BY, in workers and at the end. */
import { interpret } from '../function/interpret.js'
import { compareValues } from '../function/order.js'
import type { Registry } from '../function/registry.js'
import type { SortKey } from '../model/plan.js'
import type { Value } from '../model/type.js'
import type { Vector } from '../model/vector.js'
import { columnOf, type Rows, takeRows } from './rows.js'

/** The rows in order; with a limit only the first ones. */
export function sortRows(rows: Rows, keys: readonly SortKey[], limit: number | undefined, registry: Registry): Rows {
  const comparers = keys.map((key) =>
    compareRows(interpret(key.expression, columnOf(rows), rows.length, registry), key),
  )
  const order = new Uint32Array(rows.length)
  for (let row = 0; row < order.length; row++) order[row] = row
  order.sort((a, b) => {
    for (const compare of comparers) {
      const difference = compare(a, b)
      if (difference !== 0) return difference
    }
    return a - b
  })
  return takeRows(rows, limit === undefined ? order : order.subarray(0, limit))
}

type Comparer = (a: number, b: number) => number

/** How two rows stand to each other by one key. */
export function compareRows(vector: Vector, { descending, nullsFirst }: SortKey): Comparer {
  const sign = descending ? -1 : 1
  const { values, valid } = vector
  const float = values instanceof Float32Array || values instanceof Float64Array
  const compare = float
    ? floatOrder(values)
    : typeof values[0] === 'object'
      ? (a: number, b: number) => compareValues(values[a] as Value, values[b] as Value)
      : plainOrder(values as ArrayLike<string>)
  if (!valid) return (a, b) => sign * compare(a, b)
  const nullSign = nullsFirst ? -1 : 1
  return (a, b) => {
    if (valid[a] && valid[b]) return sign * compare(a, b)
    return valid[a] === valid[b] ? 0 : valid[a] ? -nullSign : nullSign
  }
}

function floatOrder(values: Float32Array | Float64Array): Comparer {
  return (a, b) => {
    const x = values[a] as number
    const y = values[b] as number
    if (x < y) return -1
    if (x > y) return 1
    if (x === y) return 0
    return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
  }
}

/** Numbers, bigints and strings; strings by code point, as DuckDB's binary collation does for UTF-8. */
function plainOrder(values: ArrayLike<string>): Comparer {
  const text = typeof values[0] === 'string'
  return (a, b) => {
    const x = values[a] as string
    const y = values[b] as string
    if (x === y) return 0
    return text ? compareText(x, y) : x < y ? -1 : 1
  }
}

/** UTF-16 order differs from UTF-8 order only where surrogates meet characters above them. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return isSurrogate(x) !== isSurrogate(y) ? (isSurrogate(x) ? 1 : -1) : x - y
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}
