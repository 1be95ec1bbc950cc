/** Whether two threads that opened a source see the same in it: it may have been written to between. Called by `query.ts` and `worker.ts`. */
import { ChunkQLError } from '../model/error.js'
import type { GridScan, Job } from '../model/job.js'
import type { Source } from '../source/source.js'

/** Of the columns of a scan, in their order; '' of those whose values go along with it. */
export function versionsOf({ table, columns }: GridScan, source: Source): string[] {
  return columns.map((column) => {
    if (column.kind !== 'stored') return column.kind === 'vector' ? (source.version?.(table, column.name) ?? '') : ''
    const end = column.layout.fold?.end
    const names = typeof end === 'object' ? [column.name, end.column] : [column.name]
    return names.map((name) => source.version?.(table, name) ?? '').join(' ')
  })
}

export function isSameSource({ stage, versions }: Job, source: Source): boolean {
  return versionsOf(stage.scan, source).every((version, k) => version === versions[k])
}

export function changedSource({ source }: Job): ChunkQLError {
  return new ChunkQLError('store', `${source?.location} was written to since it was opened`, {
    hint: 'attach it again; where a query names its path, ask again',
  })
}
