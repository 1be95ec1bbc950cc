/** Which indexes the slices of a scan mean, once coordinates are known. Called by `dimensions.ts`. */
import { interpret } from '../function/interpret.js'
import { compareValues } from '../function/order.js'
import type { Registry } from '../function/registry.js'
import { ChunkQLError } from '../model/error.js'
import { conjunction, type Expression } from '../model/expression.js'
import type { IndexRange } from '../model/job.js'
import type { Scan, Slice } from '../model/plan.js'
import type { Dimension } from '../model/schema.js'
import type { Value } from '../model/type.js'
import { valueText } from '../model/value-text.js'
import { type Vector, valueAt } from '../model/vector.js'

/** More ranges than this are not kept. */
const mostRanges = 10_000_000

type ByValue = Exclude<Slice, { kind: 'positions' }>

export interface SliceContext {
  readonly scan: Scan
  readonly registry: Registry
  coordinate(column: string): Vector | undefined
}

export function rangesOfSlice(slice: Slice, context: SliceContext): IndexRange[] {
  const size = (context.scan.dims[slice.dim] as Dimension).size
  if (slice.kind === 'positions') return stepped(slice.start, slice.end, slice.step, slice)
  const values = context.coordinate(slice.coordinate.name)
  if (!values) throw refused(slice, `it has ${size.toLocaleString('en')} entries, too many to look among`)
  return slice.kind === 'nearest' ? nearest(slice, values) : byValues(slice, values, context.registry)
}

/** Every so many indexes of [start, end). */
function stepped(start: number, end: number, step: number, slice: Slice): IndexRange[] {
  if (start >= end) return []
  if (step === 1) return [[start, end]]
  const count = Math.ceil((end - start) / step)
  if (count > mostRanges) {
    throw new ChunkQLError('unsupported', `a step that takes ${count.toLocaleString('en')} indexes one by one`, {
      span: slice.span,
      hint: `At most ${mostRanges.toLocaleString('en')} are kept: take a shorter range.`,
    })
  }
  return Array.from({ length: count }, (_, i) => [start + i * step, start + i * step + 1] as const)
}

function byValues(slice: Extract<Slice, { kind: 'values' }>, values: Vector, registry: Registry): IndexRange[] {
  if (slice.of === 'value') {
    const found = indexesWhere(slice.ascending, values, registry)
    if (found.length === 0) throw notThere(slice, values)
    return joined(found)
  }
  const order = orderOf(values)
  if (order === 'none') throw refused(slice, 'it is not in order, so that a range has no two ends: use WHERE')
  const forward = order === 'ascending' ? slice.ascending : slice.descending
  const along = indexesWhere(forward, values, registry)
  // Along a coordinate that counts down, 30:60 means the same as 60:30.
  const isBackward = order === 'descending' && along.length === 0 && slice.ascending.length === 2
  const found = isBackward ? indexesWhere(slice.ascending, values, registry) : along
  const first = found[0]
  return first === undefined ? [] : stepped(first, first + found.length, slice.step, slice)
}

function indexesWhere(conditions: readonly Expression[], values: Vector, registry: Registry): number[] {
  const condition = conjunction(conditions)
  const all = Array.from({ length: values.length }, (_, i) => i)
  if (!condition) return all
  const passed = interpret(condition, () => values, values.length, registry)
  return all.filter((i) => valueAt(passed, i) === true)
}

function joined(indexes: readonly number[]): IndexRange[] {
  const ranges: [number, number][] = []
  for (const index of indexes) {
    const last = ranges.at(-1)
    if (last?.[1] === index) last[1] = index + 1
    else ranges.push([index, index + 1])
  }
  return ranges
}

/** Of two that are as near the greater one, as pandas has it. */
function nearest(slice: Extract<Slice, { kind: 'nearest' }>, values: Vector): IndexRange[] {
  if (values.length === 0) throw refused(slice, 'it has no entries')
  const order = orderOf(values)
  if (order === 'none') throw refused(slice, 'it is not in order, so that the nearest may be several')
  const wanted = slice.value.value
  const tells = (gap: number, least: number) => gap < least || (gap === least && order === 'ascending')
  let best = 0
  for (let i = 1; i < values.length; i++) {
    if (tells(distance(valueAt(values, i), wanted), distance(valueAt(values, best), wanted))) best = i
  }
  return [[best, best + 1]]
}

/** Exact where both are whole numbers of 64 bits. */
function distance(a: Value, b: Value): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return Number(a > b ? a - b : b - a)
  return Math.abs(Number(a) - Number(b))
}

function orderOf(values: Vector): 'ascending' | 'descending' | 'none' {
  let [up, down] = [true, true]
  for (let i = 0; i < values.length; i++) {
    const [before, value] = [valueAt(values, Math.max(0, i - 1)), valueAt(values, i)]
    if (value === null || before === null || Number.isNaN(value)) return 'none'
    const sign = i === 0 ? 0 : compareValues(value, before)
    if (sign < 0) up = false
    if (sign > 0) down = false
  }
  return up ? 'ascending' : down ? 'descending' : 'none'
}

function refused({ coordinate, span }: ByValue, reason: string): ChunkQLError {
  return new ChunkQLError('bind', `"${coordinate.name}" cannot be sliced by value: ${reason}`, { span })
}

function notThere(slice: ByValue, values: Vector): ChunkQLError {
  const { coordinate, span, text } = slice
  const wanted = text.slice(text.indexOf('=>') + 3)
  const end = (i: number) => {
    const value = valueAt(values, i)
    return value === null ? 'NULL' : valueText(coordinate.type, value)
  }
  const range = values.length > 0 ? ` It runs from ${end(0)} to ${end(values.length - 1)}.` : ''
  return new ChunkQLError('bind', `"${coordinate.name}" has no value ${wanted}`, {
    span,
    hint: `Write nearest ${wanted}, or a range.${range}`,
  })
}
