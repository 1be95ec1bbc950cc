/** A buffer in a machine's memory that grows and is used again: for tables of loops and records of keys. Nothing in it outlives the next `reserve`. */
import type { Machine } from '../kernel/machine.js'

export class Scratch {
  #address = 0
  #capacity = 0

  constructor(readonly machine: Machine) {}

  /** An address with room for so many bytes; what was there stays where it was. Not given back by marks set after the first call: reserve before marking. */
  reserve(bytes: number): number {
    if (bytes > this.#capacity) {
      this.#capacity = Math.max(4096, 2 * bytes)
      this.#address = this.machine.allocate(this.#capacity)
    }
    return this.#address
  }
}
