/** GROUP BY keys that depend on cells, compiled: one body writes key records, the kernel numbers them, the other adds up. */
import { createHashTable, type HashTable } from '../kernel/hash-table.js'
import type { GridScan, LoopPlan, PartialBody } from '../model/job.js'
import { type Field, fieldWord, frame, keyWords } from '../model/nest.js'
import type { Call } from './axis.js'
import { type Body, fieldBytes, initField, placeFields, setWord } from './body.js'
import { runLoop } from './loop.js'
import { loopDims, type Piece } from './piece.js'
import type { Scratch } from './scratch.js'

/** Cells per call: the records of a call stay in the core's cache. */
const callCells = 8192
const firstGroups = 1024

export class HashReduce {
  readonly #table: HashTable
  readonly #width: number
  readonly #records: number
  readonly #codes: number
  #fields: number[]
  #capacity = firstGroups

  /** `keys` and `main` are bodies over the same columns; `main` takes group numbers by ordinal. */
  constructor(
    readonly scan: GridScan,
    readonly loops: LoopPlan,
    readonly keys: Body,
    readonly main: Body,
    readonly scratch: Scratch,
  ) {
    const { machine } = scratch
    const { sink } = keys.compiled.nest
    this.#width = keyWords(sink.kind === 'keys' ? sink.keys.length : 0)
    this.#records = machine.allocate(callCells * this.#width * 8)
    this.#codes = machine.allocate(callCells * 4)
    this.#table = createHashTable(machine, this.#width, firstGroups)
    this.#fields = placeFields(main, machine, firstGroups)
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
    runLoop(loop, this.scratch, this.keys.frame, (call) => this.#block(call))
  }

  #block(call: Call): void {
    const { machine } = this.scratch
    setWord(machine, this.keys.frame + frame.out, this.#records)
    setWord(machine, this.keys.frame + frame.codes, this.#codes)
    this.keys.run(call)
    this.#table.find(this.#records, call.cells, this.#codes)
    if (this.#table.groups > this.#capacity) this.#grow()
    this.#shareFrame()
    this.main.run(call)
  }

  /** Both bodies walk the same cells: rows, runs and columns are those of the keys. */
  #shareFrame(): void {
    const bytes = frame.columns + this.keys.compiled.nest.columns.length * 12
    const { bytes: memory } = this.scratch.machine
    memory.copyWithin(this.main.frame, this.keys.frame, this.keys.frame + bytes)
  }

  #grow(): void {
    const { machine } = this.scratch
    const { fields, nest } = this.main.compiled
    const groups = this.#capacity
    while (this.#capacity < this.#table.groups) this.#capacity *= 2
    this.#fields = fields.map((field, k) => {
      const old = this.#fields[k] as number
      const grown = machine.allocate(this.#capacity * fieldBytes(field))
      machine.bytes.copyWithin(grown, old, old + groups * fieldBytes(field))
      initField(field, machine, grown, groups, this.#capacity)
      setWord(machine, this.main.frame + fieldWord(nest.columns.length, k), grown)
      return grown
    })
  }

  partial(): PartialBody {
    const { buffer } = this.scratch.machine.memory
    const count = this.#table.groups
    const kept = this.#table.kept
    const copy = (address: number, bytes: number) => buffer.slice(address, address + bytes) as ArrayBuffer
    const fields = this.main.compiled.fields.map((field: Field, k) =>
      copy(this.#fields[k] as number, count * fieldBytes(field)),
    )
    return { kind: 'hash', count, records: copy(kept, count * this.#width * 8), fields }
  }
}
