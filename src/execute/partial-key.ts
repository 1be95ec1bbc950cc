/**
 * The names under which partials are kept, of a stage and of boxes: whatever decides their bytes goes in, and nothing that
 * changes when a store grows. Called by `partial-cache.ts`.
 */
import { definingText } from '../function/packages.js'
import { builtins, type Registry } from '../function/registry.js'
import { type Expression, walk } from '../model/expression.js'
import type { Fingerprints } from '../model/fingerprint.js'
import { identityOf } from '../model/identity.js'
import { type DimensionCodes, rangeTotal, type ScanStage } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { take, type Vector } from '../model/vector.js'
import { version } from '../model/version.js'
import { touchedAlong } from '../operator/dense-reduce.js'
import { clip, inLoopOrder, verdictsUnder } from '../operator/piece.js'
import { bytesText, type ContentHash, contentHash, plainForm } from '../platform/node/plain-data.js'
import type { ChunkedColumn } from '../source/source.js'
import { hull } from './boxes.js'

/** To be changed with what partials are made of. */
const form = `chunkql ${version} partial 5 ${plainForm}`

/** What is the same for all tasks; undefined where partials depend on more than can be named. `columns`: of the scan, those that are stored. */
export function stageHash(
  stage: ScanStage,
  columns: readonly (ChunkedColumn | undefined)[],
  registry: Registry,
): ContentHash | undefined {
  const { scan, sink, loops } = stage
  if (sink.kind === 'rows' || (sink.kind === 'sort' && sink.limit === undefined)) return undefined
  if (scan.columns.some(({ kind }) => kind === 'vector')) return undefined
  const own = ownFunctions(stage, registry).map(definingText)
  if (own.includes(undefined)) return undefined
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
  const all = { form, own, what, loops, read, stored, predicate: scan.predicate, rank: scan.dims.length }
  return contentHash().add(identityOf(all, (key) => key === 'span'))
}

/** The functions of users that a stage calls. */
function ownFunctions({ scan, sink }: ScanStage, registry: Registry): readonly object[] {
  if (registry === builtins) return []
  const calls = sink.kind === 'reduce' ? sink.aggregates.map(({ call }) => call) : []
  const expressions: (Expression | undefined)[] = [
    scan.predicate,
    ...scan.columns.map((column) => (column.kind === 'stored' ? column.test?.predicate : undefined)),
    ...calls.flatMap(({ args, filter }) => [...args, filter]),
    ...(sink.kind === 'reduce' ? sink.keyExpressions : sink.columns).map(({ expression }) => expression),
    ...(sink.kind === 'sort' ? sink.keys : []).map(({ expression }) => expression),
  ]
  const names = new Set<string>()
  for (const expression of expressions) {
    if (!expression) continue
    walk(expression, (node) => {
      if (node.kind === 'call' && !builtins.scalarFunction(node.function)) names.add(node.function)
    })
  }
  const aggregates = calls.map(({ aggregate }) => aggregate).filter((each) => !builtins.aggregateFunction(each))
  // One that is not found is one that has no text.
  return [
    ...[...names].map((each) => registry.scalarFunction(each) ?? {}),
    ...aggregates.map((each) => registry.aggregateFunction(each) ?? {}),
  ]
}

/**
 * Names the partials of boxes of one stage: where a box is, all that lies along its dimensions, what statistics say of it, the
 * fingerprints of the chunks below. As texts of characters below 256.
 */
export class Tags {
  /** What lies along a dimension is looked at once for all boxes that have the same part of it. */
  readonly #along = new Map<string, string>()

  constructor(readonly stage: ScanStage) {}

  /** `fingerprints`: column by column, box by box. */
  of(boxes: readonly Box[], fingerprints: readonly Fingerprints[]): string {
    const { scan } = this.stage
    const { start, end } = hull(boxes, scan.dims.length)
    const place = start.map((from, dim) => this.#alongOf(dim, from, end[dim] as number)).join()
    const own = boxes.length === 1 ? '' : `${boxes[0]?.end} ${boxes.map((box) => box.start.join()).join(' ')}`
    const tag = `${place}|${own}|${this.#judged(boxes)}|${fingerprints.map(bytesText).join('')}`
    return tag.length <= longestTag ? tag : contentHash().add(tag).text()
  }

  #judged(boxes: readonly Box[]): string {
    const { verdicts } = this.stage.scan
    if (!verdicts) return ''
    const codes = boxes.map((box) => verdictsUnder(verdicts, box))
    return codes.some(Boolean) ? `${verdicts.size} ${codes.map((each) => (each ? bytesText(each) : '')).join(' ')}` : ''
  }

  #alongOf(dim: number, start: number, end: number): string {
    const name = `${dim} ${start}-${end}`
    const known = this.#along.get(name)
    if (known !== undefined) return known
    const found = `${start}-${end}${alongDigest(this.stage, dim, start, end)}`
    this.#along.set(name, found)
    return found
  }
}

/** Longer ones are many chunks': their hash takes less. */
const longestTag = 256

/** Of which indexes are selected, and of values and codes there; empty where all are, and nothing lies along the dimension. */
function alongDigest(stage: ScanStage, dim: number, start: number, end: number): string {
  const { scan } = stage
  const ranges = clip(scan.selection[dim] ?? [[start, end]], start, end)
  const columns = scan.columns.filter((column) => column.kind === 'dimension' && column.dims[0] === dim)
  const keys = keyedDims(stage).filter((codes) => codes.dim === dim)
  const isWhole = rangeTotal(ranges) === end - start
  if (isWhole && columns.length === 0 && keys.length === 0) return ''
  const hash = contentHash().add(isWhole ? 'all' : identityOf(ranges))
  for (const column of columns) if (column.kind === 'dimension') addValues(hash, column.values, start, end)
  for (const codes of keys) hash.add(codesIn(stage, codes, start, end))
  return ` ${hash.text().slice(0, 32)}`
}

function addValues(hash: ContentHash, vector: Vector, from: number, to: number): void {
  const { values, valid } = vector
  hash.add(ArrayBuffer.isView(values) ? subarray(values, from, to) : identityOf(sliceOf(vector, from, to)))
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
function codesIn({ sink, scan }: ScanStage, dim: DimensionCodes, start: number, end: number): Int32Array {
  const own = dim.codes.subarray(start, end)
  if (sink.kind !== 'reduce' || sink.keys.kind !== 'dense') return own
  const touched = touchedAlong(dim.codes, scan.selection[dim.dim], start, end)
  const ranks = new Map(Array.from(touched, (code, rank) => [code, rank]))
  return own.map((code) => ranks.get(code) ?? -1)
}
