/**
 * The predicate run over intervals: which chunks hold no cell that passes, and in which all do. Called by `known.ts`, before
 * a scan is scheduled for good.
 */
import { boundsOf } from '../function/bounds.js'
import { either } from '../function/bounds-union.js'
import { intervalOfRows } from '../function/interval-rows.js'
import type { Registry } from '../function/registry.js'
import { type ColumnId, columnsOf, type Expression } from '../model/expression.js'
import { type Interval, truth, UNKNOWN } from '../model/interval.js'
import { type GridScan, type IndexRange, type JobColumn, type Verdicts, verdict } from '../model/job.js'
import type { Box, Dimension } from '../model/schema.js'
import { type ChunkRecords, intervalIn, isKnownRecord } from '../model/statistics.js'
import { isCoded, type StoredColumn } from '../model/stored-column.js'
import { boxOf, type ChunksUnder, chunksUnder, eachPlace, type Lattice, latticeBoxes } from './lattice.js'
import { type BoundsOfRecord, boundsOfTest, boundsOfTextTest, takeTests } from './value-tests.js'

/** Records by the columns of a scan, each of the box of the chunk grid that the lattice meets. */
export type KnownRecords = ReadonlyMap<ColumnId, ChunkRecords>

/** Bounds of a column in the lattice box at a place. */
type BoundsAt = (place: readonly number[]) => Interval

export function judge(scan: GridScan, lattice: Lattice, records: KnownRecords, registry: Registry): Verdicts {
  const { dims, selection } = scan
  const codes = new Uint8Array(latticeBoxes(lattice))
  const { predicate, bounds } = prepare(scan, lattice, records, registry)
  const isMet = dims.map((_, dim) => metAlong(lattice, dim, selection[dim]))
  eachPlace(lattice.counts, (place, box) => {
    if (!place.every((at, dim) => isMet[dim]?.[at])) codes[box] = verdict.unselected
    else if (!predicate) codes[box] = verdict.all
    else {
      const at = (id: ColumnId) => bounds.get(id)?.(place) ?? UNKNOWN
      const { possible, certain } = truth(boundsOf(predicate, at, registry))
      codes[box] = certain ? verdict.all : possible ? verdict.maybe : verdict.none
    }
  })
  return { ...lattice, codes }
}

/** The predicate as it is asked of intervals, and those of what it reads. */
function prepare(
  { predicate, columns, dims }: GridScan,
  lattice: Lattice,
  records: KnownRecords,
  registry: Registry,
): { readonly predicate?: Expression; readonly bounds: ReadonlyMap<ColumnId, BoundsAt> } {
  const bounds = new Map<ColumnId, BoundsAt>()
  if (!predicate) return { bounds }
  const hasValues = (id: ColumnId) => records.get(id)?.values !== undefined && !isCodedIn(columns, id)
  const tested = takeTests(predicate, hasValues, registry)
  const read = columnsOf(tested.predicate)
  for (const column of columns) {
    if (read.has(column.id))
      bounds.set(column.id, boundsOfColumn(column, lattice, dims, records.get(column.id), registry))
  }
  for (const [id, test] of tested.tests) {
    const column = columns.find((each) => each.id === test.column) as StoredColumn
    const own = boundsOfTest(test, records.get(test.column) as ChunkRecords, registry)
    bounds.set(id, boundsOfChunks(own, chunksUnder(lattice, column, dims)))
  }
  return { predicate: tested.predicate, bounds }
}

function isCodedIn(columns: readonly JobColumn[], id: ColumnId): boolean {
  return columns.some((column) => column.id === id && isCoded(column))
}

/** For each lattice box along a dimension whether it holds selected indexes. */
function metAlong({ size, start, counts }: Lattice, dim: number, ranges: readonly IndexRange[] | undefined): boolean[] {
  const met = new Array<boolean>(counts[dim] as number).fill(!ranges)
  const length = size[dim] as number
  for (const [from, to] of ranges ?? []) {
    const first = Math.floor(from / length) - (start[dim] as number)
    const past = Math.ceil(to / length) - (start[dim] as number)
    // Ranges may lie before a part of the lattice.
    if (past > 0) met.fill(true, Math.max(0, first), past)
  }
  return met
}

function boundsOfColumn(
  column: JobColumn,
  lattice: Lattice,
  dims: readonly Dimension[],
  records: ChunkRecords | undefined,
  registry: Registry,
): BoundsAt {
  switch (column.kind) {
    case 'stored':
      return records
        ? boundsOfChunks(boundsOfStored(column, records, registry), chunksUnder(lattice, column, dims))
        : () => UNKNOWN
    case 'dimension':
    case 'index':
      return alongOnce(column.dims[0], (place) => boundsAlong(column, boxOf(lattice, place, dims)))
    case 'vector':
      return () => UNKNOWN
    default:
      return column satisfies never
  }
}

/** What depends on the place along one dimension only. */
function alongOnce(dim: number, bounds: BoundsAt): BoundsAt {
  const known = new Map<number, Interval>()
  return (place) => {
    const at = place[dim] as number
    const found = known.get(at) ?? bounds(place)
    known.set(at, found)
    return found
  }
}

export function boundsAlong(column: Extract<JobColumn, { kind: 'dimension' | 'index' }>, box: Box): Interval {
  const [dim] = column.dims
  const [start, end] = [box.start[dim] as number, box.end[dim] as number]
  if (column.kind === 'index') return { lo: BigInt(start), hi: BigInt(end - 1), mayBeNull: false, mayBeNaN: false }
  return intervalOfRows(column.values, start, end)
}

/** Of texts that bodies see as numbers it is known only what is asked of them. */
function boundsOfStored(column: StoredColumn, records: ChunkRecords, registry: Registry): BoundsOfRecord {
  if (column.test) return boundsOfTextTest(column.test, records, registry)
  if (isCoded(column)) return () => UNKNOWN
  return (record) => (isKnownRecord(records, record) ? intervalIn(records, record) : UNKNOWN)
}

/** The union over all chunks under a lattice box. */
function boundsOfChunks(intervalOf: BoundsOfRecord, under: ChunksUnder): BoundsAt {
  const known: (Interval | undefined)[] = []
  if (under.isOne) return (place) => intervalOf(under.first(place))
  // Chunks may lie under several boxes.
  const knownOf = (record: number): Interval => {
    const found = known[record] ?? intervalOf(record)
    known[record] = found
    return found
  }
  return (place) => {
    let union: Interval | undefined
    under.each(place, (record) => {
      union = either(union, knownOf(record))
    })
    return union ?? UNKNOWN
  }
}
