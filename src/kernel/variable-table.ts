/** Numbers for texts of any length, in the order in which they are met: owns the slots and the pairs of the kernel's table, and grows them. */
import type { Utf8 } from '../model/vector.js'
import type { Machine } from './machine.js'

const pairBytes = 8
const slotBytes = 8
const slotsPerText = 2
const leastTexts = 64
const leastHeap = 4096

export interface VariableTable {
  readonly count: number
  /**
   * The numbers of `count` pairs (address, length) of texts: an i32 for each at `codes`, -1 for none. May allocate: a mark
   * taken before must not be released while the table is used.
   */
  find(pairs: number, count: number, codes: number): void
  /** Address of a word for each text, its hash. */
  hashes(): number
  /** Texts end to end: those listed by number, an empty one for each less than 0, else all from number `from` on. */
  lay(numbers: Int32Array | undefined, from?: number): Laid
}

export interface Laid extends Utf8 {
  readonly isAscii: boolean
}

/** `copies`: texts are kept in the table; else they stay where they were found, and must outlive it. `expected`: how many different ones there may be. */
export function createVariableTable(machine: Machine, copies: boolean, expected = 0): VariableTable {
  const { kernel } = machine
  /** Known, the most, the heap's next address and its end. */
  const state = machine.allocate(16)
  machine.bytes.fill(0, state, state + 16)
  const word = (at: number) => machine.view.getUint32(state + 4 * at, true)
  const setWord = (at: number, value: number) => machine.view.setUint32(state + 4 * at, value, true)
  let table = 0
  let slots = 0
  let kept = 0
  let heapBytes = 0

  function grow(texts: number): void {
    const before = { table, slots, kept, known: word(0) }
    slots = 2 ** Math.ceil(Math.log2(texts * slotsPerText))
    table = machine.allocate(slots * slotBytes)
    kernel.hash_rebuild(before.table, before.slots, table, slots)
    kept = machine.allocate((slots / slotsPerText) * pairBytes)
    machine.bytes.copyWithin(kept, before.kept, before.kept + before.known * pairBytes)
    setWord(1, slots / slotsPerText)
  }

  function growHeap(least: number): void {
    heapBytes = Math.max(leastHeap, 2 * heapBytes, least)
    const heap = machine.allocate(heapBytes)
    setWord(2, heap)
    setWord(3, heap + heapBytes)
  }

  grow(Math.max(leastTexts, expected))
  if (copies) growHeap(leastHeap)

  function listed(numbers: Int32Array): number {
    const [list, pairs] = [machine.allocate(numbers.length * 4), machine.allocate(numbers.length * pairBytes)]
    new Int32Array(machine.memory.buffer, list, numbers.length).set(numbers)
    kernel.pairs_listed(kept, list, numbers.length, pairs)
    return pairs
  }

  return {
    get count() {
      return word(0)
    },
    find(pairs, count, codes) {
      for (let done = 0; ; ) {
        done += kernel.find_variable(
          pairs + done * pairBytes,
          count - done,
          codes + done * 4,
          table,
          slots,
          kept,
          state,
        )
        if (done === count) return
        if (word(0) === word(1)) grow(2 * word(1))
        else growHeap(machine.view.getUint32(pairs + done * pairBytes + 4, true))
      }
    },
    hashes() {
      const hashes = machine.allocate(word(0) * 8)
      kernel.hash_variable(kept, word(0), hashes)
      return hashes
    },
    lay(numbers, from = 0) {
      const mark = machine.mark()
      const count = numbers ? numbers.length : word(0) - from
      const pairs = numbers ? listed(numbers) : kept + from * pairBytes
      const lengths = new Uint32Array(machine.memory.buffer, pairs, 2 * count)
      let total = 0
      for (let i = 1; i < lengths.length; i += 2) total += lengths[i] as number
      const [offsets, out] = [machine.allocate((count + 1) * 4), machine.allocate(total)]
      const isAscii = kernel.lay_variable(pairs, count, offsets, out) !== 0
      const laid = {
        isAscii,
        offsets: new Int32Array(machine.memory.buffer.slice(offsets, offsets + (count + 1) * 4)),
        bytes: machine.bytes.slice(out, out + total),
      }
      machine.release(mark)
      return laid
    },
  }
}
