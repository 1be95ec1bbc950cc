/** Numbers for texts of any length, made in the machine. Called by `execute` and `merge-hash.ts`. */
import type { Machine } from '../kernel/machine.js'
import { createVariableTable, type VariableTable } from '../kernel/variable-table.js'
import type { Value } from '../model/type.js'
import { textsIn, type Utf8 } from '../model/vector.js'
import { type KeyTexts, renumber } from './key-texts.js'
import { Scratch } from './scratch.js'

/** Behind the last text: the kernel reads whole words. */
const slackBytes = 8

export class VariableTexts implements KeyTexts {
  readonly #table: VariableTable
  /** What is entered. */
  readonly #entered: Scratch

  /** Lives as long as the mark that the machine had. `expected`: how many different ones there may be. */
  constructor(
    readonly machine: Machine,
    expected = 0,
  ) {
    this.#table = createVariableTable(machine, true, expected)
    this.#entered = new Scratch(machine)
  }

  get count(): number {
    return this.#table.count
  }

  enter({ offsets, bytes }: Utf8): Int32Array {
    const { machine } = this
    const count = offsets.length - 1
    const size = Math.ceil((bytes.length + slackBytes) / 8) * 8
    // In a place of its own, not behind a mark: the table may grow.
    const texts = this.#entered.reserve(size + count * 16 + 4)
    const [pairs, codes] = [texts + size, texts + size + count * 8]
    machine.bytes.set(bytes, texts)
    const starts = codes + count * 4
    new Int32Array(machine.memory.buffer, starts, count + 1).set(offsets)
    machine.kernel.pairs_within(starts, count, texts, pairs)
    this.#table.find(pairs, count, codes)
    return new Int32Array(machine.memory.buffer, codes, count)
  }

  leave(records: ArrayBuffer, width: number, key: number): Utf8 {
    const all = records.byteLength / (width * 8)
    // Where texts are few beside the records, most are in one.
    if (2 * this.count <= all) return this.#table.lay(undefined)
    const numbers = new Int32Array(this.count).fill(-1)
    const own = new Int32Array(all)
    let count = 0
    renumber(records, width, key, (old) => {
      if (numbers[old] === -1) {
        own[count] = old
        numbers[old] = count++
      }
      return numbers[old] as number
    })
    return this.#table.lay(own.subarray(0, count))
  }

  texts(from = 0): readonly Value[] {
    return textsIn(this.#table.lay(undefined, from))
  }

  packed(numbers: Int32Array): Utf8 {
    return this.#table.lay(numbers)
  }

  hashes(): number {
    return this.#table.hashes()
  }
}
