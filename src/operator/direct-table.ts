/**
 * Groups by arithmetic, before the hash table: where keys are whole numbers of a small range, the combination of their
 * places in a window is an index into a table of groups, and a new combination is a new group. The window grows with the
 * groups that the hash table finds for cells that are not within. Called by `hash-reduce.ts`.
 */
import type { HashTable } from '../kernel/hash-table.js'
import type { Machine } from '../kernel/machine.js'
import type { CompiledNest } from '../model/job.js'
import { directWord, frame, keyWords, noPlace } from '../model/nest.js'
import { isFloat } from '../model/type.js'
import type { Call } from './axis.js'
import { type Body, setWord, word } from './body.js'

/** Combinations that a table may have. Where few of them are met, no more of it comes into the caches than of a hash table. */
const mostPlaces = 2 ** 20
/** Cells after which a window that does not hold every other one is given up: trying costs little beside hashing. */
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
  /** The new groups of a call: ordinals of cells, and places. */
  readonly #born: number

  /** `groups` has the records of all groups; new ones are appended. `callCells`: cells of a call at most. */
  constructor(
    readonly body: Body,
    readonly groups: HashTable,
    readonly machine: Machine,
    callCells: number,
  ) {
    const keys = keysOf(body.compiled)
    this.#floats = keys.map(({ type }) => isFloat(type))
    this.#windows = keys.map(() => ({ least: 0, extent: 0 }))
    this.#born = machine.allocate(callCells * 8)
    const columns = body.compiled.nest.columns.length
    this.#floats.forEach((isFloat, key) => {
      setWord(machine, body.frame + directWord(columns, key) + 12, Number(isFloat))
    })
  }

  /** Finds the groups of a call as its frame tells: of all cells, of some (the others are `noPlace.unknown`), of none. */
  find(call: Call): 'all' | 'some' | 'none' {
    if (!this.#usable || this.#table === 0) return 'none'
    const { body, machine, groups } = this
    body.run(call)
    this.#cells += call.cells
    const codes = word(machine, body.frame + frame.codes)
    const known = groups.groups
    const more = machine.kernel.number_places(codes, call.cells, this.#table, known, this.#born) - known
    if (more > 0) this.#append(more)
    return (word(machine, body.frame + frame.count) & -noPlace.unknown) === 0 ? 'all' : 'some'
  }

  #append(more: number): void {
    const { groups, machine, body } = this
    const keys = this.#floats.length
    groups.reserve(more)
    const behind = groups.kept + groups.groups * keyWords(keys) * 8
    const windows = body.frame + directWord(body.compiled.nest.columns.length, 0)
    machine.kernel.write_places(this.#born, more, windows, keys, behind)
    groups.append(more)
  }

  /** So many cells of a call were not within. */
  missed(cells: number): void {
    this.#unknown += cells
    if (this.#cells >= trialCells && this.#unknown * 2 > this.#cells) this.#usable = false
  }

  /** Takes in the groups from one on, which the hash table has found. */
  learn(from: number): void {
    if (!this.#usable || from === this.groups.groups) return
    const numbers = this.#numbersOf(from)
    if (!numbers) {
      this.#usable = false
      return
    }
    if (this.#widen(numbers)) this.#rebuild()
    else this.#enter(numbers, from)
  }

  /** Key by key the number of each group from one on, NaN for NULL; undefined where one is no whole number. */
  #numbersOf(from: number): Float64Array[] | undefined {
    const width = keyWords(this.#floats.length)
    const { view } = this.machine
    const { kept, groups } = this.groups
    const numbers = this.#floats.map(() => new Float64Array(groups - from))
    for (let group = from; group < groups; group++) {
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

  #rebuild(): void {
    const places = this.#windows.reduce((product, { extent }) => product * (extent + 1), 1)
    if (places > mostPlaces) {
      this.#usable = false
      return
    }
    this.#place(places)
    const all = this.#numbersOf(0)
    if (all) this.#enter(all, 0)
  }

  /** An empty table for so many combinations, and the frame that leads to it. */
  #place(places: number): void {
    const { machine, body } = this
    if (places > this.#room) {
      this.#table = machine.allocate(places * 4)
      this.#room = places
    }
    machine.bytes.fill(0xff, this.#table, this.#table + places * 4)
    const strides = this.#strides()
    this.#windows.forEach(({ least, extent }, key) => {
      const words = body.frame + directWord(body.compiled.nest.columns.length, key)
      setWord(machine, words, least)
      setWord(machine, words + 4, extent)
      setWord(machine, words + 8, strides[key] as number)
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
    const places = new Int32Array(numbers[0]?.length ?? 0)
    this.#windows.forEach(({ least, extent }, key) => {
      const stride = strides[key] as number
      const own = numbers[key] as Float64Array
      for (let i = 0; i < own.length; i++) {
        const number = own[i] as number
        places[i] = (places[i] as number) + (Number.isNaN(number) ? extent : number - least) * stride
      }
    })
    for (let i = 0; i < places.length; i++) entries[places[i] as number] = first + i
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
