/** How the chunks of a column become records, and the stage that reads chunks for nothing else. Called by `survey.ts` and `analyze.ts`. */
import { builtins } from '../function/registry.js'
import type { AggregateCall, ColumnRef, Expression } from '../model/expression.js'
import type { GridScan, IndexRange, Measure, ScanStage, Settings } from '../model/job.js'
import { type Box, type Column, type Dimension, type Layout, type Table, typeOfStorage } from '../model/schema.js'
import { word } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import { BOOLEAN, isFloat, isInteger, type Type } from '../model/type.js'
import { planReduce } from './loops.js'
import { cutIntoTasks } from './schedule.js'

/** Reads all chunks of a box of the chunk grid of a column, which is the only one of the scan, over its own dims. */
export function surveyStage(source: string, table: Table, column: Column, part: Box, settings: Settings): ScanStage {
  const dims = column.dims.map((dim) => table.dims[dim] as Dimension)
  const { name, type, nullable } = column
  const layout = column.layout as Layout
  const own = dims.map((_, axis) => axis)
  const read: StoredColumn = { kind: 'stored', id: 1, name, type, nullable, dims: own, layout, phase: 'filter' }
  const selection = dims.map(({ size }, axis): IndexRange[] => {
    const chunk = layout.chunk[axis] as number
    return [[(part.start[axis] as number) * chunk, Math.min(size, (part.end[axis] as number) * chunk)]]
  })
  const scan: GridScan = { source, table: table.name, dims, columns: [read], selection }
  const { stage } = cutIntoTasks(scan, { kind: 'rows', columns: [] }, { slab: false, inRows: false }, settings)
  return { ...stage, surveysOnly: true }
}

/** An aggregate of the values of a chunk, and the words in which the fields of its state are kept. */
interface Part {
  readonly call: AggregateCall
  readonly words: readonly number[]
}

/** `hasMoments`: also the sums. Undefined where values of this type have no code. */
export function planMeasure(column: StoredColumn, hasMoments: boolean): Measure | undefined {
  const { layout } = column
  const nanIsNull = isFloat(column.type) && layout.nanIsNull && layout.unpack.kind === 'none'
  const packed = hasMoments ? undefined : packedInteger(layout)
  const seen = packed ? asStored(column, packed) : nanIsNull ? withNaN(column) : column
  const own: StoredColumn = { ...seen, dims: column.dims.map((_, axis) => axis), phase: 'filter' }
  const dims = layout.chunk.map((size, axis) => ({ name: String(axis), size }))
  const scan: GridScan = { source: '', table: '', dims, columns: [own], selection: [] }
  const parts = [...endsOf(own), ...(hasMoments ? momentsOf(own, nanIsNull) : [])]
  const aggregates = parts.map(({ call }, id) => ({ id, name: String(id), call }))
  const keys = { kind: 'none' } as const
  const loops = planReduce(scan, { kind: 'reduce', keys, keyExpressions: [], aggregates }, builtins)
  if (!loops) return undefined
  const { order, accumulators, finishes, nests } = loops
  const words = accumulators.flatMap(
    (_, k) => parts[finishes.findIndex((finish) => finish.parts[0] === k)]?.words ?? [],
  )
  return { order, nest: nests.main, words, nanIsNull, isPacked: packed !== undefined }
}

/** The type of the stored numbers, where scale and offset keep their order or turn it: the ends alone are unpacked. */
function packedInteger({ storage, unpack }: Layout): Type | undefined {
  const keepsOrder = unpack.kind === 'scale' && Number.isFinite(unpack.scale) && Number.isFinite(unpack.offset)
  const stored = typeOfStorage[storage]
  return keepsOrder && isInteger(stored) ? stored : undefined
}

function asStored(column: StoredColumn, type: Type): StoredColumn {
  const { layout } = column
  return { ...column, type, nullable: layout.missing.length > 0, layout: { ...layout, unpack: { kind: 'none' } } }
}

/** Ends pass over NaN anyway: it need not be looked for twice. */
function withNaN(column: StoredColumn): StoredColumn {
  const { layout } = column
  return { ...column, nullable: layout.missing.length > 0, layout: { ...layout, nanIsNull: false } }
}

/** NaN is counted apart, and neither the least nor the greatest value. */
function endsOf(column: StoredColumn): Part[] {
  const { type, nullable } = column
  const x = referenceTo(column)
  const counted = callOf('count', x)
  const [least, greatest] = isFloat(type) ? ['$low', '$high'] : ['$min', '$max']
  return [
    ...(nullable ? partOf(counted, word.nulls) : []),
    ...(isFloat(type) ? partOf(counted && { ...counted, filter: isNotANumber(x) }, word.nans) : []),
    ...partOf(callOf(least as string, x), word.min),
    ...partOf(callOf(greatest as string, x), word.max),
  ]
}

function momentsOf(column: StoredColumn, nanIsNull: boolean): Part[] {
  const x = referenceTo(column)
  const filter: Expression = { kind: 'call', function: 'not', args: [isNotANumber(x)], type: BOOLEAN }
  const summed = (aggregate: string, ...words: number[]) => {
    const call = callOf(aggregate, x)
    return partOf(call && nanIsNull ? { ...call, filter } : call, ...words)
  }
  return [
    ...summed('$total', ...(isFloat(column.type) ? [word.sum] : [word.sum, word.sumHigh])),
    // The code of moments takes the bits of a UBIGINT for those of a BIGINT.
    ...(column.type.kind === 'uint64' ? [] : summed('$moments', -1, word.mean, word.m2)),
  ]
}

function isNotANumber(x: Expression): Expression {
  return { kind: 'call', function: 'isnan', args: [x], type: BOOLEAN }
}

function partOf(call: AggregateCall | undefined, ...words: number[]): Part[] {
  return call ? [{ call, words }] : []
}

/** Undefined where the aggregate takes no such values as they are. */
function callOf(aggregate: string, x: ColumnRef): AggregateCall | undefined {
  const signature = builtins.aggregateFunction(aggregate)?.resolve([{ type: x.type }])
  if (signature?.args[0]?.kind !== x.type.kind) return undefined
  return { aggregate, args: [x], distinct: false, type: signature.result }
}

function referenceTo({ id, name, type, nullable }: StoredColumn): ColumnRef {
  return { kind: 'column', column: id, name, type, nullable }
}
