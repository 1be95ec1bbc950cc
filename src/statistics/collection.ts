/** Statistics are a GROUP BY over the numbers of chunks, by the loops of every other query. Called by `analyze.ts`. */
import { builtins, type Registry } from '../function/registry.js'
import type { AggregateCall, ColumnRef, Expression } from '../model/expression.js'
import type { NamedAggregate, NamedExpression, Plan, ScanColumn, Slice } from '../model/plan.js'
import type { Box, Column, Dimension, Table } from '../model/schema.js'
import { type ChunkRecords, emptyRecords, extentOf, word, wordsPerRecord } from '../model/statistics.js'
import { BOOLEAN, INT64, isFloat } from '../model/type.js'
import type { Batch, Vector } from '../model/vector.js'
import { indexOf } from './keeping.js'

const valueId = 1
const firstIndexId = 100
const firstKeyId = 200
const firstAggregateId = 300
const nowhere = { start: 0, end: 0 }

/** The aggregates by the word that each is kept in. */
type Measures = ReadonlyMap<number, AggregateCall>

/** What is to be known of one column. */
export interface Subject {
  /** Its name in the catalog. */
  readonly source: string
  readonly table: Table
  readonly column: Column
}

/** Over the grid of the column alone, for the chunks of a part of the chunk grid: its keys are the numbers of chunks along each axis. */
export function collectionPlan({ source, table, column }: Subject, part: Box, registry: Registry = builtins): Plan {
  const dims = column.dims.map((dim) => table.dims[dim] as Dimension)
  const own: ScanColumn = {
    id: valueId,
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    column: { ...column, dims: dims.map((_, axis) => axis), role: 'variable' },
  }
  const scan: Plan = {
    kind: 'scan',
    source,
    table: table.name,
    dims,
    columns: [own, ...dims.map(indexColumn)],
    slices: dims.map((dim, axis) => sliceOf(column, dim, axis, part)),
  }
  return {
    kind: 'aggregate',
    input: scan,
    keys: dims.map((_, axis) => keyOf(column, axis)),
    aggregates: named(column, registry),
  }
}

function indexColumn({ name }: Dimension, axis: number): ScanColumn {
  const column = { name, type: INT64, nullable: false, dims: [axis], role: 'index', attributes: {} } as const
  return { id: firstIndexId + axis, name, type: INT64, nullable: false, column }
}

function sliceOf({ layout }: Column, { size }: Dimension, dim: number, part: Box): Slice {
  const chunk = layout?.chunk[dim] as number
  const start = (part.start[dim] as number) * chunk
  const end = Math.min(size, (part.end[dim] as number) * chunk)
  return { kind: 'positions', dim, start, end, step: 1, text: '', span: nowhere }
}

function keyOf({ layout }: Column, axis: number): NamedExpression {
  const index: Expression = {
    kind: 'column',
    column: firstIndexId + axis,
    name: `axis ${axis}`,
    type: INT64,
    nullable: false,
  }
  const size: Expression = { kind: 'literal', type: INT64, value: BigInt(layout?.chunk[axis] as number) }
  const expression: Expression = { kind: 'call', function: '//', args: [index, size], type: INT64 }
  return { id: firstKeyId + axis, name: `chunk along ${axis}`, expression }
}

function named(column: Column, registry: Registry): NamedAggregate[] {
  return [...measuresOf(column, registry)].map(([at, call]) => ({
    id: firstAggregateId + at,
    name: `word ${at}`,
    call,
  }))
}

function measuresOf({ name, type, nullable, layout }: Column, registry: Registry): Measures {
  const x: ColumnRef = { kind: 'column', column: valueId, name, type, nullable }
  const call = (aggregate: string, ...args: Expression[]): AggregateCall | undefined => {
    const signature = registry.aggregateFunction(aggregate)?.resolve(args.map((arg) => ({ type: arg.type })))
    const isPlain = signature?.args.every(({ kind }, i) => kind === args[i]?.type.kind)
    return signature && isPlain ? { aggregate, args, distinct: false, type: signature.result } : undefined
  }
  const isNotANumber: Expression = { kind: 'call', function: 'isnan', args: [x], type: BOOLEAN }
  const hasNaN = isFloat(type) && !(layout?.nanIsNull && layout.unpack.kind === 'none')
  const counted = call('count', x)
  const found: readonly (readonly [number, AggregateCall | undefined])[] = [
    [word.cells, call('count')],
    // Of values first: what is no value is a NULL.
    [word.nulls, counted],
    [word.nans, hasNaN ? counted && { ...counted, filter: isNotANumber } : undefined],
    // NaN is the greatest number: the least value is found beside it, the greatest is the least of the negated ones.
    [word.min, call('min', x)],
    [word.max, hasNaN ? call('min', { kind: 'call', function: 'negate', args: [x], type }) : call('max', x)],
    [word.sum, call('$total_0', x)],
    [word.sumHigh, call('$total_1', x)],
    // The code of moments takes the bits of a UBIGINT for those of a BIGINT.
    [word.mean, type.kind === 'uint64' ? undefined : call('$moments_1', x)],
    [word.m2, type.kind === 'uint64' ? undefined : call('$moments_2', x)],
  ]
  return new Map(found.filter((each): each is readonly [number, AggregateCall] => each[1] !== undefined))
}

/** Takes the result of a collection, batch by batch. */
export class Collector {
  readonly records: ChunkRecords
  readonly #words: readonly number[]
  readonly #shape: readonly number[]

  constructor(
    readonly subject: Subject,
    readonly part: Box,
    registry: Registry = builtins,
  ) {
    const { column, table } = subject
    const counts = part.end.map((end, axis) => end - (part.start[axis] as number))
    this.records = emptyRecords(column.type, part.start, counts)
    this.#words = [...measuresOf(column, registry).keys()]
    this.#shape = column.dims.map((dim) => table.dims[dim]?.size ?? 0)
  }

  /** Columns: the numbers of the chunk along each axis, then the measures. */
  consume({ length, columns }: Batch, timeMs: number): void {
    const { start } = this.records
    const records = this.#recordsOf(columns.slice(0, start.length), length)
    this.#words.forEach((at, k) => {
      this.#set(records, at, columns[start.length + k] as Vector)
    })
    for (const record of records) this.#finish(record, timeMs)
  }

  #recordsOf(keys: readonly Vector[], length: number): Float64Array {
    const { start, counts } = this.records
    const records = new Float64Array(length)
    keys.forEach(({ values }, axis) => {
      const [first, count] = [start[axis] as number, counts[axis] as number]
      for (let row = 0; row < length; row++) {
        records[row] = (records[row] as number) * count + Number(values[row]) - first
      }
    })
    return records
  }

  #set(records: Float64Array, at: number, { values, valid }: Vector): void {
    const { words, floats } = this.records
    const isFloatWord = this.#isFloatWord(at)
    const isBig = values instanceof BigInt64Array || values instanceof BigUint64Array
    for (let row = 0; row < records.length; row++) {
      if (valid?.[row] === 0) continue
      const to = (records[row] as number) * wordsPerRecord + at
      if (isFloatWord) floats[to] = values[row] as number
      else words[to] = isBig ? (values[row] as bigint) : BigInt(values[row] as number)
    }
  }

  #isFloatWord(at: number): boolean {
    return (
      at === word.mean ||
      at === word.m2 ||
      (isFloat(this.records.type) && [word.min, word.max, word.sum].includes(at as never))
    )
  }

  #finish(record: number, timeMs: number): void {
    const { words, floats } = this.records
    const { column } = this.subject
    const first = record * wordsPerRecord
    const cells = words[first + word.cells] as bigint
    words[first + word.nulls] = cells - (words[first + word.nulls] as bigint)
    // What was found is the least of the negated values.
    if (this.#words.includes(word.nans)) floats[first + word.max] = -(floats[first + word.max] as number)
    words[first + word.hasMoments] = this.#words.includes(word.sum) ? 1n : 0n
    words[first + word.extent] = extentOf(indexOf(this.records, record), column.layout?.chunk ?? [], this.#shape)
    words[first + word.time] = BigInt(Math.trunc(timeMs))
  }
}
