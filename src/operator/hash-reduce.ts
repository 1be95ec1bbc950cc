/** GROUP BY keys that depend on cells, compiled: one body writes key records, the kernel numbers them, the other adds up. */
import { createHashTable, createNumberTable, type HashTable } from '../kernel/hash-table.js'
import type { Bodies, GridScan, KeySpace, LoopPlan, PartialBody } from '../model/job.js'
import { frame, keyWords, noPlace } from '../model/nest.js'
import type { Call } from './axis.js'
import { type Body, setWord } from './body.js'
import { Collect } from './collect.js'
import { DirectTable } from './direct-table.js'
import { divideGroups } from './divide.js'
import type { Division } from './division.js'
import { GroupStates } from './group-states.js'
import type { KeyTexts } from './key-texts.js'
import { addressOf, runLoop } from './loop.js'
import { loopDims, type Piece } from './piece.js'
import type { Scratch } from './scratch.js'
import { textsAreGroups } from './text-table.js'

/** Cells per call: the records of a call stay in the core's cache. */
const callCells = 8192
const firstGroups = 1024
/** Groups that the hash table has in the core's cache; more are worth finding only where keys come again. */
const mostKnown = 2 ** 17
/** After so many groups it is told how many there will be: of that many cells nearly each had its own. */
const manyGroups = 2 ** 16
const nearlyEach = 0.75

/** What is known of a task before it begins. */
export interface Expected {
  /** How many groups there may be, for the room at first. */
  readonly groups: number
  readonly cells: number
}

export class HashReduce {
  readonly #table: HashTable
  readonly #width: number
  readonly #records: number
  readonly #codes: number
  /** Of cells whose groups are still to be found. */
  readonly #marks: number
  readonly #states: GroupStates

  readonly #keys: Body
  readonly #main: Body
  readonly #direct: DirectTable | undefined
  /** Where the numbers of a column of texts are those of the groups: the texts, and the column of the bodies. */
  readonly #numbered: { readonly texts: KeyTexts; readonly column: number } | undefined
  readonly #collects: readonly Collect[]
  #seen = 0
  #isForeseen = false

  /**
   * All bodies are over the same columns; `main` takes group numbers by ordinal. `texts`: key by key, of those that are coded.
   */
  constructor(
    readonly scan: GridScan,
    readonly loops: LoopPlan,
    { keys, main, direct, collects = [] }: Bodies<Body> & { readonly keys: Body },
    readonly scratch: Scratch,
    readonly texts: readonly (KeyTexts | undefined)[],
    /** Bytes that the thread may use. */
    readonly memory: number,
    readonly expected: Expected,
    keySpace: KeySpace,
    /** How many groups are divided; absent where they cannot be. */
    readonly division: Division | undefined,
  ) {
    const { machine } = scratch
    const { sink } = keys.compiled.nest
    this.#keys = keys
    this.#main = main
    this.#collects = collects.map((body) => new Collect(body, scratch, callCells, memory))
    const [text] = texts
    if (text && textsAreGroups(scan, keySpace)) {
      const key = sink.kind === 'keys' ? sink.keys[0] : undefined
      const column = keys.compiled.nest.columns.findIndex(({ id }) => key?.kind === 'column' && id === key.column)
      this.#numbered = { texts: text, column }
    }
    this.#width = keyWords(sink.kind === 'keys' ? sink.keys.length : 0)
    this.#records = machine.allocate(callCells * this.#width * 8)
    setWord(machine, keys.frame + frame.out, this.#records)
    this.#codes = machine.allocate(callCells * 4)
    this.#marks = machine.allocate(callCells * 4)
    const capacity = Math.max(firstGroups, expected.groups)
    this.#table = this.#numbered
      ? createNumberTable(machine, capacity)
      : createHashTable(machine, this.#width, capacity, undefined, division ? mostKnown : undefined)
    this.#direct = direct && !this.#numbered ? new DirectTable(direct, this.#table, machine, callCells) : undefined
    this.#states = new GroupStates(main, machine, capacity)
  }

  get groups(): number {
    return this.#table.groups
  }

  consume(piece: Piece): void {
    const dims = loopDims(piece, this.scan.selection, [])
    const loop = {
      order: this.loops.order,
      dims,
      columns: piece.columns,
      shape: 'register' as const,
      mostCells: callCells,
    }
    runLoop(loop, this.scratch, this.#main.frame, (call) => this.#block(call))
  }

  #block(call: Call): void {
    const { machine } = this.scratch
    const codes = this.#numbersOf(call) ?? this.#codes
    setWord(machine, this.#main.frame + frame.codes, codes)
    if (codes === this.#codes) this.#find(call)
    this.#main.run(call)
    for (const collect of this.#collects) {
      this.#shareFrame(collect.body)
      collect.take(call, codes)
    }
  }

  /** Where the numbers of texts that are groups lie side by side: there they are as good as groups that were found. */
  #numbersOf(call: Call): number | undefined {
    if (!this.#numbered) return undefined
    const { texts, column } = this.#numbered
    const address = addressOf(call, this.scratch.machine, this.#main.frame, column, 4)
    if (address === undefined) return undefined
    this.#table.append(texts.count - this.#table.groups)
    this.#states.reserve(texts.count)
    return address
  }

  #find(call: Call): void {
    if (this.#direct) this.#shareFrame(this.#direct.body)
    const known = this.#direct?.find(call) ?? 'none'
    if (known !== 'all') this.#findByHash(call, known)
    this.#seen += call.cells
    if (!this.#isForeseen && this.groups >= manyGroups) this.#foresee()
    this.#states.reserve(this.groups)
  }

  /** Where nearly each cell was a new group, those to come are taken to be as well: what grows step by step leaves behind as much as it takes. */
  #foresee(): void {
    this.#isForeseen = true
    const { machine } = this.scratch
    const share = this.groups / this.#seen
    const more = Math.ceil(share * (this.expected.cells - this.#seen))
    const bytes = more * (this.#width * 8 + this.#states.bytes)
    if (share < nearlyEach || more <= 0 || machine.mark() + 2 * bytes > this.memory) return
    this.#table.expect(more)
    this.#states.reserve(this.groups + more)
  }

  #findByHash(call: Call, known: 'some' | 'none'): void {
    const before = this.#table.groups
    this.#shareFrame(this.#keys)
    if (known === 'some') this.#findUnknown(call)
    else {
      this.#keys.run(call)
      this.#table.find(this.#records, call.cells, this.#codes)
    }
    this.#direct?.learn(before)
  }

  /** Only the cells that arithmetic did not find. */
  #findUnknown(call: Call): void {
    const { machine } = this.scratch
    setWord(machine, this.#keys.frame + frame.codes, this.#marks)
    this.#keys.run(call)
    const unknown = machine.kernel.mark_unknown(this.#codes, this.#marks, call.cells, noPlace.unknown)
    this.#direct?.missed(unknown)
    this.#table.find(this.#records, call.cells, this.#marks)
    machine.kernel.fill_unknown(this.#codes, this.#marks, call.cells)
  }

  /** All bodies walk the same cells: rows, runs, columns and codes are those of the main one. */
  #shareFrame({ frame: to }: Body): void {
    const { frame: from } = this.#main
    const { bytes } = this.scratch.machine
    const columns = frame.columns + this.#main.compiled.nest.columns.length * 12
    bytes.copyWithin(to, from, from + frame.out)
    bytes.copyWithin(to + frame.columns, from + frame.columns, from + columns)
  }

  partial(): PartialBody {
    const { groups: count, kept } = this.#table
    return this.division && count >= this.division.least ? this.#divided(this.division) : this.#whole(count, kept)
  }

  #divided(division: Division): PartialBody {
    const { machine } = this.scratch
    const { groups: count, kept: records } = this.#table
    const { fields } = this.#main.compiled
    const mark = machine.mark()
    const collected = this.#collects.map((collect) => (order: Int32Array) => collect.ordered(order))
    const groups = { machine, count, records, fields, states: this.#states.places(count), texts: this.texts, collected }
    const parts = divideGroups(groups, division)
    machine.release(mark)
    return { kind: 'divided', parts }
  }

  #whole(count: number, kept: number): PartialBody {
    const { buffer } = this.scratch.machine.memory
    const records = buffer.slice(kept, kept + count * this.#width * 8) as ArrayBuffer
    const fields = this.#states.arrays(count)
    const values = this.texts.map((texts, key) => texts?.leave(records, this.#width, key))
    const collected = this.#collects.map((collect) => collect.partial(count))
    return { kind: 'hash', count, records, fields, values, collected }
  }
}
