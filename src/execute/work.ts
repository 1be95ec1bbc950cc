/** What a query did: chunks and bytes, added up over tasks. */
import { rangeTotal, type ScanStage, type Work } from '../model/job.js'
import { cellCount } from '../model/schema.js'

export function emptyWork(): Work {
  return { chunksTotal: 0, pruned: 0, read: 0, missing: 0, bytesRead: 0, bytesDecoded: 0, requests: 0, msByStage: {} }
}

/** Adds a task's work; the total is that of the stage and stays, pruned chunks are those that tasks skip besides. */
export function addWork(sum: Work, more: Work): void {
  sum.pruned += more.pruned
  sum.read += more.read
  sum.missing += more.missing
  sum.bytesRead += more.bytesRead
  sum.bytesDecoded += more.bytesDecoded
  sum.requests += more.requests
  for (const [name, ms] of Object.entries(more.msByStage)) sum.msByStage[name] = (sum.msByStage[name] ?? 0) + ms
}

/** Chunks of the columns that a stage reads: in all, and those outside the boxes that are kept. */
export function countChunks({ scan, tasks }: ScanStage): { total: number; pruned: number } {
  let total = 0
  let kept = 0
  for (const column of scan.columns) {
    if (column.kind !== 'stored') continue
    const { chunk } = column.layout
    total += cellCount(column.dims.map((dim, axis) => Math.ceil((scan.dims[dim]?.size ?? 0) / (chunk[axis] as number))))
    kept += cellCount(
      column.dims.map((dim, axis) => keptAlong(tasks, dim, chunk[axis] as number, scan.dims[dim]?.size ?? 0)),
    )
  }
  return { total, pruned: total - kept }
}

/** How many chunks along a dimension lie under kept boxes. */
function keptAlong(tasks: ScanStage['tasks'], dim: number, chunk: number, size: number): number {
  const box = tasks.box[dim] as number
  const met: [number, number][] = []
  for (const [start, end] of tasks.kept[dim] ?? []) {
    const first = Math.floor((start * box) / chunk)
    const past = Math.ceil(Math.min(end * box, size) / chunk)
    const last = met.at(-1)
    if (last && first < last[1]) last[1] = Math.max(last[1], past)
    else met.push([first, past])
  }
  return rangeTotal(met)
}
