/**
 * Partials kept on disk from one query to the next, by the fingerprints of the chunks that they were made of: one for each
 * box of a task, or where these would be large, one for the task. Every thread reads and writes them on its own. Called by
 * `stage-run.ts` and `units.ts`.
 */
import type { Registry } from '../function/registry.js'
import type { Job, JobColumn, PartialBody, ScanStage, Work } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { chunkIndex, withOwnChunks } from '../model/stored-column.js'
import { type Entry, openPacks, type Pack, type Packs } from '../platform/node/pack.js'
import type { ChunkedColumn, FetchOptions, Source } from '../source/source.js'
import { allKnown, settled } from '../statistics/fingerprint.js'
import { chunksIn } from './boxes.js'
import { decodePartial, encodePartial, partialBytes } from './partial-form.js'
import { stageHash, Tags } from './partial-key.js'
import { type UnitCut, unitCut } from './unit-cut.js'

/** Boxes that have a partial of their own. */
export interface Unit {
  readonly boxes: readonly Box[]
  /** Fingerprints of the chunks, column by column. */
  readonly before: readonly BigUint64Array[]
  /** Under which it is kept; absent where it is not. */
  readonly tag?: string | undefined
  /** The partial, where it was kept. */
  readonly body?: PartialBody | undefined
}

/** What is known of the partials of a task before it runs. */
export interface Found {
  readonly boxes: readonly Box[]
  readonly units: readonly Unit[]
  /** Chunks that need not be read, as their partials are there. */
  readonly cached: number
  /** All boxes as one unit, without its partial. */
  whole(): Unit
  readonly options: FetchOptions
}

/** Takes the partials that a task makes, and keeps them when it has ended. */
export interface Collected {
  /** Whether the first box of a task has so many groups that the task is better kept as a whole. */
  isTooLarge(unit: Unit, body: PartialBody): boolean
  add(unit: Unit, body: PartialBody): void
  /** Partials whose chunks changed meanwhile are not kept. */
  keep(): Promise<void>
}

export interface PartialCache {
  /** At once where bytes are read at once. */
  find(boxes: readonly Box[], options: FetchOptions): Found | Promise<Found>
  collect(found: Found, work: Work): Collected
}

/** A column that has chunks of its own, with what reads them. */
interface Read {
  readonly column: ReturnType<typeof withOwnChunks>[number]
  readonly chunked: ChunkedColumn
}

/** Undefined where nothing is to be kept, or nothing can be. */
export async function openPartialCache(
  { stage, settings }: Job,
  source: Source,
  registry: Registry,
): Promise<PartialCache | undefined> {
  const packs = settings.cache_partials > 0 ? packsIn(settings.local_cache, settings.cache_partials) : undefined
  if (!packs) return undefined
  const { columns, table } = stage.scan
  const open = (column: JobColumn) => (column.kind === 'stored' ? source.column(table, column.name) : undefined)
  const chunked = await Promise.all(columns.map(open))
  const name = stageHash(stage, chunked, registry)
  const reads = withOwnChunks(columns).map((column) => ({
    column,
    chunked: chunked[columns.indexOf(column)] as ChunkedColumn,
  }))
  return name && reads.length > 0 ? new Partials(stage, reads, packs.open(name.text())) : undefined
}

/** A partial of a unit that is smaller is never too large: bytes. */
const smallUnit = 1024
/** The partial of a unit may take so much of what is decoded for it; of the first of a task less, else the task is kept as a whole. */
const unitShare = 1 / 2
const firstShare = 1 / 8
/** Of the partial of a task: bytes that it may take however little was decoded. */
const smallWhole = 65_536

/** The chunks under some boxes, column by column and box by box. */
type Chunks = readonly (readonly (readonly (readonly number[])[])[])[]

class Partials implements PartialCache {
  readonly #since = performance.now()
  readonly #tags: Tags
  readonly #cut: UnitCut | undefined

  constructor(
    readonly stage: ScanStage,
    readonly reads: readonly Read[],
    readonly pack: Pack,
  ) {
    this.#tags = new Tags(stage)
    this.#cut = unitCut(stage)
  }

  find(boxes: readonly Box[], options: FetchOptions): Found | Promise<Found> {
    const lists = this.#chunksOf(boxes)
    const asked = this.#ask(lists, { ...options, since: this.#since })
    if (asked.every((each) => !(each instanceof Promise))) {
      return this.#found(boxes, lists, asked as BigUint64Array[], options)
    }
    return Promise.all(asked).then((before) => this.#found(boxes, lists, before, options))
  }

  collect(found: Found, work: Work): Collected {
    const { options } = found
    const entries: (Entry & { readonly unit: Unit })[] = []
    const add = (unit: Unit, bytes: Uint8Array, tag: string | undefined) => {
      if (tag !== undefined) entries.push({ unit, tag, bytes })
    }
    return {
      isTooLarge: (unit, body) => {
        const isTooLarge = this.#isTooLarge(encodePartial(body).length)
        if (isTooLarge) add(unit, new Uint8Array(), unit.tag && largeTag(unit.tag))
        return isTooLarge
      },
      add: (unit, body) => {
        const bytes = encodePartial(body)
        const isWhole = unit.boxes.length === found.boxes.length
        const most = isWhole
          ? Math.max(smallWhole, work.bytesDecoded * unitShare)
          : Math.max(smallUnit, this.#unitBytes * unitShare)
        if (bytes.length <= most) add(unit, bytes, unit.tag)
      },
      keep: async () => {
        const kept = await this.#unchanged([...new Set(entries.map(({ unit }) => unit))], options)
        this.pack.put(entries.filter(({ unit }) => kept.has(unit)))
      },
    }
  }

  #isTooLarge(bytes: number): boolean {
    return bytes > Math.max(smallUnit, this.#unitBytes * firstShare)
  }

  get #unitBytes(): number {
    return this.#cut?.bytes ?? 0
  }

  #chunksOf(boxes: readonly Box[]): Chunks {
    return this.reads.map(({ column, chunked }) =>
      boxes.map((box) => chunksIn(column, box).map((index) => chunkIndex(chunked.layout, index))),
    )
  }

  #ask(lists: Chunks, options: FetchOptions) {
    return this.reads.map(({ chunked }, k) => {
      const chunks = lists[k]?.flat() ?? []
      return chunked.fingerprints?.(chunks, options) ?? new BigUint64Array(2 * chunks.length)
    })
  }

  #found(boxes: readonly Box[], lists: Chunks, before: readonly BigUint64Array[], options: FetchOptions): Found {
    // Where the fingerprints of each box begin, column by column.
    const places = lists.map((list) => beginnings(list.map(({ length }) => 2 * length)))
    const unitOf = (from: number, past: number): Unit => {
      const own = boxes.slice(from, past)
      const words = before.map((all, k) => all.subarray(places[k]?.[from], places[k]?.[past]))
      return { boxes: own, before: words, tag: words.every(allKnown) ? this.#tags.of(own, words) : undefined }
    }
    const whole = () => this.#whole(unitOf(0, boxes.length))
    const cut = this.#cutsOf(boxes).map(([from, past]) => unitOf(from, past))
    const units = (boxes.length > 0 && this.#isWhole(cut) ? [whole()] : cut).map((unit) => this.#withBody(unit))
    const isThere = units.flatMap(({ boxes: own, body }) => own.map(() => body !== undefined))
    return { boxes, units, cached: this.#cached(lists, isThere), whole, options }
  }

  /** Which boxes are units: from one, past another. */
  #cutsOf(boxes: readonly Box[]): readonly (readonly [number, number])[] {
    const cut = this.#cut
    if (!cut) return []
    const cuts: [number, number][] = []
    let last: number | undefined
    boxes.forEach((box, i) => {
      const number = cut.numberOf(box)
      const open = cuts.at(-1)
      if (open && number === last) open[1] = i + 1
      else cuts.push([i, i + 1])
      last = number
    })
    return cuts
  }

  /** Chunks under boxes whose partials are there, beside those that others have to read. */
  #cached(lists: Chunks, isThere: readonly boolean[]): number {
    return lists.reduce((sum, list, k) => {
      const there = list.filter((_, i) => isThere[i]).flat()
      if (there.length === 0 || !this.#isShared(k)) return sum + there.length
      const read = new Set(list.flatMap((own, i) => (isThere[i] ? [] : own.map((index) => index.join('.')))))
      const known = new Set(there.map((index) => index.join('.')))
      return sum + [...known].filter((index) => !read.has(index)).length
    }, 0)
  }

  /** Whether boxes of other tasks, or others of this one, may have the same chunk. */
  #isShared(k: number): boolean {
    const { dims, layout } = (this.reads[k] as Read).column
    const { box } = this.stage.tasks
    return (
      dims.length < box.length || dims.some((dim, axis) => (box[dim] as number) % (layout.chunk[axis] as number) !== 0)
    )
  }

  /** Whether a task is kept as a whole: what its first unit leaves behind decides. */
  #isWhole([first, ...others]: readonly Unit[]): boolean {
    if (!first || others.length === 0) return true
    const bytes = partialBytes(this.stage, first.boxes)
    if (bytes !== undefined) return this.#isTooLarge(bytes)
    if (first.tag === undefined) return false
    const kept = this.pack.get(first.tag)
    return kept ? this.#isTooLarge(kept.length) : this.pack.get(largeTag(first.tag)) !== undefined
  }

  /** A task as one unit. What is found by hash may be divided then, and never where a task has several: these are others. */
  #whole(unit: Unit): Unit {
    const isDivisible = this.stage.compiled?.bodies.main.record !== undefined
    return isDivisible && unit.tag !== undefined ? { ...unit, tag: `${unit.tag}*` } : unit
  }

  #withBody(unit: Unit): Unit {
    const bytes = unit.tag === undefined ? undefined : this.pack.get(unit.tag)
    const body = bytes && decodePartial(bytes, this.stage, unit.boxes)
    return body ? { ...unit, body } : unit
  }

  /** Those whose chunks still have the fingerprints from before. */
  async #unchanged(units: readonly Unit[], options: FetchOptions): Promise<ReadonlySet<Unit>> {
    if (units.length === 0) return new Set()
    const lists = this.#chunksOf(units.flatMap(({ boxes }) => boxes))
    const after = await Promise.all(this.#ask(lists, options))
    const at = this.reads.map(() => 0)
    const isSame = ({ before }: Unit) =>
      before.map((own, k) => {
        const first = at[k] as number
        at[k] = first + own.length
        return allKnown(settled(own, (after[k] as BigUint64Array).subarray(first, first + own.length)))
      })
    return new Set(units.filter((unit) => isSame(unit).every(Boolean)))
  }
}

/** Under which it is noted that the partial of a box is too large to be kept. */
function largeTag(tag: string): string {
  return `${tag}!`
}

/** Where parts of these lengths begin that lie one behind the other, and where the last one ends. */
function beginnings(lengths: readonly number[]): Float64Array {
  const found = new Float64Array(lengths.length + 1)
  lengths.forEach((length, i) => {
    found[i + 1] = (found[i] as number) + length
  })
  return found
}

/** Directories that this thread has open, by path and size. */
const open = new Map<string, Packs | undefined>()

/** Undefined where the directory cannot be made: a query needs none of it. */
function packsIn(root: string, size: number): Packs | undefined {
  const name = `${size} ${root}`
  if (!open.has(name)) open.set(name, tryOpen(`${root}/partials`, size))
  return open.get(name)
}

function tryOpen(directory: string, size: number): Packs | undefined {
  try {
    return openPacks(directory, size)
  } catch {
    return undefined
  }
}
