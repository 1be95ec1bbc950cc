/** What a query did: chunks and bytes, added up over tasks. */
import type { IndexRange, ScanStage, Work } from '../model/job.js'
import { cellCount } from '../model/schema.js'
import { withOwnChunks } from '../model/stored-column.js'

export function emptyWork(): Work {
  return {
    chunksTotal: 0,
    pruned: 0,
    read: 0,
    cached: 0,
    missing: 0,
    bytesRead: 0,
    bytesDecoded: 0,
    requests: 0,
    msByStage: {},
  }
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

/** Chunks of the columns that a stage reads: in all, and those that hold no selected cell. */
export function countChunks({ scan }: ScanStage): { total: number; pruned: number } {
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
  return { total, pruned: total - kept }
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
