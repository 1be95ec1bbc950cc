/** What is known of the chunks that a scan would read, and still holds: loaded, judged, verified. Called by `query.ts` between two schedules. */
import type { Registry } from '../function/registry.js'
import { type ColumnId, columnsOf as readBy } from '../model/expression.js'
import { filterParts } from '../model/filter-parts.js'
import { type Answer, type GridScan, type Question, type Verdicts, verdict } from '../model/job.js'
import { cellCount } from '../model/schema.js'
import { type ChunkRecords, countIn, hasStatistics, isKnownRecord, word } from '../model/statistics.js'
import { isCoded, type StoredColumn } from '../model/stored-column.js'
import { Answers } from './answers.js'
import { forgetChanged, forgetResized, type Place, readKept } from './keeping.js'
import { chunksUnder, eachPlace, type Lattice, latticeBoxes, latticeOf, latticeParts } from './lattice.js'
import { bestFirsts, type First, keepTop, type Top } from './top.js'
import { judge, type KnownRecords } from './verdicts.js'

export interface Known {
  readonly verdicts: Verdicts
  readonly answer?: Answer | undefined
}

/** The columns whose statistics a scan can use. */
export interface Wanted {
  /** Those of the filter. */
  readonly tested: ReadonlySet<ColumnId>
  /** All columns in it span the grid. */
  readonly question?: Question | undefined
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
  /** How many records are looked at at once, and for an order with a limit are held; absent: as many as memory is meant to have. */
  readonly most?: { readonly held: number; readonly atOnce: number } | undefined
}

/** Records of more chunks are not held: 134 MB a column. */
const mostRecords = 1 << 20
/** Nor, with what is known of their values, records of more: 75 MB a column. Of texts nothing else tells. */
const mostValued = 1 << 17
/** Records of so many are looked at at once. */
const recordsAtOnce = 1 << 16
/** Of more boxes there are no verdicts: each is a byte, in every thread. */
const mostBoxes = 1 << 26

/** What is wanted, and what is answered of it on the way. */
interface Asked extends Wanted {
  readonly answers?: Answers | undefined
}

/** Undefined where nothing is known. */
export async function learn(scan: GridScan, wanted: Wanted, context: LearnContext): Promise<Known | undefined> {
  const { question } = wanted
  const asked = { ...wanted, answers: question && new Answers(scan, question, context.registry) }
  const lattice = finest(columnsOf(scan, asked), asked, scan)
  if (!lattice || latticeBoxes(lattice) === 0 || latticeBoxes(lattice) > mostBoxes) return undefined
  const known = await learnInOrder(scan, lattice, asked, context)
  return known && { verdicts: known.verdicts, answer: asked.answers?.answer }
}

/** For an order with a limit all is looked at at once, where that can be held, else twice. */
async function learnInOrder(
  scan: GridScan,
  lattice: Lattice,
  asked: Asked,
  context: LearnContext,
): Promise<Learnt | undefined> {
  const atOnce = context.most?.atOnce ?? recordsAtOnce
  const parts = () => latticeParts(lattice, atOnce)
  if (!asked.top) return learnInParts(scan, lattice, parts(), asked, context)
  if (latticeBoxes(lattice) <= mostHeld(scan, asked, context)) {
    return learnInParts(scan, lattice, [lattice], asked, context)
  }
  return (
    (await learnTop(scan, lattice, parts, asked, asked.top, context)) ??
    learnInParts(scan, lattice, parts(), { ...asked, top: undefined }, context)
  )
}

function mostHeld(scan: GridScan, asked: Asked, { most }: LearnContext): number {
  return most?.held ?? (columnsOf(scan, asked).some(isOfText) ? mostValued : mostRecords)
}

/** Undefined where too little is known of the first key of the order. */
async function learnTop(
  scan: GridScan,
  lattice: Lattice,
  parts: () => Iterable<Lattice>,
  asked: Asked,
  top: Top,
  context: LearnContext,
): Promise<Learnt | undefined> {
  if (top.limit > mostRecords) return undefined
  const whole = await firstsInParts(scan, parts(), asked, top, context)
  if (whole.length < top.limit) return undefined
  const known = await learnInParts(scan, lattice, parts(), asked, context, whole)
  // Those that have changed since may be missed: then more rows may be wanted of the others.
  return known && known.counted >= top.limit ? known : undefined
}

/** The first values of as many boxes as rows are wanted, of all parts. */
async function firstsInParts(
  scan: GridScan,
  parts: Iterable<Lattice>,
  asked: Asked,
  top: Top,
  context: LearnContext,
): Promise<First[]> {
  let best: First[] = []
  for (const part of parts) {
    const found = await loadAll(scan, part, asked, context)
    const own = found.get(top.column)
    if (!own) continue
    const verdicts = judge(scan, part, recordsOf(found), context.registry, asked.saving)
    best = bestFirsts(scan, verdicts, own.column, own.records, top, best)
  }
  return best
}

/** `whole`: the first values of all parts. */
async function learnInParts(
  scan: GridScan,
  lattice: Lattice,
  parts: Iterable<Lattice>,
  asked: Asked,
  context: LearnContext,
  whole?: readonly First[],
): Promise<Learnt | undefined> {
  const codes = new Uint8Array(latticeBoxes(lattice))
  let decided: Uint8Array | undefined
  let isAny = false
  let [at, counted] = [0, 0]
  for (const part of parts) {
    const found = await learnAtOnce(scan, part, asked, context, whole)
    counted += found?.counted ?? 0
    if (found) codes.set(found.verdicts.codes, at)
    if (found?.verdicts.decided) {
      decided ??= new Uint8Array(codes.length)
      decided.set(found.verdicts.decided, at)
    }
    isAny ||= found !== undefined
    at += latticeBoxes(part)
  }
  return isAny ? { verdicts: { ...lattice, codes, decided }, counted } : undefined
}

interface Learnt {
  readonly verdicts: Verdicts
  /** How many boxes hold the first rows of an order, or better ones, at least. */
  readonly counted: number
}

function columnsOf(scan: GridScan, { tested, answers, top }: Asked): StoredColumn[] {
  return scan.columns.filter(
    (column): column is StoredColumn =>
      column.kind === 'stored' &&
      (tested.has(column.id) || answers?.columns.has(column.id) || top?.column === column.id) &&
      column.dims.length > 0 &&
      !column.layout.made &&
      hasStatistics(column.type),
  )
}

async function learnAtOnce(
  scan: GridScan,
  lattice: Lattice,
  asked: Asked,
  context: LearnContext,
  whole?: readonly First[],
): Promise<Learnt | undefined> {
  const found = await loadAll(scan, lattice, asked, context)
  if (found.size === 0) return undefined
  const records = recordsOf(found)
  for (let pass = 0; pass < mostPasses; pass++) {
    const verdicts = judge(scan, lattice, records, context.registry, asked.saving)
    const top = asked.top && found.get(asked.top.column)
    const counted = top && asked.top ? keepTop(scan, verdicts, top.column, top.records, asked.top, whole) : undefined
    const isChanged = await verify(scan, verdicts, found, asked, counted, context.trust)
    if (isChanged) continue
    asked.answers?.take(verdicts, records)
    return { verdicts, counted: counted?.size ?? 0 }
  }
  return undefined
}

async function loadAll(
  scan: GridScan,
  lattice: Lattice,
  asked: Asked,
  context: LearnContext,
): Promise<Map<ColumnId, Found>> {
  const found = new Map<ColumnId, Found>()
  for (const column of columnsOf(scan, asked)) {
    const own = await load(column, lattice, scan, asked, context)
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
  { answers, top }: Asked,
  { dims, selection }: GridScan,
): Lattice | undefined {
  const isFirst = ({ id }: StoredColumn) => Number(answers?.columns.has(id) || top?.column === id)
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
  { tested, top, question }: Asked,
  { place: open }: LearnContext,
): Promise<Found | undefined> {
  const { start, counts } = chunksUnder(lattice, column, dims)
  if (cellCount(counts) > mostRecords) return undefined
  const place = await open(column)
  const isAsked =
    isOfText(column) || tested.has(column.id) || top?.column === column.id || question?.keys.includes(column.id)
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
  { tested, answers, top }: Asked,
  counted: ReadonlySet<number> | undefined,
  trust: boolean,
): Promise<boolean> {
  let isChanged = false
  const parts = filterParts(predicate).map((part) => readBy(part))
  for (const [id, { column, place, records }] of found) {
    const own = parts.reduce((set, read, k) => (read.has(id) ? set | (1 << k) : set), 0)
    const isTop = top?.column === id
    const rests = (code: number, box: number) =>
      (isTop && (code === verdict.none || counted?.has(box) === true)) ||
      (predicate !== undefined && tested.has(id) && (code === verdict.all || code === verdict.none)) ||
      (code === verdict.maybe && ((verdicts.decided?.[box] ?? 0) & own) !== 0)
    const isAnswering = (code: number) => answers?.columns.has(id) && code === verdict.all
    const under = chunksUnder(verdicts, column, dims)
    const chosen = new Uint8Array(cellCount(under.counts))
    const choose = (record: number) => {
      chosen[record] = 1
    }
    // A record that answers nothing is not worth a question to a server.
    const chooseAnswering = (record: number) => {
      if (!answers?.bySums.has(id) || countIn(records, record, word.hasMoments) > 0) choose(record)
    }
    eachPlace(verdicts.counts, (at, box) => {
      const code = verdicts.codes[box] as number
      if (rests(code, box)) under.each(at, choose)
      else if (isAnswering(code)) under.each(at, chooseAnswering)
    })
    const which = [...chosen.keys()].filter((record) => chosen[record] === 1 && isKnownRecord(records, record))
    if (which.length > 0 && (await forgetChanged(place, records, which, trust))) isChanged = true
  }
  return isChanged
}
