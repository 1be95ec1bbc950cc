/**
 * Groups by arithmetic, before the hash table: where keys are whole numbers of a small range, the combination of their
 * places in a window is an index into a table of groups. The window grows with the groups that the hash table finds,
 * which has the last word on every cell that is not known here. Called by `hash-reduce.ts`.
 */
import type { Machine } from '../kernel/machine.js'
import type { CompiledNest } from '../model/job.js'
import { directWord, frame, keyWords, noGroup } from '../model/nest.js'
import { isFloat } from '../model/type.js'
import type { Call } from './axis.js'
import { type Body, setWord, word } from './body.js'

/** Combinations that a table may have: more would not stay in a core's cache. */
const mostPlaces = 2 ** 18
/** Cells after which a table that does not know every other one is given up: trying costs little beside hashing. */
const trialCells = 2 ** 21
/** A whole number out of which a window may be made. */
const mostNumber = 2 ** 30

interface Window {
  least: number
  extent: number
}

export class DirectTable {
  readonly #windows: Window[]
  /** Whether each key is kept as the bits of an f64. */
  readonly #floats: readonly boolean[]
  #table = 0
  #room = 0
  #cells = 0
  #unknown = 0
  #usable = true

  constructor(
    readonly body: Body,
    readonly machine: Machine,
  ) {
    const keys = keysOf(body.compiled)
    this.#floats = keys.map(({ type }) => isFloat(type))
    this.#windows = keys.map(() => ({ least: 0, extent: 0 }))
  }

  /** Finds the groups of a call as its frame tells: of all cells, of some (the others are `noGroup.unknown`), of none. */
  find(call: Call): 'all' | 'some' | 'none' {
    if (!this.#usable || this.#table === 0) return 'none'
    this.body.run(call)
    this.#cells += call.cells
    return (word(this.machine, this.body.frame + frame.count) & -noGroup.unknown.code) === 0 ? 'all' : 'some'
  }

  /** So many cells of a call were unknown. */
  missed(cells: number): void {
    this.#unknown += cells
    if (this.#cells >= trialCells && this.#unknown * 2 > this.#cells) this.#usable = false
  }

  /** Takes in the groups [from, to) of the kept records. */
  learn(kept: number, from: number, to: number): void {
    if (!this.#usable || from === to) return
    const numbers = this.#numbersOf(kept, from, to)
    if (!numbers) {
      this.#usable = false
      return
    }
    if (this.#widen(numbers)) this.#rebuild(kept, to)
    else this.#enter(numbers, from)
  }

  /** Key by key the number of each group, NaN for NULL; undefined where one is no whole number. */
  #numbersOf(kept: number, from: number, to: number): Float64Array[] | undefined {
    const width = keyWords(this.#floats.length)
    const { view } = this.machine
    const numbers = this.#floats.map(() => new Float64Array(to - from))
    for (let group = from; group < to; group++) {
      const record = kept + group * width * 8
      for (let key = 0; key < numbers.length; key++) {
        const at = record + (1 + key) * 8
        const isNull = ((view.getInt32(record + (key >> 5) * 4, true) >> (key & 31)) & 1) === 1
        const number = this.#floats[key] ? view.getFloat64(at, true) : longAt(view, at)
        if (!isNull && !(Number.isInteger(number) && Math.abs(number) < mostNumber)) return undefined
        ;(numbers[key] as Float64Array)[group - from] = isNull ? Number.NaN : number
      }
    }
    return numbers
  }

  /** Whether windows had to grow. They grow to twice of what is needed, so that they seldom do. */
  #widen(numbers: readonly Float64Array[]): boolean {
    let grown = this.#table === 0
    this.#windows.forEach((window, key) => {
      const needed = hullOf(window, numbers[key] as Float64Array)
      if (needed.extent === window.extent && needed.least === window.least) return
      grown = true
      const margin = window.extent === 0 ? 0 : needed.extent >> 1
      if (needed.least < window.least) needed.least -= margin
      needed.extent += margin
      this.#windows[key] = needed
    })
    return grown
  }

  #rebuild(kept: number, groups: number): void {
    const places = this.#windows.reduce((product, { extent }) => product * (extent + 1), 1)
    if (places > mostPlaces) {
      this.#usable = false
      return
    }
    this.#place(places)
    const all = this.#numbersOf(kept, 0, groups)
    if (all) this.#enter(all, 0)
  }

  /** An empty table for so many combinations, and the frame that leads to it. */
  #place(places: number): void {
    const { machine, body } = this
    if (places > this.#room) {
      this.#table = machine.allocate(places * 4 - noGroup.inactive.offset) - noGroup.inactive.offset
      this.#room = places
    }
    const entries = new Int32Array(machine.memory.buffer, this.#table + noGroup.inactive.offset, places + 2)
    entries.fill(noGroup.unknown.code)
    entries[0] = noGroup.inactive.code
    setWord(machine, body.frame + frame.out, this.#table)
    const strides = this.#strides()
    this.#windows.forEach(({ least, extent }, key) => {
      const words = body.frame + directWord(body.compiled.nest.columns.length, key)
      setWord(machine, words, least)
      setWord(machine, words + 4, extent)
      setWord(machine, words + 8, (strides[key] as number) * 4)
    })
  }

  #strides(): number[] {
    let stride = 1
    return this.#windows.map(({ extent }) => {
      const own = stride
      stride *= extent + 1
      return own
    })
  }

  #enter(numbers: readonly Float64Array[], first: number): void {
    const entries = new Int32Array(this.machine.memory.buffer, this.#table, this.#room)
    const strides = this.#strides()
    const count = numbers[0]?.length ?? 0
    for (let i = 0; i < count; i++) {
      const place = this.#windows.reduce((sum, { least, extent }, key) => {
        const number = (numbers[key] as Float64Array)[i] as number
        return sum + (Number.isNaN(number) ? extent : number - least) * (strides[key] as number)
      }, 0)
      entries[place] = first + i
    }
  }
}

function keysOf({ nest: { sink } }: CompiledNest) {
  return sink.kind === 'direct' ? sink.keys : []
}

/** Exact where it counts: beyond 2^53 it is large in any case. */
function longAt(view: DataView, address: number): number {
  return view.getInt32(address + 4, true) * 2 ** 32 + view.getUint32(address, true)
}

/** The least window that holds another one and all numbers. */
function hullOf({ least, extent }: Window, numbers: Float64Array): Window {
  let low = extent > 0 ? least : Number.POSITIVE_INFINITY
  let high = extent > 0 ? least + extent - 1 : Number.NEGATIVE_INFINITY
  for (const number of numbers) {
    if (number < low) low = number
    if (number > high) high = number
  }
  return low > high ? { least, extent } : { least: low, extent: high - low + 1 }
}
