/** The states of the groups of a task as records, one for each group: they grow with the groups, and leave as arrays. Called by `hash-reduce.ts`. */
import type { Machine } from '../kernel/machine.js'
import { type Field, fieldWord, type StateRecord } from '../model/nest.js'
import { type Body, fieldBytes, initialField, setWord } from './body.js'
import type { StatePlaces } from './divide.js'

export class GroupStates {
  readonly #record: StateRecord
  #address: number
  #capacity: number

  /** Room for so many groups at first. `body` is told where they are. */
  constructor(
    readonly body: Body,
    readonly machine: Machine,
    capacity: number,
  ) {
    const { record } = body.compiled
    if (!record) throw new TypeError('a body by ordinal has records')
    this.#record = record
    this.#address = this.#place(capacity, 0, 0)
    this.#capacity = capacity
  }

  /** Of each group. */
  get bytes(): number {
    return this.#record.bytes
  }

  /** Makes room for so many groups. */
  reserve(groups: number): void {
    if (groups <= this.#capacity) return
    const capacity = Math.max(groups, 2 * this.#capacity)
    this.#address = this.#place(capacity, this.#address, this.#capacity)
    this.#capacity = capacity
  }

  /** New records: those of another place first, all others as groups begin. */
  #place(capacity: number, from: number, known: number): number {
    const { machine, body } = this
    const { bytes } = this.#record
    const address = machine.allocate(capacity * bytes)
    machine.bytes.copyWithin(address, from, from + known * bytes)
    machine.bytes.set(this.#initial(), address + known * bytes)
    machine.kernel.fill(bytes, (capacity - known) * bytes, address + known * bytes)
    setWord(machine, body.frame + fieldWord(body.compiled.nest.columns.length, 0), address)
    return address
  }

  #initial(): Uint8Array {
    const record = new Uint8Array(this.#record.bytes)
    this.body.compiled.fields.forEach((field, k) => {
      const offset = this.#record.offsets[k]
      if (offset !== undefined) record.set(initialField(field, 1), offset)
    })
    return record
  }

  /** Where each field has the states of so many groups; may allocate. */
  places(groups: number): StatePlaces[] {
    const { machine, body } = this
    return body.compiled.fields.map((field, k): StatePlaces => {
      const offset = this.#record.offsets[k]
      if (offset !== undefined) return { address: this.#address + offset, step: this.#record.bytes }
      const address = machine.allocate(groups * fieldBytes(field))
      machine.bytes.set(initialField(field, groups), address)
      return { address, step: fieldBytes(field) }
    })
  }

  /** One array for each field, of so many groups. */
  arrays(groups: number): ArrayBuffer[] {
    const { machine, body } = this
    return body.compiled.fields.map((field: Field, k) => {
      const offset = this.#record.offsets[k]
      if (offset === undefined) return initialField(field, groups).buffer
      const mark = machine.mark()
      const bytes = fieldBytes(field)
      const to = machine.allocate(groups * bytes)
      machine.kernel.gather(this.#address + offset, this.#record.bytes, bytes, groups, to, bytes)
      const array = machine.memory.buffer.slice(to, to + groups * bytes) as ArrayBuffer
      machine.release(mark)
      return array
    })
  }
}
