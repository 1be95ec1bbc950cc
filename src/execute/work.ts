/** What a query did: chunks and bytes, added up over tasks. */

import { includesParts } from '../model/filter-parts.js'
import {
  type ChunkCounts,
  type GridScan,
  type IndexRange,
  type JobColumn,
  type ScanStage,
  type Verdicts,
  verdict,
  type Work,
} from '../model/job.js'
import { cellCount } from '../model/schema.js'
import { chunksOf, type StoredColumn, withOwnChunks } from '../model/stored-column.js'
import { decidedAt } from '../operator/piece.js'
import { chunksUnder, eachPlace } from '../statistics/lattice.js'

export function emptyWork(): Work {
  const chunks = { chunksTotal: 0, pruned: 0, prunedByStatistics: 0, answered: 0, read: 0, cached: 0, missing: 0 }
  return { ...chunks, bytesRead: 0, bytesDecoded: 0, requests: 0, msByStage: {} }
}

/** Adds a task's work; the total is that of the stage and stays, pruned chunks are those that tasks skip besides. */
export function addWork(sum: Work, more: Work): void {
  sum.pruned += more.pruned
  sum.read += more.read
  sum.cached += more.cached
  sum.missing += more.missing
  sum.bytesRead += more.bytesRead
  sum.bytesDecoded += more.bytesDecoded
  sum.requests += more.requests
  for (const [name, ms] of Object.entries(more.msByStage)) sum.msByStage[name] = (sum.msByStage[name] ?? 0) + ms
}

/** Chunks of the columns that a stage reads, or would have read without statistics. */
export function countChunks({ scan, chunks }: ScanStage): ChunkCounts {
  if (chunks) return chunks
  let total = 0
  let kept = 0
  for (const column of withOwnChunks(scan.columns)) {
    const { chunk } = column.layout
    const sizes = column.dims.map((dim) => scan.dims[dim]?.size ?? 0)
    total += cellCount(sizes.map((size, axis) => Math.ceil(size / (chunk[axis] as number))))
    const selected = scan.dims.map((_, dim) => scan.selection[dim] ?? [])
    const nothing = selected.some((ranges) => ranges.length === 0)
    kept += nothing ? 0 : cellCount(column.dims.map((dim, axis) => met(selected[dim] ?? [], chunk[axis] as number)))
  }
  return { total, pruned: total - kept, prunedByStatistics: 0, answered: 0 }
}

/** How many chunks along a dimension hold selected indexes. */
function met(ranges: readonly IndexRange[], chunk: number): number {
  let count = 0
  let last = -1
  for (const [start, end] of ranges) {
    const first = Math.max(last + 1, Math.floor(start / chunk))
    last = Math.ceil(end / chunk) - 1
    count += Math.max(0, last - first + 1)
  }
  return count
}

/** The chunks of a stage as it was scheduled without statistics, and what became of them with. */
export function chunksWith(without: ScanStage, stage: ScanStage): ChunkCounts {
  const { total, pruned } = countChunks(without)
  const { verdicts, dims, columns } = stage.scan
  let [read, answered] = [0, 0]
  if (!verdicts) {
    const left = countChunks(stage)
    read = left.total - left.pruned
  }
  const variants = [...(stage.variants ?? []), { decided: 0, scan: { columns } }].map(({ decided, scan }) => ({
    decided,
    needed: chunkNames(scan.columns),
  }))
  for (const column of verdicts ? withOwnChunks(without.scan.columns) : []) {
    const name = chunksOf(column)
    const isNeeded = (decided: number) =>
      variants.find((variant) => includesParts(decided, variant.decided))?.needed.has(name) === true
    for (const each of fates(column, verdicts as Verdicts, dims, isNeeded)) {
      if (each === fate.read) read++
      else if (each === fate.answered) answered++
    }
  }
  return { total, pruned, prunedByStatistics: total - pruned - read - answered, answered }
}

function chunkNames(columns: readonly JobColumn[]): ReadonlySet<string> {
  return new Set(withOwnChunks(columns).map(chunksOf))
}

/** What becomes of a chunk under the lattice. */
const fate = { left: 0, answered: 1, read: 2 } as const

/** Of each chunk, as far as its cells are wanted, by the parts of the filter that are decided. */
function fates(
  column: StoredColumn,
  verdicts: Verdicts,
  dims: GridScan['dims'],
  isNeeded: (decided: number) => boolean,
): Uint8Array {
  const { counts, each } = chunksUnder(verdicts, column, dims)
  const found = new Uint8Array(cellCount(counts))
  const answer = (chunk: number) => {
    if (found[chunk] === fate.left) found[chunk] = fate.answered
  }
  const read = (chunk: number) => {
    found[chunk] = fate.read
  }
  eachPlace(verdicts.counts, (place, box) => {
    const code = verdicts.codes[box] as number
    if (code === verdict.answered) each(place, answer)
    else if (code < verdict.none && isNeeded(decidedAt(verdicts, box))) each(place, read)
  })
  return found
}
