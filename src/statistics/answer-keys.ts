/** Which groups the cells of a lattice box are in, as far as codes along dimensions and statistics tell. Called by `answers.ts`. */
import type { ColumnId } from '../model/expression.js'
import type { DimensionCodes, GridScan, Question, Verdicts } from '../model/job.js'
import { type ChunkRecords, countIn, isKnownRecord, valuesOf, word, wordsPerRecord } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import { chunksUnder, latticeOf } from './lattice.js'
import type { KnownRecords } from './verdicts.js'

/** The group of all cells of a lattice box; -1 where they are of several. */
export function groupsAlong(
  dims: readonly DimensionCodes[],
  scan: GridScan,
  { size, start, counts }: Verdicts,
): (place: readonly number[]) => number {
  const along = dims.map(({ dim, codes, count }) => {
    const length = size[dim] as number
    const places = Int32Array.from({ length: counts[dim] as number }, (_, at) => {
      const first = ((start[dim] as number) + at) * length
      const own = codes.subarray(first, Math.min(first + length, scan.dims[dim]?.size ?? 0))
      return own.every((code) => code === own[0]) ? (own[0] ?? -1) : -1
    })
    return { dim, count, places }
  })
  return (place) => {
    let group = 0
    for (const { dim, count, places } of along) {
      const code = places[place[dim] as number] as number
      if (code < 0) return -1
      group = group * count + code
    }
    return group
  }
}

/** Values of cells that are keys, as words; NULL is one, too. */
export type Keys = readonly (bigint | null)[]

const onlyOne: readonly Keys[] = [[]]

/**
 * The keys of the groups that the cells of a lattice box are in: of one, or where nothing is asked of groups, and there is one
 * key, of several. Undefined where they are not known.
 */
export function keysIn(
  { keys, parts }: Question,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
): (place: readonly number[]) => readonly Keys[] | undefined {
  if (keys.length === 0) return () => onlyOne
  const columns = keys.map((id) => keyAt(id, scan, verdicts, known))
  const sets = keys.length === 1 && parts.length === 0 ? setAt(keys[0] as ColumnId, scan, verdicts, known) : undefined
  return (place) => {
    const own = columns.map((column) => column(place))
    return own.every((key) => key !== undefined) ? [own] : sets?.(place)
  }
}

/** The one value of all cells under a lattice box. */
function keyAt(
  id: ColumnId,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
): (place: readonly number[]) => bigint | undefined {
  const [column, records] = [storedColumn(id, scan), known.get(id)]
  if (!column || !records) return () => undefined
  const under = chunksUnder(verdicts, column, scan.dims)
  return (place) => {
    let only: bigint | undefined
    let isOnly = true
    under.each(place, (record) => {
      const own = constantIn(records, record)
      only ??= own
      isOnly &&= own !== undefined && own === only
    })
    return isOnly ? only : undefined
  }
}

function constantIn(records: ChunkRecords, record: number): bigint | undefined {
  if (!isKnownRecord(records, record) || countIn(records, record, word.nulls) > 0) return undefined
  const first = record * wordsPerRecord
  const [min, max] = [records.words[first + word.min], records.words[first + word.max]]
  return min === max ? min : undefined
}

/** The values that the chunk has which is the lattice box at a place. */
function setAt(
  id: ColumnId,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
): (place: readonly number[]) => readonly Keys[] | undefined {
  const [column, records] = [storedColumn(id, scan), known.get(id)]
  if (!column || !records || !isOfChunks(column, scan, verdicts)) return () => undefined
  const { first } = chunksUnder(verdicts, column, scan.dims)
  return (place) => {
    const record = first(place)
    if (!isKnownRecord(records, record)) return undefined
    const values = valuesOf(records, record)?.map((value) => [BigInt.asIntN(64, BigInt(value as bigint))])
    return values && countIn(records, record, word.nulls) > 0 ? [...values, [null]] : values
  }
}

export function storedColumn(id: ColumnId, { columns }: GridScan): StoredColumn | undefined {
  return columns.find((column): column is StoredColumn => column.kind === 'stored' && column.id === id)
}

/** Whether the boxes are the chunks of a column: a part of a chunk may not have the end of the whole. */
export function isOfChunks(column: StoredColumn, { dims, selection }: GridScan, { size }: Verdicts): boolean {
  return latticeOf(column, dims, selection).size.every((length, dim) => length === size[dim])
}
