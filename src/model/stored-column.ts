/** The columns of a job that lie in chunks, and which of them have chunks of their own. Read by `schedule` and `execute`. */
import type { JobColumn } from './job.js'

export type StoredColumn = Extract<JobColumn, { kind: 'stored' }>

/** Whether a column is there before late chunks are read: it has no chunks, or the filter wants them. */
export function isEarly(column: JobColumn): boolean {
  return column.kind !== 'stored' || column.phase === 'filter'
}

/** The columns that have chunks of their own: of those that share theirs, the first. */
export function withOwnChunks(columns: readonly JobColumn[]): StoredColumn[] {
  const seen = new Set<string>()
  return columns.filter((column): column is StoredColumn => {
    if (column.kind !== 'stored') return false
    const { shared } = column.layout
    if (shared === undefined) return true
    if (seen.has(shared)) return false
    seen.add(shared)
    return true
  })
}
