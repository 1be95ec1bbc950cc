/** Statistics of the chunks of attached stores: where they are kept, what a scan learns of them. Called by `query.ts` and `analyze.ts`. */

import { partsInOrder } from './execute/box-rows.js'
import type { Registry } from './function/registry.js'
import { columnsOf } from './model/expression.js'
import { savingSets } from './model/filter-parts.js'
import type { GridScan, ScanStage, Settings, Sink } from './model/job.js'
import { type Column, cellCount, type Table } from './model/schema.js'
import { columnsOfSink } from './model/sink-columns.js'
import { countIn, hasStatistics, isKnownRecord, valuesOf, word } from './model/statistics.js'
import { absolutePath, pathKind } from './platform/node/files.js'
import { keptSize, listKeptFolder, removeKeptFolder } from './platform/node/kept-files.js'
import { questionOf } from './schedule/answers.js'
import type { Source } from './source/source.js'
import { ownFolder } from './source/zarr/discover.js'
import { folderName, forgetChanged, forgetResized, type Place, placeOf, readKept } from './statistics/keeping.js'
import { valuesFolder } from './statistics/kept-values.js'
import { type Known, learn } from './statistics/known.js'
import { storeDirectory } from './statistics/location.js'
import type { Top } from './statistics/top.js'

/** The folder of a Zarr group with the statistics of all columns of a store; undefined where none can be kept. */
export function groupOf(
  { identity, ref, keeps }: Source,
  { statistics_location: location, local_cache: cache }: Settings,
): string | undefined {
  if (keeps !== undefined) return keeps
  if (identity === undefined) return undefined
  if (location === 'store') {
    const isFolder = ref?.kind === 'zarr' && pathKind(absolutePath(ref.location)) === 'directory'
    // The folder around is no group, so that others take it for no part of the store either.
    return isFolder ? `${absolutePath(ref.location)}/${ownFolder}/statistics` : undefined
  }
  return storeDirectory(cache, 'statistics', identity)
}

/** Those with chunks of values that have an order; coordinates are known without. */
export function analyzable({ columns, dims }: Table): Column[] {
  return columns.filter(
    ({ layout, refused, type, role, dims: own }) =>
      layout &&
      !refused &&
      hasStatistics(type) &&
      own.length > 0 &&
      role !== 'coordinate' &&
      !(own.length === 1 && dims.length > 1),
  )
}

export async function placeIn(group: string, source: Source, table: Table, column: Column): Promise<Place | undefined> {
  if (!column.layout || column.refused || column.dims.length === 0 || !hasStatistics(column.type)) return undefined
  const chunked = await source.column(table.name, column.name)
  return chunked.fingerprints && chunked.digest ? placeOf(group, table, column, chunked) : undefined
}

/** What statistics tell of the chunks that a stage would read; undefined where they tell nothing. */
export async function learnFor(
  { scan, sink, loops }: ScanStage,
  source: Source,
  settings: Settings,
  registry: Registry,
): Promise<Known | undefined> {
  const group = groupOf(source, settings)
  const table = source.schema.tables.find(({ name }) => name === scan.table)
  const tested = scan.predicate ? columnsOf(scan.predicate) : new Set<number>()
  const question = questionOf(scan, sink, loops, registry)
  const top = topOf(scan, sink)
  if (group === undefined || !table || (tested.size === 0 && !question && !top)) return undefined
  const stored = new Set(scan.columns.filter(({ kind }) => kind === 'stored').map(({ id }) => id))
  const read = columnsOfSink(sink, loops?.nests.main.sink.kind === 'reduce')
  return learn(
    scan,
    {
      tested,
      question,
      top,
      saving: savingSets(scan.predicate, stored, read),
    },
    {
      registry,
      trust: settings.trust_statistics,
      async place({ name }) {
        const column = table.columns.find((each) => each.name === name)
        return column && placeIn(group, source, table, column)
      },
    },
  )
}

/** Undefined where all rows are wanted, or their order is that of something else than a column over the whole grid. */
function topOf(scan: GridScan, sink: Sink): Top | undefined {
  if (sink.kind !== 'sort' || sink.limit === undefined) return undefined
  const [key] = sink.keys
  const by = key?.expression.kind === 'column' ? key.expression.column : undefined
  const expression = sink.columns.find(({ id }) => id === by)?.expression
  const column = scan.columns.find(({ id }) => expression?.kind === 'column' && id === expression.column)
  if (!key || column?.kind !== 'stored' || column.dims.length !== scan.dims.length) return undefined
  const { descending, nullsFirst } = key
  return { column: column.id, descending, nullsFirst, limit: sink.limit }
}

export interface StatisticsTarget {
  readonly source: Source
  readonly table: Table
  readonly columns: readonly Column[]
}

/** What is kept of one column. */
export interface Kept {
  readonly column: string
  readonly chunks: number
  /** Of these, those whose statistics hold now. */
  readonly known: number
  /** Of these, those that sums and variances are kept of. */
  readonly withSums: number
  /** And those of which it is known which values they have. */
  readonly withValues: number
  /** Those whose cells all have one value, and those whose cells are known to ascend or to descend. */
  readonly constant: number
  readonly sorted: number
  /** Milliseconds since 1970. */
  readonly oldestMs: number | undefined
  readonly bytes: number
  readonly location: string
}

/** SHOW STATISTICS: of each column, also of those that nothing is known of. */
export async function keptOf(
  { settings }: { readonly settings: Settings },
  { source, table, columns }: StatisticsTarget,
): Promise<Kept[]> {
  const group = groupOf(source, settings)
  const kept: Kept[] = []
  for (const column of columns) {
    const place = group === undefined ? undefined : await placeIn(group, source, table, column)
    if (place) kept.push(await keptAt(place, settings.trust_statistics))
  }
  return kept
}

async function keptAt(place: Place, trust: boolean): Promise<Kept> {
  const { folder, grid, column } = place
  let [known, withSums, withValues, constant, sorted] = [0, 0, 0, 0, 0]
  let oldestMs: number | undefined
  for (const { start, end } of partsInOrder({ start: grid.map(() => 0), end: grid }, () => recordsAtOnce)) {
    const records = readKept(
      place,
      start,
      end.map((past, axis) => past - (start[axis] as number)),
      true,
    )
    if (!records) continue
    forgetResized(place, records)
    const all = Array.from({ length: cellCount(records.counts) }, (_, record) => record)
    const there = all.filter((record) => isKnownRecord(records, record))
    await forgetChanged(place, records, there, trust)
    for (const record of there.filter((each) => isKnownRecord(records, each))) {
      known++
      withSums += countIn(records, record, word.hasMoments)
      withValues += Number(valuesOf(records, record) !== undefined)
      constant += countIn(records, record, word.constant)
      sorted += Number(countIn(records, record, word.sorted) > 0)
      oldestMs = Math.min(oldestMs ?? Number.POSITIVE_INFINITY, countIn(records, record, word.time))
    }
  }
  const counts = { chunks: cellCount(grid), known, withSums, withValues, constant, sorted }
  const bytes = bytesIn(folder) + bytesIn(valuesFolder(folder))
  return { column: column.name, ...counts, oldestMs, bytes, location: folder }
}

function bytesIn(folder: string): number {
  return listKeptFolder(folder).reduce((sum, name) => sum + keptSize(`${folder}/${name}`), 0)
}

const recordsAtOnce = 1 << 17

/** DROP STATISTICS: of the columns of a table, however its values were decoded when they were collected. */
export function dropKept({ settings }: { readonly settings: Settings }, { source, columns }: StatisticsTarget): void {
  const group = groupOf(source, settings)
  if (group === undefined) return
  const mine = new Set(columns.map(({ name }) => folderName(name)))
  for (const name of listKeptFolder(group)) {
    if (mine.has(name.replace(/-[0-9a-f]{16}(-values)?$/, ''))) removeKeptFolder(`${group}/${name}`)
  }
}
