/** The loop nest of a stage: order of dimensions, shape of the innermost loop, bodies to compile. Called by `schedule.ts`. */
import type { Registry } from '../function/registry.js'
import { type AggregateCall, type ColumnId, columnsOf, conjunction, type Expression } from '../model/expression.js'
import { identityOf } from '../model/identity.js'
import {
  type DimensionCodes,
  type GridScan,
  type JobColumn,
  type KeySpace,
  type LoopPlan,
  type Sink,
  verdict,
} from '../model/job.js'
import type { Access, Accumulator, Finish, Nest, NestColumn } from '../model/nest.js'
import { isNullable, type NamedAggregate } from '../model/plan.js'
import { type Dimension, encodingOf, type Storage, storageBytes } from '../model/schema.js'
import { INT32, INT64, isObjectType, type Type, type TypeKind } from '../model/type.js'
import type { Vector } from '../model/vector.js'
import { collectedOf, noneCollected } from './collected.js'
import { isPlain, withoutSpans } from './columns.js'

type Stored = Extract<JobColumn, { kind: 'stored' }>
type Shape = 'register' | 'vector' | 'scatter'

/** Undefined where a stage has no such loops. */
export type PlanLoops = (
  scan: GridScan,
  sink: Sink,
  registry: Registry,
  /** Where it is not to be chosen. */
  order?: readonly number[],
) => LoopPlan | undefined

/** A reduction, wholly compiled. Hash keys along dimensions must already be columns (`codeColumns`). */
export function planReduce(
  scan: GridScan,
  sink: Sink,
  registry: Registry,
  order: readonly number[] = loopOrder(scan.columns, scan.dims),
): LoopPlan | undefined {
  if (sink.kind !== 'reduce' || !scan.columns.every(hasCode)) return undefined
  const kept = sink.keys.kind === 'hash' ? collectedOf(sink.aggregates, registry) : noneCollected
  const parts = accumulate(
    sink.aggregates.filter((_, k) => !kept.collected.flat().includes(k)),
    registry,
  )
  if (!parts) return undefined
  const { accumulators, finishes } = parts
  // Verdicts that leave cells to be tested are those of a filter, also where the scan is that of boxes that pass it.
  const isFiltered = (code: number) => code === verdict.none || code === verdict.maybe
  const mayBeEmpty = scan.predicate !== undefined || scan.verdicts?.codes.some(isFiltered)
  const presence = sink.keys.kind === 'dense' && mayBeEmpty ? share(accumulators, rowCount) : undefined
  const columns = nestColumns(scan.columns, order)
  const hashed = sink.keys.kind === 'hash'
  const shape = hashed ? 'scatter' : innerShape(sink.keys, order)
  const main: Nest = {
    columns,
    predicate: scan.predicate,
    sink: { kind: 'reduce', shape, accumulators, ...(hashed ? { codes: 'ordinal' as const } : {}) },
  }
  const keyNest = (kind: 'keys' | 'direct'): Nest | undefined =>
    hashed ? { columns, predicate: scan.predicate, sink: { kind, keys: hashKeys(sink.keys) } } : undefined
  const direct = hashKeys(sink.keys).length > 0 ? keyNest('direct') : undefined
  const collects = kept.args.map(({ value, filter }): Nest => {
    const predicate = conjunction([scan.predicate, filter].filter((each) => each !== undefined))
    return { columns, predicate, sink: { kind: 'keys', keys: [value] } }
  })
  const nests = { main, probe: planProbe(scan, order), keys: keyNest('keys'), direct, collects }
  return { order, nests, accumulators, finishes, presence, collected: kept.collected }
}

/** A compiled filter before what is interpreted. */
export function planSelect(scan: GridScan): LoopPlan | undefined {
  const early = earlyColumns(scan)
  const order = loopOrder(early, scan.dims)
  if (!scan.predicate || early.length === 0 || !early.every(hasCode)) return undefined
  const main: Nest = { columns: nestColumns(early, order), predicate: scan.predicate, sink: { kind: 'select' } }
  return { order, nests: { main }, accumulators: [], finishes: [] }
}

function planProbe(scan: GridScan, order: readonly number[]): Nest | undefined {
  const early = earlyColumns(scan)
  const late = scan.columns.some((column) => column.kind === 'stored' && column.phase === 'late')
  if (!scan.predicate || !late || early.length === 0) return undefined
  return {
    columns: nestColumns(early, order),
    predicate: scan.predicate,
    sink: { kind: 'reduce', shape: 'register', accumulators: [rowCount] },
  }
}

function earlyColumns(scan: GridScan): JobColumn[] {
  const read = scan.predicate ? columnsOf(scan.predicate) : new Set()
  return scan.columns.filter(({ id }) => read.has(id))
}

function hasCode(column: JobColumn): boolean {
  if (column.kind === 'vector' || isObjectType(column.type)) return false
  return column.kind !== 'dimension' || isPlain(column.values)
}

/** Storage order of the largest column; dimensions that it does not have, and single-index ones, go outside. */
function loopOrder(columns: readonly JobColumn[], dims: readonly Dimension[]): number[] {
  const stored = columns.filter((column): column is Stored => column.kind === 'stored')
  const [main] = stored.toSorted((a, b) => b.dims.length - a.dims.length || b.layout.bytes - a.layout.bytes)
  const stride = dims.map((_, dim) => {
    const axis = main ? main.dims.indexOf(dim) : -1
    const inChunk = axis < 0 ? 1 : (main?.layout.chunk[axis] as number)
    return main && inChunk > 1 ? (main.layout.strides[axis] as number) : Number.POSITIVE_INFINITY
  })
  return dims
    .map((_, dim) => dim)
    .sort((a, b) =>
      (stride[a] as number) === (stride[b] as number) ? a - b : (stride[b] as number) - (stride[a] as number),
    )
}

function nestColumns(columns: readonly JobColumn[], order: readonly number[]): NestColumn[] {
  const inner = order.at(-1)
  return columns.map((column) => nestColumn(column, accessOf(column, inner)))
}

function accessOf(column: JobColumn, inner: number | undefined): Access {
  const axis = inner === undefined ? -1 : column.dims.indexOf(inner)
  if (axis < 0) return 'zero'
  if (column.kind !== 'stored') return 'unit'
  if (column.coded || column.layout.fold) return axis === column.dims.length - 1 ? 'unit' : 'strided'
  return column.layout.strides[axis] === storageBytes[column.layout.storage] ? 'unit' : 'strided'
}

function nestColumn(column: JobColumn, access: Access): NestColumn {
  const { id, type } = column
  if (column.kind === 'stored' && column.coded) {
    return { id, type, storage: 'i4', unpack: { kind: 'none' }, missing: [-1], nanIsNull: false, access }
  }
  if (column.kind === 'stored') {
    return { id, type, ...encodingOf(column.layout), access }
  }
  const nanIsNull = column.kind === 'dimension' && column.values.valid !== undefined
  return { id, type, storage: storageOf(type), unpack: { kind: 'none' }, missing: [], nanIsNull, access }
}

/** How a vector's values lie in memory. */
const storages: Readonly<Partial<Record<TypeKind, Storage>>> = {
  calendar: 'i8',
  boolean: 'bool',
  int8: 'i1',
  int16: 'i2',
  int32: 'i4',
  int64: 'i8',
  uint8: 'u1',
  uint16: 'u2',
  uint32: 'u4',
  uint64: 'u8',
  float32: 'f4',
  float64: 'f8',
  date: 'i4',
  timestamp: 'i8',
}

function storageOf(type: Type): Storage {
  const storage = storages[type.kind]
  if (!storage) throw new TypeError(`${type.kind} has no storage`)
  return storage
}

/** How groups move along the innermost loop: not at all or in runs, one by one, or anyhow. */
function innerShape(keys: KeySpace, order: readonly number[]): Shape {
  const inner = keys.kind === 'dense' ? keys.dims.find(({ dim }) => dim === order.at(-1)) : undefined
  if (!inner) return 'register'
  const { codes } = inner
  let steps = 0
  let repeats = 0
  for (let i = 1; i < codes.length; i++) {
    const step = (codes[i] as number) - (codes[i - 1] as number)
    if (step === 1) steps++
    else if (step === 0) repeats++
  }
  if (repeats >= codes.length * 0.85 || codes.length < 2) return 'register'
  return steps >= codes.length * 0.85 ? 'vector' : 'scatter'
}

function hashKeys(keys: KeySpace): Expression[] {
  return keys.kind === 'hash' ? [...keys.keys.map(({ expression }) => expression), ...keys.dims.map(codeReference)] : []
}

/** The id of the column that holds a dimension's codes. */
export function codeColumnId({ dim }: DimensionCodes): ColumnId {
  return -1 - dim
}

function codeReference(codes: DimensionCodes): Expression {
  return { kind: 'column', column: codeColumnId(codes), name: `group along ${codes.dim}`, type: INT32, nullable: false }
}

/** For hash keys: codes of dimensions as columns, so that they are keys like the others. */
export function codeColumns(keys: KeySpace): JobColumn[] {
  if (keys.kind !== 'hash') return []
  return keys.dims.map((codes) => {
    const values: Vector = { type: INT32, length: codes.codes.length, values: codes.codes }
    const { column, name } = codeReference(codes) as { column: ColumnId; name: string }
    return { kind: 'dimension', id: column, name, type: INT32, nullable: false, dims: [codes.dim], values }
  })
}

export const rowCount: Accumulator = { aggregate: 'count', args: [], argTypes: [], resultType: INT64 }

interface Accumulation {
  readonly accumulators: Accumulator[]
  readonly finishes: readonly Finish[]
}

/** Aggregates as shared accumulators; undefined where one is holistic, DISTINCT or of text. */
function accumulate(aggregates: readonly NamedAggregate[], registry: Registry): Accumulation | undefined {
  const accumulators: Accumulator[] = []
  const finishes: Finish[] = []
  for (const { call } of aggregates) {
    const hasCode = !call.args.some(({ type }) => isObjectType(type))
    const parts = hasCode ? partsOf(call, registry) : undefined
    if (!parts) return undefined
    const indexes = parts.map((part) => share(accumulators, part))
    finishes.push({
      aggregate: call.aggregate,
      argTypes: call.args.map(({ type }) => type),
      resultType: call.type,
      parts: indexes,
    })
  }
  return { accumulators, finishes }
}

/** What a call is computed from; undefined where that is all values. */
export function partsOf(call: AggregateCall, registry: Registry): Accumulator[] | undefined {
  const definition = registry.aggregateFunction(call.aggregate)
  if (!definition || definition.kind === 'holistic' || call.distinct) return undefined
  if (definition.kind === 'distributive') return [accumulator(call, call.aggregate, call.args, call.type)]
  const argTypes = call.args.map(({ type }) => type)
  const found = definition.parts({ args: argTypes, result: call.type }).map((part) => {
    const args = part.args.map((index) => call.args[index] as Expression)
    const signature = registry.aggregateFunction(part.aggregate)?.resolve(args.map(({ type }) => ({ type })))
    return signature && accumulator(call, part.aggregate, args, signature.result)
  })
  return found.every((part) => part !== undefined) ? found : undefined
}

function accumulator(
  call: AggregateCall,
  aggregate: string,
  args: readonly Expression[],
  resultType: Type,
): Accumulator {
  // Of what is never NULL: the same for all such arguments.
  const countsRows = aggregate === 'count' && args.every((arg) => !isNullable(arg))
  const plain = countsRows ? [] : args.map(withoutSpans)
  const filter = call.filter && withoutSpans(call.filter)
  return { aggregate, args: plain, argTypes: plain.map(({ type }) => type), resultType, ...(filter ? { filter } : {}) }
}

/** The place of an accumulator among some, where it is put unless it is there. */
export function share(accumulators: Accumulator[], part: Accumulator): number {
  const name = identityOf(part)
  const known = accumulators.findIndex((other) => identityOf(other) === name)
  if (known >= 0) return known
  accumulators.push(part)
  return accumulators.length - 1
}
