/**
 * Numbers for texts by arithmetic: where the bytes at each position of short texts come from a small range, as in names with
 * running numbers, codes and dates, the combination of their places in windows is an index into a table of numbers. The
 * windows grow with the texts that the hash table finds, which is asked where a text is not within. Called by `text-table.ts`.
 */
import type { Machine } from '../kernel/machine.js'
import { Scratch } from './scratch.js'

/** Positions of a text that the kernel looks at. */
export const mostPositions = 16
/** Combinations that a table may have. Where few of them are met, no more of it comes into the caches than of a hash table. */
const mostPlaces = 2 ** 20
/** Windows that had to grow more often than this would cost more than they save. */
const mostRebuilds = 64
/** Searches that may fail before windows are given up, unless others succeed as often. */
const trials = 64
const windowBytes = 96

export class TextPlaces {
  readonly #windows: number
  readonly #table: Scratch
  readonly #places: Scratch
  readonly #least = new Uint8Array(mostPositions)
  /** How many bytes there are at each position; 0 = none was met. */
  readonly #extents = new Uint16Array(mostPositions)
  #at = 0
  #rebuilds = 0
  #failed = 0
  #succeeded = 0
  /** Bytes of the cells for which the windows were written. */
  #size = 0

  /** `words`: 64-bit words of a text; two at most. */
  constructor(
    readonly machine: Machine,
    readonly words: number,
  ) {
    this.#windows = machine.allocate(windowBytes)
    this.#table = new Scratch(machine)
    this.#places = new Scratch(machine)
  }

  get isUsable(): boolean {
    return this.#rebuilds <= mostRebuilds && this.#failed <= this.#succeeded + trials
  }

  /** Writes the place of each cell to `codes`; false where one has none. */
  find(cells: number, step: number, size: number, count: number, codes: number): boolean {
    if (this.#at === 0) return false
    if (size !== this.#size) this.#write(size)
    const isFound = this.machine.kernel.place_texts(cells, step, size, count, this.#windows, codes) >= 0
    if (isFound) this.#succeeded++
    else this.#failed++
    return isFound
  }

  /** Writes numbers over places. Those of new texts go on from `known`; their cells are listed at `born`. Returns how many numbers there are. */
  number(codes: number, count: number, known: number, born: number): number {
    return this.machine.kernel.number_places(codes, count, this.#at, known, born)
  }

  /** Takes in the texts [from, to) of the kept records. */
  learn(kept: number, from: number, to: number): void {
    if (!this.isUsable || from === to) return
    if (this.#widen(kept, from, to)) this.#rebuild(kept, to)
    else this.#enter(kept, from, to)
  }

  /** Whether windows had to grow. */
  #widen(kept: number, from: number, to: number): boolean {
    const { bytes } = this.machine
    const positions = this.words * 8
    let isWider = this.#at === 0
    for (let at = kept + from * positions; at < kept + to * positions; at += positions) {
      for (let i = 0; i < positions; i++) {
        const place = (bytes[at + i] as number) - (this.#least[i] as number)
        const extent = this.#extents[i] as number
        if (place >= 0 && place < extent) continue
        isWider = true
        this.#least[i] = extent === 0 ? place : Math.min(place, 0) + (this.#least[i] as number)
        this.#extents[i] = extent === 0 ? 1 : Math.max(place + 1, extent - Math.min(place, 0))
      }
    }
    return isWider
  }

  #rebuild(kept: number, texts: number): void {
    const places = this.#extents.reduce((product, extent) => product * Math.max(1, extent), 1)
    this.#rebuilds = places > mostPlaces ? Number.POSITIVE_INFINITY : this.#rebuilds + 1
    if (!this.isUsable) return
    this.#at = this.#table.reserve(places * 4)
    this.machine.bytes.fill(0xff, this.#at, this.#at + places * 4)
    this.#size = 0
    this.#enter(kept, 0, texts)
  }

  #enter(kept: number, from: number, to: number): void {
    const { kernel } = this.machine
    const size = this.words * 8
    if (size !== this.#size) this.#write(size)
    const codes = this.#places.reserve((to - from) * 4)
    kernel.place_texts(kept + from * size, size, size, to - from, this.#windows, codes)
    kernel.enter_places(codes, to - from, this.#at, from)
  }

  /** The windows as the kernel reads them, for cells of so many bytes. */
  #write(size: number): void {
    const { view, bytes } = this.machine
    const at = this.#windows
    this.#size = size
    bytes.fill(0, at, at + windowBytes).fill(0xff, at + 16 + size, at + 32)
    const extent = (i: number) => (i < size ? Math.max(1, this.#extents[i] as number) : 1)
    for (let i = 0; i < size; i++) {
      bytes[at + i] = this.#least[i] as number
      bytes[at + 16 + i] = extent(i) - 1
      view.setInt16(at + 32 + 2 * i, i % 2 === 0 ? extent(i + 1) : 1, true)
    }
    let factor = 1
    for (let pair = mostPositions / 2 - 1; pair >= 0; pair--) {
      view.setInt32(at + 64 + 4 * pair, factor, true)
      factor *= extent(2 * pair) * extent(2 * pair + 1)
    }
  }
}
