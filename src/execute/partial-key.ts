/**
 * The name under which the partial of some boxes is kept: whatever decides its bytes goes in, and nothing that changes when
 * a store grows. Called by `partial-cache.ts`.
 */
import { builtins, type Registry } from '../function/registry.js'
import { type Expression, walk } from '../model/expression.js'
import type { Fingerprints } from '../model/fingerprint.js'
import { identityOf } from '../model/identity.js'
import { type DimensionCodes, type JobColumn, rangeTotal, type ScanStage } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { take, type Vector } from '../model/vector.js'
import { version } from '../model/version.js'
import { touchedCodes } from '../operator/dense-reduce.js'
import { clip, inLoopOrder, skipsUnder } from '../operator/piece.js'
import { type ContentHash, contentHash, plainForm } from '../platform/node/plain-data.js'
import type { ChunkedColumn } from '../source/source.js'
import { hull } from './boxes.js'

/** To be changed with what partials are made of. */
const form = `chunkql ${version} partial 3 ${plainForm}`

/** What is the same for all tasks; undefined where partials depend on more than can be named. `columns`: of the scan, those that are stored. */
export function stageHash(
  stage: ScanStage,
  columns: readonly (ChunkedColumn | undefined)[],
  registry: Registry,
): ContentHash | undefined {
  const { scan, sink, loops } = stage
  if (sink.kind === 'rows' || (sink.kind === 'sort' && sink.limit === undefined)) return undefined
  if (scan.columns.some(({ kind }) => kind === 'vector') || usesOthers(stage, registry)) return undefined
  const stored = columns.map((column) => column && [column.origin, column.digest])
  if (stored.some((found) => found?.includes(undefined))) return undefined
  const what =
    sink.kind === 'sort'
      ? { ...sink, columns: sink.columns.map(({ id, expression }) => ({ id, expression })) }
      : {
          keys: sink.keys.kind === 'hash' ? sink.keys.keys : sink.keys.kind,
          expressions: sink.keyExpressions.map(({ expression }) => expression),
          calls: sink.aggregates.map(({ call }) => call),
        }
  const read = scan.columns.map((column) => ({ ...column, values: undefined }))
  const all = { form, what, loops, read, stored, predicate: scan.predicate, rank: scan.dims.length }
  return contentHash().add(identityOf(all, (key) => key === 'span'))
}

/** Functions of users may change without their names. */
function usesOthers({ scan, sink }: ScanStage, registry: Registry): boolean {
  if (registry === builtins) return false
  const calls = sink.kind === 'reduce' ? sink.aggregates.map(({ call }) => call) : []
  if (calls.some(({ aggregate }) => !builtins.aggregateFunction(aggregate))) return true
  const expressions: (Expression | undefined)[] = [
    scan.predicate,
    ...calls.flatMap(({ args, filter }) => [...args, filter]),
    ...(sink.kind === 'reduce' ? sink.keyExpressions : sink.columns).map(({ expression }) => expression),
    ...(sink.kind === 'sort' ? sink.keys : []).map(({ expression }) => expression),
  ]
  let found = false
  for (const expression of expressions) {
    if (expression)
      walk(expression, (node) => {
        found ||= node.kind === 'call' && !builtins.scalarFunction(node.function)
      })
  }
  return found
}

/** The name for some boxes over chunks with these fingerprints. */
export function partialName(
  stage: ScanStage,
  whole: ContentHash,
  boxes: readonly Box[],
  fingerprints: readonly Fingerprints[],
): string {
  const { scan } = stage
  const hash = whole.copy().add(identityOf(boxes))
  for (const each of fingerprints) hash.add(each)
  const around = hull(boxes, scan.dims.length)
  const selected = scan.selection.map((ranges, dim) => {
    const [start, end] = [around.start[dim] as number, around.end[dim] as number]
    return clip(ranges, start, end)
  })
  hash.add(identityOf(selected.map((ranges, dim) => (isWhole(ranges, around, dim) ? 'all' : ranges))))
  for (const box of boxes) {
    const skips = skipsUnder(scan.verdicts, box)
    if (skips) hash.add(identityOf([box.start, scan.verdicts?.size])).add(skips)
  }
  for (const column of scan.columns) addAlong(hash, column, around)
  for (const dim of keyedDims(stage)) hash.add(codesIn(stage, dim, around))
  return hash.text()
}

function isWhole(ranges: Parameters<typeof rangeTotal>[0], { start, end }: Box, dim: number): boolean {
  return rangeTotal(ranges) === (end[dim] as number) - (start[dim] as number)
}

/** Values along a dimension, where the boxes are. */
function addAlong(hash: ContentHash, column: JobColumn, { start, end }: Box): void {
  if (column.kind !== 'dimension') return
  const [dim] = column.dims
  const [from, to] = [start[dim] as number, end[dim] as number]
  const { values, valid } = column.values
  hash.add(ArrayBuffer.isView(values) ? subarray(values, from, to) : identityOf(sliceOf(column.values, from, to)))
  if (valid) hash.add(valid.subarray(from, to))
}

function subarray(values: ArrayBufferView, from: number, to: number): ArrayBufferView {
  return (values as Int32Array).subarray(from, to)
}

function sliceOf(vector: Vector, from: number, to: number): unknown {
  return take(
    vector,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  ).values
}

/** Keys of dimensions, in the order of the partial's fields. */
export function keyedDims({ sink, loops }: ScanStage): readonly DimensionCodes[] {
  if (sink.kind !== 'reduce' || sink.keys.kind === 'none' || !loops) return []
  return sink.keys.kind === 'dense' ? inLoopOrder(sink.keys.dims, loops) : sink.keys.dims
}

/**
 * Codes are numbered over the whole store, and may be others when it has grown. Where groups are places in a table, only the
 * rank among the codes that the boxes have counts; records have the codes themselves.
 */
function codesIn({ sink, scan }: ScanStage, dim: DimensionCodes, around: Box): Int32Array {
  const own = dim.codes.subarray(around.start[dim.dim], around.end[dim.dim])
  if (sink.kind !== 'reduce' || sink.keys.kind !== 'dense') return own
  const [touched] = touchedCodes([dim], scan.selection, around) as [Int32Array]
  const ranks = new Map(Array.from(touched, (code, rank) => [code, rank]))
  return own.map((code) => ranks.get(code) ?? -1)
}
