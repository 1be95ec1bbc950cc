/** The readers of the chunks of a stage, and who watches them. Called by `stage-run.ts`. */
import type { Machine } from '../kernel/machine.js'
import type { JobColumn, ScanStage } from '../model/job.js'
import { chunksOf, type StoredColumn } from '../model/stored-column.js'
import type { ChunkedColumn, Source } from '../source/source.js'
import { chunksTouched } from './boxes.js'
import { ChunkReader, type Reading } from './chunk-reader.js'
import { portions } from './portion.js'
import { Surveyor } from './survey.js'
import { earlyColumns } from './wants.js'

/** One for each array that is read; several columns may have the same. Undefined where a column has no chunks. */
export async function openReaders(
  stage: ScanStage,
  source: Source,
  reading: Reading,
  piecesAhead: number,
): Promise<(ChunkReader | undefined)[]> {
  const { scan, tasks } = stage
  const readers = new Map<string, ChunkReader>()
  const columns = new Map<string, Promise<ChunkedColumn>>()
  /** One for each name: several columns of the scan may be made of one of the source. */
  const opened = (name: string): Promise<ChunkedColumn> => {
    const known = columns.get(name) ?? Promise.resolve(source.column(scan.table, name))
    columns.set(name, known)
    return known
  }
  const early = new Set(earlyColumns(stage).filter(isStored).map(chunksOf))
  const open = async (column: JobColumn): Promise<ChunkReader | undefined> => {
    if (column.kind !== 'stored') return undefined
    const chunked = await opened(column.name)
    const chunks = chunksOf(column)
    const extra = early.has(chunks) ? piecesAhead : 0
    const reader = readers.get(chunks) ?? new ChunkReader(chunked, reading, chunksTouched(column, tasks.box) + extra)
    readers.set(chunks, reader)
    const end = column.layout.fold?.end
    if (typeof end === 'object') reader.with(await opened(end.column))
    return reader.with(chunked)
  }
  const opens = await Promise.all(scan.columns.map(open))
  for (const reader of readers.values()) {
    const readBy = scan.columns.filter((_, k) => opens[k] === reader).filter(isStored)
    reader.portionOf = portions(readBy, reader.column.layout, scan)
  }
  return opens
}

/** They watch the readers of their columns. */
export function openSurveyors(
  { scan, surveys = [] }: ScanStage,
  readers: readonly (ChunkReader | undefined)[],
  machine: Machine,
): Surveyor[] {
  return surveys.map((survey) => {
    const k = scan.columns.findIndex(({ id }) => id === survey.column)
    const reader = readers[k] as ChunkReader
    const surveyor = new Surveyor(survey, scan.columns[k] as StoredColumn, machine, (address) => reader.keptAt(address))
    reader.watch(surveyor)
    return surveyor
  })
}

function isStored(column: JobColumn): column is StoredColumn {
  return column.kind === 'stored'
}
