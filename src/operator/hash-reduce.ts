/** GROUP BY keys that depend on cells, compiled: one body writes key records, the kernel numbers them, the other adds up. */
import { createHashTable, createNumberTable, type HashTable } from '../kernel/hash-table.js'
import type { Bodies, GridScan, KeySpace, LoopPlan, PartialBody } from '../model/job.js'
import { type Field, fieldWord, frame, keyWords, noGroup } from '../model/nest.js'
import type { Call } from './axis.js'
import { type Body, fieldBytes, initField, placeFields, setWord } from './body.js'
import { Collect } from './collect.js'
import type { KeyTexts } from './dictionary.js'
import { DirectTable } from './direct-table.js'
import { divideGroups } from './divide.js'
import type { Division } from './division.js'
import { runLoop } from './loop.js'
import { loopDims, type Piece } from './piece.js'
import type { Scratch } from './scratch.js'
import { textsAreGroups } from './text-table.js'

/** Cells per call: the records of a call stay in the core's cache. */
const callCells = 8192
const firstGroups = 1024
/** Groups that the hash table has in the core's cache; more are worth finding only where keys come again. */
const mostKnown = 2 ** 17

export class HashReduce {
  readonly #table: HashTable
  readonly #width: number
  readonly #records: number
  readonly #codes: number
  /** Of cells whose groups are still to be found. */
  readonly #marks: number
  #fields: number[]
  #capacity: number

  readonly #keys: Body
  readonly #main: Body
  readonly #direct: DirectTable | undefined
  readonly #collects: readonly Collect[]

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
    memory: number,
    /** How many groups there may be, for the room at first. */
    expected: number,
    keySpace: KeySpace,
    /** How many groups are divided; absent where they cannot be. */
    readonly division: Division | undefined,
  ) {
    const { machine } = scratch
    const { sink } = keys.compiled.nest
    this.#keys = keys
    this.#main = main
    this.#collects = collects.map((body) => new Collect(body, scratch, callCells, memory))
    const isNumbered = textsAreGroups(scan, keySpace)
    this.#direct = direct && !isNumbered ? new DirectTable(direct, machine) : undefined
    this.#width = keyWords(sink.kind === 'keys' ? sink.keys.length : 0)
    this.#records = machine.allocate(callCells * this.#width * 8)
    setWord(machine, keys.frame + frame.out, this.#records)
    this.#codes = machine.allocate(callCells * 4)
    this.#marks = machine.allocate(callCells * 4)
    this.#capacity = Math.max(firstGroups, expected)
    this.#table = isNumbered
      ? createNumberTable(machine, this.#capacity)
      : createHashTable(machine, this.#width, this.#capacity, undefined, division ? mostKnown : undefined)
    this.#fields = placeFields(main, machine, this.#capacity)
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
    setWord(this.scratch.machine, this.#main.frame + frame.codes, this.#codes)
    if (this.#direct) this.#shareFrame(this.#direct.body)
    const known = this.#direct?.find(call) ?? 'none'
    if (known !== 'all') this.#findByHash(call, known)
    this.#main.run(call)
    for (const collect of this.#collects) {
      this.#shareFrame(collect.body)
      collect.take(call, this.#codes)
    }
  }

  #findByHash(call: Call, known: 'some' | 'none'): void {
    const before = this.#table.groups
    this.#shareFrame(this.#keys)
    if (known === 'some') this.#findUnknown(call)
    else {
      this.#keys.run(call)
      this.#table.find(this.#records, call.cells, this.#codes)
    }
    this.#direct?.learn(this.#table.kept, before, this.#table.groups)
    if (this.#table.groups > this.#capacity) this.#grow()
  }

  /** Only the cells that arithmetic did not find. */
  #findUnknown(call: Call): void {
    const { machine } = this.scratch
    setWord(machine, this.#keys.frame + frame.codes, this.#marks)
    this.#keys.run(call)
    const unknown = machine.kernel.mark_unknown(this.#codes, this.#marks, call.cells, noGroup.unknown.code)
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

  #grow(): void {
    const { machine } = this.scratch
    const { fields, nest } = this.#main.compiled
    const groups = this.#capacity
    while (this.#capacity < this.#table.groups) this.#capacity *= 2
    this.#fields = fields.map((field, k) => {
      const old = this.#fields[k] as number
      const grown = machine.allocate(this.#capacity * fieldBytes(field))
      machine.bytes.copyWithin(grown, old, old + groups * fieldBytes(field))
      initField(field, machine, grown, groups, this.#capacity)
      setWord(machine, this.#main.frame + fieldWord(nest.columns.length, k), grown)
      return grown
    })
  }

  partial(): PartialBody {
    const { groups: count, kept } = this.#table
    return this.division && count >= this.division.least ? this.#divided(this.division) : this.#whole(count, kept)
  }

  #divided(division: Division): PartialBody {
    const { machine } = this.scratch
    const { groups: count, kept: records } = this.#table
    const { fields } = this.#main.compiled
    const groups = { machine, count, records, fields, addresses: this.#fields, texts: this.texts }
    return { kind: 'divided', parts: divideGroups(groups, division) }
  }

  #whole(count: number, kept: number): PartialBody {
    const { buffer } = this.scratch.machine.memory
    const copy = (address: number, bytes: number) => buffer.slice(address, address + bytes) as ArrayBuffer
    const fields = this.#main.compiled.fields.map((field: Field, k) =>
      copy(this.#fields[k] as number, count * fieldBytes(field)),
    )
    const records = copy(kept, count * this.#width * 8)
    const values = this.texts.map((texts, key) => texts?.leave(records, this.#width, key))
    const collected = this.#collects.map((collect) => collect.partial(count))
    return { kind: 'hash', count, records, fields, values, collected }
  }
}
