/**
 * ORDER BY a column LIMIT k: the k chunks whose greatest values are greatest hold k rows that come first, so that a chunk
 * whose greatest value is less than theirs holds none of the first k. Called by `known.ts`.
 */
import { compareValues } from '../function/order.js'
import type { ColumnId } from '../model/expression.js'
import { type GridScan, type Verdicts, verdict } from '../model/job.js'
import { type ChunkRecords, countIn, endIn, isKnownRecord, isWholeEnd, word } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { Value } from '../model/type.js'
import { chunksUnder, eachPlace, wholeAlong } from './lattice.js'

/** The first key of an order of which only so many rows are wanted: a column that spans the grid. */
export interface Top {
  readonly column: ColumnId
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly limit: number
}

/** The first value of a chunk in the order, or one before it; undefined where it has none but NULLs. */
type First = { readonly isNaN: boolean; readonly value: Value; readonly isWhole: boolean } | undefined

/**
 * Marks the boxes that hold none of the first rows. The lattice must be that of the column's chunks. Returns the boxes whose
 * values that rests on.
 */
export function keepTop(
  scan: GridScan,
  verdicts: Verdicts,
  column: StoredColumn,
  records: ChunkRecords,
  { descending, nullsFirst, limit }: Top,
): ReadonlySet<number> {
  const { first } = chunksUnder(verdicts, column, scan.dims)
  const isWhole = scan.dims.map((_, dim) => wholeAlong(scan, verdicts, dim))
  const known = new Map<number, First>()
  const counted: number[] = []
  const compare = (a: number, b: number) => order(known.get(a), known.get(b)) * (descending ? -1 : 1)
  eachPlace(verdicts.counts, (place, box) => {
    const code = verdicts.codes[box] as number
    const record = first(place)
    if (code >= verdict.none || !isKnownRecord(records, record)) return
    if (nullsFirst && countIn(records, record, word.nulls) > 0) return
    const own = firstOf(records, record, descending)
    if (own === 'unknown') return
    known.set(box, own)
    const isCertain = code === verdict.all && place.every((at, dim) => isWhole[dim]?.[at])
    if (isCertain && own?.isWhole) counted.push(box)
  })
  counted.sort(compare)
  const last = counted[limit - 1]
  if (limit < 1 || last === undefined) return new Set()
  for (const [box, own] of known) if (!own || compare(box, last) > 0) verdicts.codes[box] = verdict.none
  return new Set(counted.slice(0, limit))
}

function firstOf(records: ChunkRecords, record: number, descending: boolean): First | 'unknown' {
  const nans = countIn(records, record, word.nans)
  const values = countIn(records, record, word.cells) - countIn(records, record, word.nulls) - nans
  // NaN is greater than all numbers.
  if (nans > 0 && (descending || values === 0)) return { isNaN: true, value: null, isWhole: true }
  if (values === 0) return undefined
  const which = descending ? word.max : word.min
  const value = endIn(records, record, which)
  return value === undefined ? 'unknown' : { isNaN: false, value, isWhole: isWholeEnd(records, record, which) }
}

function order(a: First, b: First): number {
  if (!a || !b) return 0
  if (a.isNaN || b.isNaN) return Number(a.isNaN) - Number(b.isNaN)
  return compareValues(a.value, b.value)
}
