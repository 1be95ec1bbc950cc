/** What is known of the chunks that a scan would read, and still holds: loaded, judged, verified. Called by `query.ts` between two schedules. */
import type { Registry } from '../function/registry.js'
import type { ColumnId } from '../model/expression.js'
import { type GridScan, type Verdicts, verdict } from '../model/job.js'
import { cellCount } from '../model/schema.js'
import { type ChunkRecords, countIn, hasStatistics, isKnownRecord, word } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import { forgetChanged, forgetResized, type Place, readKept } from './keeping.js'
import { chunksUnder, eachPlace, type Lattice, latticeBoxes, latticeOf, latticeParts } from './lattice.js'
import { keepTop, type Top } from './top.js'
import { judge, type KnownRecords } from './verdicts.js'

export interface Known {
  readonly verdicts: Verdicts
  readonly records: KnownRecords
}

/** The columns whose statistics a scan can use. */
export interface Wanted {
  /** Those of the filter. */
  readonly tested: ReadonlySet<ColumnId>
  /** Those of aggregates that statistics may answer: all span the grid. */
  readonly summed: ReadonlySet<ColumnId>
  /** Of these, those that only records with sums answer. */
  readonly bySums?: ReadonlySet<ColumnId> | undefined
  readonly top?: Top | undefined
}

export interface LearnContext {
  readonly registry: Registry
  /** Whether what cannot be verified is believed. */
  readonly trust: boolean
  /** Where a column's statistics are kept; undefined where nothing can be. */
  place(column: StoredColumn): Promise<Place | undefined>
}

/** Records of more chunks are not held: 120 MB a column. */
const mostRecords = 1 << 20
/** Records of so many are looked at at once, where not all are held. */
const recordsAtOnce = 1 << 16
/** Of more boxes there are no verdicts: each is a byte, in every thread. */
const mostBoxes = 1 << 26

/** Undefined where nothing is known. Where there are too many records to be held nothing is answered, but chunks are pruned. */
export async function learn(scan: GridScan, wanted: Wanted, context: LearnContext): Promise<Known | undefined> {
  const lattice = finest(columnsOf(scan, wanted), wanted, scan)
  if (!lattice || latticeBoxes(lattice) === 0) return undefined
  if (latticeBoxes(lattice) <= mostRecords) return learnAtOnce(scan, lattice, wanted, context)
  const tested = { tested: wanted.tested, summed: new Set<ColumnId>() }
  const smaller = finest(columnsOf(scan, tested), tested, scan)
  return smaller && latticeBoxes(smaller) <= mostBoxes ? learnInParts(scan, smaller, tested, context) : undefined
}

async function learnInParts(
  scan: GridScan,
  lattice: Lattice,
  wanted: Wanted,
  context: LearnContext,
): Promise<Known | undefined> {
  const codes = new Uint8Array(latticeBoxes(lattice))
  let isAny = false
  let at = 0
  for (const part of latticeParts(lattice, recordsAtOnce)) {
    const found = await learnAtOnce(scan, part, wanted, context)
    if (found) codes.set(found.verdicts.codes, at)
    isAny ||= found !== undefined
    at += latticeBoxes(part)
  }
  return isAny ? { verdicts: { ...lattice, codes }, records: new Map() } : undefined
}

function columnsOf(scan: GridScan, wanted: Wanted): StoredColumn[] {
  return scan.columns.filter(
    (column): column is StoredColumn =>
      column.kind === 'stored' &&
      (wanted.tested.has(column.id) || wanted.summed.has(column.id) || wanted.top?.column === column.id) &&
      column.dims.length > 0 &&
      !column.layout.made &&
      hasStatistics(column.type),
  )
}

async function learnAtOnce(
  scan: GridScan,
  lattice: Lattice,
  wanted: Wanted,
  context: LearnContext,
): Promise<Known | undefined> {
  const found = new Map<ColumnId, Found>()
  for (const column of columnsOf(scan, wanted)) {
    const own = await load(column, lattice, scan, wanted, context)
    if (own) found.set(column.id, own)
  }
  if (found.size === 0) return undefined
  const records = new Map([...found].map(([id, own]) => [id, own.records]))
  for (let pass = 0; pass < mostPasses; pass++) {
    const verdicts = judge(scan, lattice, records, context.registry)
    const top = wanted.top && found.get(wanted.top.column)
    const counted = top && wanted.top ? keepTop(scan, verdicts, top.column, top.records, wanted.top) : undefined
    const isChanged = await verify(scan, verdicts, found, wanted, counted, context.trust)
    if (!isChanged) return { verdicts, records }
  }
  return undefined
}

/** What rested on chunks that have changed rests on others then. */
const mostPasses = 4

interface Found {
  readonly column: StoredColumn
  readonly place: Place
  readonly records: ChunkRecords
}

/** The chunks of what is to be answered, else of the column of the filter that says most of single cells. */
function finest(
  columns: readonly StoredColumn[],
  { summed, top }: Wanted,
  { dims, selection }: GridScan,
): Lattice | undefined {
  const isFirst = ({ id }: StoredColumn) => Number(summed.has(id) || top?.column === id)
  const [best] = columns.toSorted(
    (a, b) =>
      isFirst(b) - isFirst(a) || b.dims.length - a.dims.length || cellCount(a.layout.chunk) - cellCount(b.layout.chunk),
  )
  return best && latticeOf(best, dims, selection)
}

async function load(
  column: StoredColumn,
  lattice: Lattice,
  { dims }: GridScan,
  wanted: Wanted,
  { place: open }: LearnContext,
): Promise<Found | undefined> {
  const { start, counts } = chunksUnder(lattice, column, dims)
  if (cellCount(counts) > mostRecords) return undefined
  const place = await open(column)
  const isText = column.type.kind === 'varchar'
  const isAsked = isText || wanted.tested.has(column.id) || wanted.top?.column === column.id
  const records = place && readKept(place, start, counts, isAsked)
  if (!place || !records) return undefined
  forgetResized(place, records)
  return { column, place, records }
}

/** Looks whether the chunks on which a verdict rests are what they were; forgets what is known of others. Whether there were any. */
async function verify(
  { dims, predicate }: GridScan,
  verdicts: Verdicts,
  found: ReadonlyMap<ColumnId, Found>,
  wanted: Wanted,
  counted: ReadonlySet<number> | undefined,
  trust: boolean,
): Promise<boolean> {
  let isChanged = false
  for (const [id, { column, place, records }] of found) {
    const isTop = wanted.top?.column === id
    const rests = (code: number, box: number) =>
      (isTop && (code === verdict.none || counted?.has(box) === true)) ||
      (predicate !== undefined && wanted.tested.has(id) && (code === verdict.all || code === verdict.none))
    const answers = (code: number) => wanted.summed.has(id) && code === verdict.all
    const under = chunksUnder(verdicts, column, dims)
    const chosen = new Uint8Array(cellCount(under.counts))
    const choose = (record: number) => {
      chosen[record] = 1
    }
    // A record that answers nothing is not worth a question to a server.
    const chooseAnswering = (record: number) => {
      if (!wanted.bySums?.has(id) || countIn(records, record, word.hasMoments) > 0) choose(record)
    }
    eachPlace(verdicts.counts, (at, box) => {
      const code = verdicts.codes[box] as number
      if (rests(code, box)) under.each(at, choose)
      else if (answers(code)) under.each(at, chooseAnswering)
    })
    const which = [...chosen.keys()].filter((record) => chosen[record] === 1 && isKnownRecord(records, record))
    if (which.length > 0 && (await forgetChanged(place, records, which, trust))) isChanged = true
  }
  return isChanged
}
