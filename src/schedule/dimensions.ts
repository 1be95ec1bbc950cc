/**
 * What is known before any chunk is read: values along dimensions, and every expression of one dimension.
 * Such expressions are evaluated once per index; filters among them become selections, keys become dense codes.
 */
import { boundsOf } from '../function/bounds.js'
import { interpret } from '../function/interpret.js'
import type { Registry } from '../function/registry.js'
import { isChunkQLError } from '../model/error.js'
import { type ColumnId, columnsOf, type Expression } from '../model/expression.js'
import { type Interval, truth } from '../model/interval.js'
import type { DimensionCodes, IndexRange } from '../model/job.js'
import type { Scan, ScanColumn } from '../model/plan.js'
import type { Dimension } from '../model/schema.js'
import { INT64 } from '../model/type.js'
import { take, type Vector } from '../model/vector.js'
import { Grouping } from '../operator/grouping.js'
import { trueRows } from '../operator/rows.js'
import { rangesOfSlice } from './slices.js'

/** Longer dimensions are not held as values along them. */
export const mostIndexes = 10_000_000

export class Dimensions {
  readonly #columns: ReadonlyMap<ColumnId, ScanColumn>
  readonly #values = new Map<ColumnId, Vector>()

  /** `coordinate`: the values of a one-dimensional column, where the session loaded them. */
  constructor(
    readonly scan: Scan,
    readonly coordinate: (column: string) => Vector | undefined,
    readonly registry: Registry,
  ) {
    this.#columns = new Map(scan.columns.map((column) => [column.id, column]))
  }

  /** The values of a column along its one dimension, or undefined where they are not known. */
  values(id: ColumnId): Vector | undefined {
    const known = this.#values.get(id)
    if (known) return known
    const column = this.#columns.get(id)
    const values = column && this.#valuesOf(column)
    if (values) this.#values.set(id, values)
    return values
  }

  #valuesOf({ column }: ScanColumn): Vector | undefined {
    const [dim] = column.dims
    if (column.dims.length !== 1 || dim === undefined) return undefined
    const { size } = this.scan.dims[dim] as Dimension
    if (size > mostIndexes) return undefined
    return column.role === 'index' ? positions(size) : this.coordinate(column.name)
  }

  /** The one dimension on which an expression depends through known values; undefined where there is none or more. */
  dimOf(expression: Expression): number | undefined {
    const dims = new Set<number>()
    for (const id of columnsOf(expression)) {
      if (!this.values(id)) return undefined
      for (const dim of this.#columns.get(id)?.column.dims ?? []) dims.add(dim)
    }
    const [dim] = dims
    return dims.size === 1 ? dim : undefined
  }

  /** The dimension too long for values on whose positions alone an expression depends. */
  longDimOf(expression: Expression): number | undefined {
    const dims = new Set<number | undefined>()
    for (const id of columnsOf(expression)) {
      const column = this.#columns.get(id)?.column
      dims.add(column?.role === 'index' && !this.values(id) ? column.dims[0] : undefined)
    }
    const [dim] = dims
    return dims.size === 1 ? dim : undefined
  }

  /** The value at each index, or undefined where some index raises an error: cells decide then whether it counts. */
  along(expression: Expression, dim: number): Vector | undefined {
    const size = (this.scan.dims[dim] as Dimension).size
    try {
      return interpret(expression, (id) => this.values(id) as Vector, size, this.registry)
    } catch (error) {
      if (isChunkQLError(error) && error.code === 'value') return undefined
      throw error
    }
  }
}

function positions(size: number, start = 0): Vector {
  return { type: INT64, length: size, values: BigInt64Array.from({ length: size }, (_, i) => BigInt(start + i)) }
}

export interface Selection {
  /** Per dimension, the indexes that pass. */
  readonly ranges: readonly (readonly IndexRange[])[]
  /** Conjuncts that cells must still be tested with. */
  readonly residual: readonly Expression[]
}

export function selectIndexes(dimensions: Dimensions, predicates: readonly Expression[], pruning: boolean): Selection {
  const { dims } = dimensions.scan
  const passing = dims.map((): Uint8Array | undefined => undefined)
  const residual: Expression[] = []
  const long: { dim: number; ranges: IndexRange[] }[] = []
  for (const predicate of predicates) {
    const dim = pruning ? dimensions.dimOf(predicate) : undefined
    const passed = dim === undefined ? undefined : dimensions.along(predicate, dim)
    const found = pruning && dim === undefined ? selectByBounds(dimensions, predicate) : undefined
    if (dim !== undefined && passed) passing[dim] = both(passing[dim], passed)
    else if (found) long.push(found)
    else residual.push(predicate)
  }
  const ranges = passing.map((pass, dim) => (pass ? rangesOf(pass) : wholeRange((dims[dim] as Dimension).size)))
  const sliced = (dimensions.scan.slices ?? []).map((slice) => ({
    dim: slice.dim,
    ranges: rangesOfSlice(slice, dimensions),
  }))
  for (const { dim, ranges: found } of [...long, ...sliced]) ranges[dim] = intersect(ranges[dim] ?? [], found)
  return { ranges, residual }
}

/** Ranges are split no finer than this by bounds; the rest is looked at index by index. */
const leastSplit = 1024
const mostSplits = 100_000
/** Indexes that are looked at though bounds have decided less than half of those before: they will not decide the others. */
const mostInVain = 1 << 20

/**
 * Indexes of a dimension too long to hold values along it, by halving: bounds of a predicate over positions [start, end)
 * decide most ranges whole. Undefined where the predicate needs more than positions, or does not settle.
 */
function selectByBounds(
  dimensions: Dimensions,
  predicate: Expression,
): { dim: number; ranges: IndexRange[] } | undefined {
  const dim = dimensions.longDimOf(predicate)
  if (dim === undefined) return undefined
  const { registry, scan } = dimensions
  const ranges: IndexRange[] = []
  let splits = 0
  let tested = 0
  const pending: IndexRange[] = [[0, (scan.dims[dim] as Dimension).size]]
  while (pending.length > 0) {
    const [start, end] = pending.pop() as IndexRange
    if (++splits > mostSplits) return undefined
    const position: Interval = { lo: BigInt(start), hi: BigInt(end - 1), mayBeNull: false, mayBeNaN: false }
    const { possible, certain } = truth(boundsOf(predicate, () => position, registry))
    if (certain) append(ranges, start, end)
    else if (possible && end - start > leastSplit) {
      const middle = Math.floor((start + end) / 2)
      pending.push([middle, end], [start, middle])
    } else if (possible) {
      tested += end - start
      if (tested > mostInVain && tested * 2 > end) return undefined
      const rows = trueRows(interpret(predicate, () => positions(end - start, start), end - start, registry))
      for (const row of rows) append(ranges, start + row, start + row + 1)
    }
  }
  return { dim, ranges }
}

/** Adds a range behind the others, joined to the last where they touch. */
function append(ranges: IndexRange[], start: number, end: number): void {
  const last = ranges.at(-1)
  if (last?.[1] === start) ranges[ranges.length - 1] = [last[0], end]
  else ranges.push([start, end])
}

function intersect(a: readonly IndexRange[], b: readonly IndexRange[]): IndexRange[] {
  const met: IndexRange[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [x, y] = [a[i] as IndexRange, b[j] as IndexRange]
    const start = Math.max(x[0], y[0])
    const end = Math.min(x[1], y[1])
    if (start < end) met.push([start, end])
    if (x[1] < y[1]) i++
    else j++
  }
  return met
}

function wholeRange(size: number): IndexRange[] {
  return size === 0 ? [] : [[0, size]]
}

function both(before: Uint8Array | undefined, truth: Vector): Uint8Array {
  const pass = new Uint8Array(truth.length)
  for (const row of trueRows(truth)) pass[row] = before ? (before[row] as number) : 1
  return pass
}

export function rangesOf(pass: Uint8Array): IndexRange[] {
  const ranges: IndexRange[] = []
  for (let start = pass.indexOf(1); start >= 0; ) {
    const past = pass.indexOf(0, start)
    const end = past < 0 ? pass.length : past
    ranges.push([start, end])
    start = past < 0 ? -1 : pass.indexOf(1, past)
  }
  return ranges
}

/** Codes along a dimension for keys of it: numbered by first appearance among the selected indexes, -1 elsewhere. */
export function codesAlong(
  dim: number,
  keys: readonly { readonly key: number; readonly values: Vector }[],
  size: number,
  selected: readonly IndexRange[],
): DimensionCodes {
  const rows = Int32Array.from(selected.flatMap(([start, end]) => indexes(start, end)))
  const grouping = new Grouping(keys.map(({ values }) => values.type))
  const found = grouping.find(
    keys.map(({ values }) => take(values, rows)),
    rows.length,
  )
  const codes = new Int32Array(size).fill(-1)
  rows.forEach((row, i) => {
    codes[row] = found[i] as number
  })
  const values = grouping.keys()
  return {
    dim,
    codes,
    count: grouping.count,
    keys: keys.map(({ key }, k) => ({ key, values: values[k] as Vector })),
  }
}

function indexes(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i)
}
