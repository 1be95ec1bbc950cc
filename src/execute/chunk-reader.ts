/** The decoded chunks of one array in one machine: a few slots, the oldest used again. Called by `pieces.ts` and `cells.ts`. */
import type { Machine } from '../kernel/machine.js'
import { type Fingerprints, noFingerprints } from '../model/fingerprint.js'
import type { Work } from '../model/job.js'
import type { Portion } from '../model/portion.js'
import { chunkIndex } from '../model/stored-column.js'
import type { Value } from '../model/type.js'
import type { Scratch } from '../operator/scratch.js'
import type { Window } from '../operator/window.js'
import type { ByteRange, ChunkedColumn, Fetched, KeptTexts, Room } from '../source/source.js'
import { chunkWindow, mayHaveWindow } from './chunk-window.js'
import type { Prefetch } from './prefetch.js'

/** What readers of a stage share. */
export interface Reading {
  readonly machine: Machine
  readonly work: () => Work
  readonly prefetch: Prefetch
}

/** Who is told of chunks, by their index in the array. */
export interface ChunkWatcher {
  /** Whether the fingerprint of a chunk that is about to be read is wanted. */
  asks(chunk: readonly number[]): boolean
  decoded(chunk: DecodedChunk): void
}

export interface DecodedChunk {
  readonly index: readonly number[]
  readonly address: number
  /** The fingerprint from before it was read, for this call; unknown where nobody asked for it. */
  readonly before: Fingerprints
  /** That it has now. */
  now(): Fingerprints
  /** How long it took to be read and decoded: milliseconds. */
  readonly ms: number
}

const unknown = noFingerprints(1)
const none: ReadonlySet<string> = new Set()

/** Memory of a task for a chunk that is decoded as a loop comes to its cells: what is shown, and encoded bytes that are longer than decoded ones. */
export interface WindowRoom {
  readonly shown: Scratch
  readonly encoded: Scratch
}

/** A chunk on its way into a slot. */
interface Filling {
  readonly slot: number
  readonly chunk: readonly number[]
  readonly name: string
  readonly range: ByteRange
  /** When it was begun. */
  readonly started: number
  /** What is looked at of it; undefined: all of it. */
  readonly portion: Portion | undefined
}

export class ChunkReader {
  readonly machine: Machine
  readonly #slots: number[]
  /** Which chunk each slot holds, as text. */
  readonly #held: (string | undefined)[]
  /** Chunks under way: columns that share them ask for them at the same time. */
  readonly #coming = new Map<string, Promise<number>>()
  /** All that read these chunks: several where they are fields of one array. */
  readonly #columns: ChunkedColumn[]
  readonly #watchers: ChunkWatcher[] = []
  /** That of the chunk that is read. */
  readonly #seen = noFingerprints(1)
  #next = 0
  /** Names of chunks whose slots are not to be used again. */
  #kept: ReadonlySet<string> = none
  /** What is looked at of a chunk; undefined: all of it. */
  portionOf: (chunk: readonly number[]) => Portion | undefined = () => undefined
  /** The chunks that were planned last, as many as there are slots: they will be held when their turn comes. */
  readonly #planned: string[] = []

  constructor(
    readonly column: ChunkedColumn,
    readonly reading: Reading,
    slots: number,
  ) {
    this.machine = reading.machine
    this.#columns = [column]
    this.#slots = Array.from({ length: slots }, () => this.machine.allocate(column.layout.bytes))
    this.#held = new Array(slots)
  }

  /** The same chunks for one more column. To be called before any is loaded. */
  with(column: ChunkedColumn): this {
    // Several columns may be made of one: its bytes are made ready once.
    if (!this.#columns.includes(column)) this.#columns.push(column)
    return this
  }

  watch(watcher: ChunkWatcher): void {
    this.#watchers.push(watcher)
  }

  /** Address of a chunk, decoding it where no slot holds it. Synchronous where the source is. */
  load(index: readonly number[]): number | Promise<number> {
    const chunk = chunkIndex(this.column.layout, index)
    const name = chunk.join('.')
    const held = this.#held.indexOf(name)
    if (held >= 0) return this.#slots[held] as number
    const coming = this.#coming.get(name)
    if (coming) return coming
    const filled = this.#fill(this.#freeSlot(), chunk, name)
    if (!(filled instanceof Promise)) return filled
    const settled = filled.finally(() => this.#coming.delete(name))
    this.#coming.set(name, settled)
    return settled
  }

  /** Loads chunks, no more than there are slots, so that all are there when it is done. */
  async loadAll(indexes: readonly (readonly number[])[]): Promise<void> {
    this.#kept = new Set(indexes.map((index) => chunkIndex(this.column.layout, index).join('.')))
    try {
      for (const index of indexes) {
        const loaded = this.load(index)
        if (loaded instanceof Promise) await loaded
      }
    } finally {
      this.#kept = none
    }
  }

  /**
   * A chunk whose cells are read once, in their order, and then are gone. Undefined where all of it is decoded, or none: it is
   * to be loaded.
   */
  window(index: readonly number[], cell: number, { encoded, shown }: WindowRoom): Window | undefined {
    const { column, machine } = this
    const chunk = chunkIndex(column.layout, index)
    const name = chunk.join('.')
    const isShared = this.#columns.length > 1 || this.#watchers.length > 0
    if (!column.read || !mayHaveWindow(column) || isShared || this.#held.includes(name) || this.portionOf(chunk)) {
      return undefined
    }
    const started = performance.now()
    const range = column.locate(chunk)
    const slot = this.#freeSlot()
    const fetched = column.read(range, this.#roomIn(slot, encoded))
    if (!fetched) return undefined
    countRead(this.reading.work(), fetched.length, performance.now() - started)
    const block = column.blockBytes?.(fetched, machine, range)
    if (block === undefined) {
      this.#take({ slot, chunk, name, range, started, portion: undefined }, fetched, unknown)
      return undefined
    }
    this.reading.work().read++
    const { bytes } = column.layout
    const decode = (out: number, from: number, to: number) =>
      this.#countDecoded(() => column.decodePart?.(fetched, machine, out, range, { ranges: [[from, to]] }) ?? 0)
    return chunkWindow({ bytes, block, cell, decode }, machine, shown)
  }

  /** For encoded bytes: a slot that nothing is decoded to, or where they did not shrink, elsewhere. */
  #roomIn(slot: number, elsewhere: Scratch): Room {
    const { machine, column } = this
    return {
      get bytes() {
        return machine.bytes
      },
      allocate: (bytes) => (bytes <= column.layout.bytes ? (this.#slots[slot] as number) : elsewhere.reserve(bytes)),
    }
  }

  /** For a chunk that is to come; none that `loadAll` has brought. */
  #freeSlot(): number {
    const isKept = (held: string | undefined) => held !== undefined && this.#kept.has(held)
    let slot = this.#next
    for (let i = 1; i < this.#slots.length && isKept(this.#held[slot]); i++) slot = (slot + 1) % this.#slots.length
    this.#next = (slot + 1) % this.#slots.length
    this.#held[slot] = undefined
    return slot
  }

  /** Address of a chunk that `load` brought before. */
  loaded(chunk: readonly number[]): number {
    const held = this.#held.indexOf(chunkIndex(this.column.layout, chunk).join('.'))
    return held < 0 ? -1 : (this.#slots[held] as number)
  }

  /** What the source keeps for the chunk at an address: the values whose numbers its cells are. */
  keptAt(address: number): readonly Value[] | undefined {
    return this.column.kept?.(this.machine, address)
  }

  /** The same as bytes, where they are texts that came so. */
  keptTextsAt(address: number): KeptTexts | undefined {
    return this.column.keptTexts?.(this.machine, address)
  }

  /** Where a chunk lies that is to be loaded after those planned before; undefined where a slot will hold it then. */
  plan(index: readonly number[]): ByteRange | undefined {
    const chunk = chunkIndex(this.column.layout, index)
    const name = chunk.join('.')
    if (this.#planned.includes(name)) return undefined
    this.#planned.push(name)
    if (this.#planned.length > this.#slots.length) this.#planned.shift()
    return this.#held.includes(name) ? undefined : this.column.locate(chunk)
  }

  #fill(slot: number, chunk: readonly number[], name: string): number | Promise<number> {
    const range = this.column.locate(chunk)
    const portion = this.column.decodePart && this.portionOf(chunk)
    const started = performance.now()
    const filling = { slot, chunk, name, range, started, portion }
    const { prefetch, work } = this.reading
    if (!this.column.read) {
      return prefetch.take(this.column, range, work()).then((fetched) => {
        work().msByStage.fetch = (work().msByStage.fetch ?? 0) + performance.now() - started
        return this.#take(filling, fetched, this.#versionOf(fetched))
      })
    }
    const isAsked = !portion?.ranges && this.#watchers.some((watcher) => watcher.asks(chunk))
    const seen = isAsked && this.column.readTells ? this.#seen : undefined
    const before = isAsked && !seen ? this.#fingerprint(chunk) : unknown
    const mark = this.machine.mark()
    const fetched = this.column.read(range, this.machine, this.#slots[slot], seen)
    countRead(work(), fetched?.length ?? 0, performance.now() - started)
    const address = this.#take(filling, fetched, seen ?? before, seen)
    this.machine.release(mark)
    return address
  }

  /** Of a chunk of which cells are left out nobody may make a record. */
  #take(filling: Filling, fetched: Fetched, before: Fingerprints, after?: Fingerprints): number {
    const address = this.#decode(filling, fetched)
    return filling.portion?.ranges ? address : this.#tell(filling, address, before, after)
  }

  /** Columns that share chunks ask for each fingerprint once. */
  #tell(
    { chunk: index, started: begun }: Filling,
    address: number,
    before: Fingerprints,
    known?: Fingerprints,
  ): number {
    if (this.#watchers.length === 0) return address
    const started = performance.now()
    const ms = started - begun
    let after = known
    const now = () => {
      // What was fetched is of one version, whatever others there are by now.
      after ??= this.column.read ? this.#fingerprint(index) : before
      return after
    }
    for (const watcher of this.#watchers) watcher.decoded({ index, address, before, now, ms })
    const work = this.reading.work()
    work.msByStage.survey = (work.msByStage.survey ?? 0) + performance.now() - started
    return address
  }

  /** Unknown where it is not to be had at once. */
  #fingerprint(chunk: readonly number[]): Fingerprints {
    const found = this.column.fingerprints?.([chunk])
    return found instanceof Promise || !found ? unknown : found
  }

  /** Unknown where nobody makes records, or the store told nothing. */
  #versionOf(fetched: Fetched): Fingerprints {
    const isTold = this.#watchers.length > 0 && (fetched === null || fetched instanceof Uint8Array)
    return (isTold && this.column.fetched?.(fetched)) || noFingerprints(1)
  }

  #decode({ slot, name, range, portion }: Filling, fetched: Fetched): number {
    const address = this.#slots[slot] as number
    const mark = this.machine.mark()
    this.#countDecoded(() => {
      const decoded =
        fetched && portion && this.column.decodePart
          ? this.column.decodePart(fetched, this.machine, address, range, portion)
          : this.#decodeWhole(address, range, fetched)
      for (const column of this.#columns) column.prepare?.(this.machine, address, range)
      return decoded
    })
    this.machine.release(mark)
    this.#held[slot] = name
    const work = this.reading.work()
    work.read++
    if (!fetched) work.missing++
    return address
  }

  /** `decode` returns how many bytes it decoded. */
  #countDecoded(decode: () => number): void {
    const started = performance.now()
    const bytes = decode()
    const work = this.reading.work()
    work.bytesDecoded += bytes
    work.msByStage.decode = (work.msByStage.decode ?? 0) + performance.now() - started
  }

  /** Returns how many bytes were decoded. */
  #decodeWhole(address: number, range: ByteRange, fetched: Fetched): number {
    this.column.decode(fetched, this.machine, address, range)
    return this.column.layout.bytes
  }
}

/** What is fetched is counted by its store. */
function countRead(work: Work, bytes: number, ms: number): void {
  work.requests++
  work.bytesRead += bytes
  work.msByStage.fetch = (work.msByStage.fetch ?? 0) + ms
}
