/** The columns of a job that lie in chunks, and which of them have chunks of their own. Read by `schedule` and `execute`. */
import type { JobColumn } from './job.js'
import type { Layout } from './schema.js'

export type StoredColumn = Extract<JobColumn, { kind: 'stored' }>

/** Whether a column is there before late chunks are read: it has no chunks, or the filter wants them. */
export function isEarly(column: JobColumn): boolean {
  return column.kind !== 'stored' || column.phase === 'filter'
}

/** Whether it is there for compiled bodies only, as numbers in place of texts. */
export function isCoded(column: JobColumn): boolean {
  return column.kind === 'stored' && column.coded === true
}

/** The columns that have chunks of their own: of those that share theirs, the first. */
export function withOwnChunks(columns: readonly JobColumn[]): StoredColumn[] {
  const seen = new Set<string>()
  return columns.filter((column): column is StoredColumn => {
    if (column.kind !== 'stored') return false
    const chunks = chunksOf(column)
    if (seen.has(chunks)) return false
    seen.add(chunks)
    return true
  })
}

/** Whose chunks a column is read from: fields of one array share them, and so do columns that are made of one. */
export function chunksOf({ name, layout: { shared } }: StoredColumn): string {
  return shared === undefined ? `column ${name}` : `array ${shared}`
}

/**
 * The index of a chunk in its array, `own`, by that in a column that is made of it: axes inside of cells come last, and
 * are no part of it.
 */
export function chunkIndex(own: Layout, index: readonly number[]): readonly number[] {
  return index.length === own.chunk.length ? index : index.slice(0, own.chunk.length)
}
