/** Boxes of the grid whose part of an aggregation statistics already are: their states, unread. Called by `schedule.ts`. */
import type { Facts } from '../function/definition.js'
import type { Registry } from '../function/registry.js'
import type { ColumnId, Expression } from '../model/expression.js'
import {
  type Answered,
  type DimensionCodes,
  type GridScan,
  type KeySpace,
  type LoopPlan,
  type Sink,
  type Verdicts,
  verdict,
} from '../model/job.js'
import type { Accumulator } from '../model/nest.js'
import { boxShape, cellCount } from '../model/schema.js'
import { type ChunkRecords, hasStatistics, isKnownRecord, word, wordsPerRecord } from '../model/statistics.js'
import { isCoded, type StoredColumn } from '../model/stored-column.js'
import { isFloat } from '../model/type.js'
import { inLoopOrder } from '../operator/piece.js'
import { cStrides } from '../operator/select-cells.js'
import { boxOf, chunksUnder, eachPlace, latticeOf, wholeAlong } from '../statistics/lattice.js'
import type { KnownRecords } from '../statistics/verdicts.js'

/** The columns on whose statistics an answer would rest; undefined where cells must be looked at. */
export function answerColumns(
  scan: GridScan,
  sink: Sink,
  loops: LoopPlan | undefined,
  registry: Registry,
): ReadonlySet<ColumnId> | undefined {
  if (loops?.nests.main.sink.kind !== 'reduce' || sink.kind !== 'reduce' || sink.keys.kind === 'hash') return undefined
  const found = new Set<ColumnId>()
  for (const accumulator of loops.accumulators) {
    const { aggregate, args, filter } = accumulator
    const definition = registry.aggregateFunction(aggregate)
    if (definition?.kind !== 'distributive' || !definition.fromStatistics || filter) return undefined
    for (const arg of args) {
      const column = spanningColumn(arg, scan)
      if (!column) return undefined
      found.add(column.id)
    }
  }
  return found
}

/** Of these, those that only records with sums answer. */
export function columnsBySums({ accumulators }: LoopPlan, registry: Registry): ReadonlySet<ColumnId> {
  const found = new Set<ColumnId>()
  for (const { aggregate, args, argTypes, resultType } of accumulators) {
    const definition = registry.aggregateFunction(aggregate)
    const signature = { args: argTypes, result: resultType }
    const isAnswered = definition?.kind === 'distributive' && definition.fromStatistics?.(factsOfRows(1), signature)
    for (const arg of isAnswered ? [] : args) if (arg.kind === 'column') found.add(arg.column)
  }
  return found
}

/** A column of the whole grid, alone, that statistics may be known of. */
export function spanningColumn(expression: Expression, { columns, dims }: GridScan): StoredColumn | undefined {
  const column = expression.kind === 'column' ? columns.find(({ id }) => id === expression.column) : undefined
  if (column?.kind !== 'stored' || column.layout.made || isCoded(column)) return undefined
  return column.dims.length === dims.length && hasStatistics(column.type) ? column : undefined
}

/** Marks what is answered among the verdicts. Undefined where nothing is. */
export function answer(
  scan: GridScan,
  keys: KeySpace,
  loops: LoopPlan,
  verdicts: Verdicts,
  records: KnownRecords,
  registry: Registry,
): Answered | undefined {
  const sources = loops.accumulators.map((accumulator) => sourceOf(accumulator, scan, verdicts, records, registry))
  const dims = keys.kind === 'dense' ? inLoopOrder(keys.dims, loops) : []
  const groupOf = groupsAlong(dims, scan, verdicts)
  const isWhole = scan.dims.map((_, dim) => wholeAlong(scan, verdicts, dim))
  const groups: number[] = []
  const states: (readonly (number | bigint)[])[] = []
  eachPlace(verdicts.counts, (place, box) => {
    if (verdicts.codes[box] !== verdict.all || !place.every((at, dim) => isWhole[dim]?.[at])) return
    const group = groupOf(place)
    const state = group < 0 ? undefined : stateOf(sources, place)
    if (!state) return
    verdicts.codes[box] = verdict.answered
    groups.push(group)
    states.push(state)
  })
  if (groups.length === 0) return undefined
  const types = loops.accumulators.flatMap((accumulator) => fieldTypes(accumulator, registry))
  const fields = types.map((type, k) => asField(type, states, k))
  return { groups: Int32Array.from(groups), fields }
}

/** The state of an accumulator over a lattice box; undefined where it is not known. */
export type StateAt = (place: readonly number[]) => readonly (number | bigint)[] | undefined

function stateOf(sources: readonly StateAt[], place: readonly number[]): (number | bigint)[] | undefined {
  const fields: (number | bigint)[] = []
  for (const source of sources) {
    const own = source(place)
    if (!own) return undefined
    fields.push(...own)
  }
  return fields
}

export function sourceOf(
  accumulator: Accumulator,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
  registry: Registry,
): StateAt {
  const { aggregate, args, argTypes, resultType } = accumulator
  const definition = registry.aggregateFunction(aggregate)
  const fromStatistics = definition?.kind === 'distributive' ? definition.fromStatistics : undefined
  const signature = { args: argTypes, result: resultType }
  const [arg] = args
  const cells = (place: readonly number[]) => cellCount(boxShape(boxOf(verdicts, place, scan.dims)))
  if (!arg) return (place) => fromStatistics?.(factsOfRows(cells(place)), signature)
  const column = arg.kind === 'column' ? scan.columns.find(({ id }) => id === arg.column) : undefined
  const records = column && known.get(column.id)
  if (column?.kind !== 'stored' || !records) return () => undefined
  const own = latticeOf(column, scan.dims, scan.selection)
  if (own.size.some((size, dim) => size !== verdicts.size[dim])) return () => undefined
  const { first } = chunksUnder(verdicts, column, scan.dims)
  return (place) => {
    const record = first(place)
    if (!isKnownRecord(records, record)) return undefined
    return fromStatistics?.(factsOf(records, record), signature)
  }
}

const factsOfRows = (cells: number): Facts => ({
  cells,
  nulls: 0,
  nans: 0,
  min: 0,
  max: 0,
  hasMoments: false,
  sum: 0,
  sumHigh: 0n,
  mean: 0,
  m2: 0,
})

function factsOf({ type, words, floats }: ChunkRecords, record: number): Facts {
  const first = record * wordsPerRecord
  const own = (at: number) => (isFloat(type) ? floats[first + at] : words[first + at]) as number | bigint
  return {
    cells: Number(words[first + word.cells]),
    nulls: Number(words[first + word.nulls]),
    nans: Number(words[first + word.nans]),
    min: own(word.min),
    max: own(word.max),
    hasMoments: words[first + word.hasMoments] !== 0n,
    sum: own(word.sum),
    sumHigh: words[first + word.sumHigh] as bigint,
    mean: floats[first + word.mean] as number,
    m2: floats[first + word.m2] as number,
  }
}

/** The group of all cells of a lattice box; -1 where they are of several. */
function groupsAlong(
  dims: readonly DimensionCodes[],
  scan: GridScan,
  { size, start, counts }: Verdicts,
): (place: readonly number[]) => number {
  const strides = cStrides(dims.map(({ count }) => count))
  const along = dims.map(({ dim, codes }) => {
    const length = size[dim] as number
    return Array.from({ length: counts[dim] as number }, (_, at) => {
      const first = ((start[dim] as number) + at) * length
      const own = codes.subarray(first, Math.min(first + length, scan.dims[dim]?.size ?? 0))
      return own.every((code) => code === own[0]) ? (own[0] ?? -1) : -1
    })
  })
  return (place) => {
    let group = 0
    for (const [i, { dim }] of dims.entries()) {
      const code = along[i]?.[place[dim] as number] as number
      if (code < 0) return -1
      group += code * (strides[i] as number)
    }
    return group
  }
}

export function fieldTypes({ aggregate, argTypes, resultType }: Accumulator, registry: Registry) {
  const definition = registry.aggregateFunction(aggregate)
  if (definition?.kind !== 'distributive') return []
  return definition.state({ args: argTypes, result: resultType }).map(({ type }) => type)
}

const arrays = {
  bool: Int32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const

function asField(
  type: keyof typeof arrays | 'i64',
  states: readonly (readonly (number | bigint)[])[],
  k: number,
): ArrayBuffer {
  if (type === 'i64') return BigInt64Array.from(states, (state) => BigInt(state[k] as number | bigint)).buffer
  const numbers = states.map((state) => Number(state[k]))
  return new arrays[type](numbers).buffer
}
