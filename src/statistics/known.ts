/** What is known of the chunks that a scan would read, and still holds: loaded, judged, verified. Called by `query.ts` between two schedules. */
import type { Registry } from '../function/registry.js'
import { type ColumnId, columnsOf as readBy } from '../model/expression.js'
import { filterParts } from '../model/filter-parts.js'
import { type GridScan, type Verdicts, verdict } from '../model/job.js'
import { cellCount } from '../model/schema.js'
import { type ChunkRecords, countIn, hasStatistics, isKnownRecord, word } from '../model/statistics.js'
import { isCoded, type StoredColumn } from '../model/stored-column.js'
import { forgetChanged, forgetResized, type Place, readKept } from './keeping.js'
import { chunksUnder, eachPlace, type Lattice, latticeBoxes, latticeOf, latticeParts } from './lattice.js'
import { bestFirsts, type First, keepTop, type Top } from './top.js'
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
  /** Sets of parts of the filter that are worth while to be decided, as of `savingSets`. */
  readonly saving: Uint8Array
}

export interface LearnContext {
  readonly registry: Registry
  /** Whether what cannot be verified is believed. */
  readonly trust: boolean
  /** Where a column's statistics are kept; undefined where nothing can be. */
  place(column: StoredColumn): Promise<Place | undefined>
  /** How many records are held, and looked at at once where not all are held; absent: as many as memory is meant to have. */
  readonly most?: { readonly held: number; readonly atOnce: number } | undefined
}

/** Records of more chunks are not held: 134 MB a column. */
const mostRecords = 1 << 20
/** Nor, with what is known of their values, records of more: 75 MB a column. Of texts nothing else tells. */
const mostValued = 1 << 17
/** Records of so many are looked at at once, where not all are held. */
const recordsAtOnce = 1 << 16
/** Of more boxes there are no verdicts: each is a byte, in every thread. */
const mostBoxes = 1 << 26

/** Undefined where nothing is known. Where there are too many records to be held nothing is answered, but chunks are pruned. */
export async function learn(scan: GridScan, wanted: Wanted, context: LearnContext): Promise<Known | undefined> {
  const lattice = finest(columnsOf(scan, wanted), wanted, scan)
  if (!lattice || latticeBoxes(lattice) === 0) return undefined
  if (latticeBoxes(lattice) <= mostHeld(scan, wanted, context)) return learnAtOnce(scan, lattice, wanted, context)
  const tested = { ...wanted, summed: new Set<ColumnId>(), top: undefined }
  return (await learnTop(scan, wanted, context)) ?? learnInParts(scan, tested, context)
}

function mostHeld(scan: GridScan, wanted: Wanted, { most }: LearnContext): number {
  return most?.held ?? (columnsOf(scan, wanted).some(isOfText) ? mostValued : mostRecords)
}

/** As it is learnt in parts, for an order with a limit; undefined where too little is known of its first key. */
async function learnTop(scan: GridScan, wanted: Wanted, context: LearnContext): Promise<Known | undefined> {
  const { top } = wanted
  if (!top || top.limit > mostRecords) return undefined
  const own = { ...wanted, summed: new Set<ColumnId>() }
  const whole = await firstsInParts(scan, own, top, context)
  if (whole.length < top.limit) return undefined
  const known = await learnInParts(scan, own, context, whole)
  // Those that have changed since may be missed: then more rows may be wanted of the others.
  return known && known.counted >= top.limit ? known : undefined
}

/** The first values of as many boxes as rows are wanted, of all parts. */
async function firstsInParts(scan: GridScan, wanted: Wanted, top: Top, context: LearnContext): Promise<First[]> {
  let best: First[] = []
  for (const part of partsOf(scan, wanted, context)) {
    const found = await loadAll(scan, part, wanted, context)
    const own = found.get(top.column)
    if (!own) continue
    const verdicts = judge(scan, part, recordsOf(found), context.registry, wanted.saving)
    best = bestFirsts(scan, verdicts, own.column, own.records, top, best)
  }
  return best
}

/** The lattice of what is wanted, in parts; none where it has too many boxes. */
function partsOf(scan: GridScan, wanted: Wanted, { most }: LearnContext): Iterable<Lattice> {
  const lattice = finest(columnsOf(scan, wanted), wanted, scan)
  if (!lattice || latticeBoxes(lattice) > mostBoxes) return []
  return latticeParts(lattice, most?.atOnce ?? recordsAtOnce)
}

/** `whole`: the first values of all parts. `counted`: the boxes that have them, or better ones. */
async function learnInParts(
  scan: GridScan,
  wanted: Wanted,
  context: LearnContext,
  whole?: readonly First[],
): Promise<Learnt | undefined> {
  const lattice = finest(columnsOf(scan, wanted), wanted, scan)
  if (!lattice || latticeBoxes(lattice) > mostBoxes) return undefined
  const codes = new Uint8Array(latticeBoxes(lattice))
  let decided: Uint8Array | undefined
  let isAny = false
  let [at, counted] = [0, 0]
  for (const part of partsOf(scan, wanted, context)) {
    const found = await learnAtOnce(scan, part, wanted, context, whole)
    counted += found?.counted ?? 0
    if (found) codes.set(found.verdicts.codes, at)
    if (found?.verdicts.decided) {
      decided ??= new Uint8Array(codes.length)
      decided.set(found.verdicts.decided, at)
    }
    isAny ||= found !== undefined
    at += latticeBoxes(part)
  }
  return isAny ? { verdicts: { ...lattice, codes, decided }, records: new Map(), counted } : undefined
}

interface Learnt extends Known {
  /** How many boxes hold the first rows of an order, at least. */
  readonly counted: number
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
  whole?: readonly First[],
): Promise<Learnt | undefined> {
  const found = await loadAll(scan, lattice, wanted, context)
  if (found.size === 0) return undefined
  const records = recordsOf(found)
  for (let pass = 0; pass < mostPasses; pass++) {
    const verdicts = judge(scan, lattice, records, context.registry, wanted.saving)
    const top = wanted.top && found.get(wanted.top.column)
    const counted = top && wanted.top ? keepTop(scan, verdicts, top.column, top.records, wanted.top, whole) : undefined
    const isChanged = await verify(scan, verdicts, found, wanted, counted, context.trust)
    if (!isChanged) return { verdicts, records, counted: counted?.size ?? 0 }
  }
  return undefined
}

async function loadAll(
  scan: GridScan,
  lattice: Lattice,
  wanted: Wanted,
  context: LearnContext,
): Promise<Map<ColumnId, Found>> {
  const found = new Map<ColumnId, Found>()
  for (const column of columnsOf(scan, wanted)) {
    const own = await load(column, lattice, scan, wanted, context)
    if (own) found.set(column.id, own)
  }
  return found
}

function recordsOf(found: ReadonlyMap<ColumnId, Found>): KnownRecords {
  return new Map([...found].map(([id, own]) => [id, own.records]))
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

function isOfText(column: StoredColumn): boolean {
  return column.type.kind === 'varchar' || isCoded(column)
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
  const isAsked = isOfText(column) || wanted.tested.has(column.id) || wanted.top?.column === column.id
  const records = place && readKept(place, start, counts, isAsked && cellCount(counts) <= mostValued)
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
  const parts = filterParts(predicate).map((part) => readBy(part))
  for (const [id, { column, place, records }] of found) {
    const own = parts.reduce((set, read, k) => (read.has(id) ? set | (1 << k) : set), 0)
    const isTop = wanted.top?.column === id
    const rests = (code: number, box: number) =>
      (isTop && (code === verdict.none || counted?.has(box) === true)) ||
      (predicate !== undefined && wanted.tested.has(id) && (code === verdict.all || code === verdict.none)) ||
      (code === verdict.maybe && ((verdicts.decided?.[box] ?? 0) & own) !== 0)
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
