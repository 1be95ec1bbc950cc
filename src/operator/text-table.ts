/** Numbers for texts of a fixed size, made in the machine: each text is a key record of a hash table, its group is its number. */
import { createHashTable, type HashTable } from '../kernel/hash-table.js'
import type { Machine } from '../kernel/machine.js'
import { type GridScan, type KeySpace, type PackedTexts, rangeTotal } from '../model/job.js'
import type { Form } from '../model/schema.js'
import { decoderOf, encodeText, type TextEncoding } from '../model/stored-text.js'
import type { Value } from '../model/type.js'
import type { Utf8 } from '../model/vector.js'
import { type KeyTexts, renumber } from './key-texts.js'
import { packTexts } from './pack-texts.js'
import { Scratch } from './scratch.js'
import { mostPositions, TextPlaces } from './text-places.js'

/** Bytes of records that are written before they are looked up: they stay in the core's first cache. */
const blockBytes = 16384

export type TextForm = Extract<Form, { kind: 'text' }>

export class TextTable implements KeyTexts {
  readonly #table: HashTable
  readonly #records: Scratch
  /** What a partial brings. */
  readonly #entered: Scratch
  readonly #block: number
  /** Absent where texts are too long. */
  readonly #places: TextPlaces | undefined

  /** `words`: 64-bit words of a text. Lives as long as the mark that the machine had. */
  constructor(
    readonly machine: Machine,
    readonly encoding: TextEncoding,
    readonly words: number,
    /** How many different ones there may be, for the room at first. */
    expected = 0,
  ) {
    this.#table = createHashTable(machine, words, expected)
    this.#records = new Scratch(machine)
    this.#entered = new Scratch(machine)
    this.#block = Math.max(1, Math.floor(blockBytes / (words * 8)))
    this.#places = words * 8 <= mostPositions ? new TextPlaces(machine, words) : undefined
  }

  get count(): number {
    return this.#table.groups
  }

  /** Address of the texts by number, padded to whole words; another one after the table has grown. */
  get kept(): number {
    return this.#table.kept
  }

  /** Numbers `count` cells, `step` bytes apart: an i32 for each at `codes`. */
  number(cells: number, step: number, size: number, count: number, codes: number): void {
    for (let done = 0; done < count; done += this.#block) {
      const some = Math.min(this.#block, count - done)
      this.#numberBlock(cells + done * step, step, size, some, codes + done * 4)
    }
  }

  #numberBlock(cells: number, step: number, size: number, count: number, codes: number): void {
    const { kernel } = this.machine
    const records = this.#records.reserve(this.#block * this.words * 8)
    const places = this.#places?.isUsable ? this.#places : undefined
    const before = this.#table.groups
    if (places?.find(cells, step, size, count, codes)) {
      // The records are not needed: their room takes the list of new texts, two words for each.
      const more = places.number(codes, count, before, records) - before
      if (more > 0) this.#append(cells, step, size, more, records)
    } else {
      kernel.pad_texts(cells, step, size, count, records, codes)
      this.#table.find(records, count, codes)
      places?.learn(this.#table.kept, before, this.#table.groups)
    }
  }

  /** Takes in new texts, whose cells are listed. */
  #append(cells: number, step: number, size: number, count: number, listed: number): void {
    const table = this.#table
    table.reserve(count)
    const behind = table.kept + table.groups * this.words * 8
    this.machine.kernel.keep_texts(cells, step, size, count, listed, behind)
    table.append(count)
  }

  /** The number of one text, entered where it is new; undefined where it is longer than a cell. */
  numberOf(text: string, size: number): number | undefined {
    const bytes = encodeText(text, this.encoding)
    if (bytes.length > size) return undefined
    const { machine } = this
    const record = machine.allocate(this.words * 8)
    const code = machine.allocate(4)
    machine.bytes.fill(0, record, record + this.words * 8).set(bytes, record)
    machine.view.setInt32(code, 0, true)
    this.#table.find(record, 1, code)
    return machine.view.getInt32(code, true)
  }

  leave(records: ArrayBuffer, width: number, key: number): PackedTexts {
    const { words, encoding } = this
    const { groups, kept } = this.#table
    const whole = this.machine.memory.buffer.slice(kept, kept + groups * words * 8) as ArrayBuffer
    if (groups * width * 8 <= 2 * records.byteLength) return { words, encoding, bytes: whole }
    return { words, encoding, bytes: compact(whole, words, records, width, key) }
  }

  enter({ bytes }: PackedTexts): Int32Array {
    const { machine } = this
    const count = bytes.byteLength / (this.words * 8)
    // In a place of its own, not behind a mark: the table may grow.
    const cells = this.#entered.reserve(bytes.byteLength + count * 4)
    const codes = cells + bytes.byteLength
    machine.bytes.set(new Uint8Array(bytes), cells)
    this.number(cells, this.words * 8, this.words * 8, count, codes)
    return new Int32Array(machine.memory.buffer, codes, count)
  }

  texts(from = 0): readonly Value[] {
    const { groups, kept } = this.#table
    const decode = decoderOf(this.encoding)
    const { bytes } = this.machine
    const size = this.words * 8
    return Array.from({ length: groups - from }, (_, i) => {
      const at = kept + (from + i) * size
      return decode(bytes.subarray(at, at + size))
    })
  }

  packed(numbers: Int32Array): Utf8 {
    const { machine, words, encoding } = this
    const mark = machine.mark()
    const [list, texts] = [machine.allocate(numbers.length * 4), machine.allocate(numbers.length * words * 8)]
    new Int32Array(machine.memory.buffer, list, numbers.length).set(numbers)
    machine.kernel.list_texts(this.kept, words, list, numbers.length, texts)
    const packed = packTexts(machine, { texts, step: words * 8, words, encoding }, numbers.length)
    machine.release(mark)
    return packed
  }

  hashes(): number {
    const { groups, kept } = this.#table
    const hashes = this.machine.allocate(groups * 8)
    this.machine.kernel.hash_texts(kept, this.words, groups, hashes)
    return hashes
  }
}

/** Whether groups are the texts of one column: each text that is met has a row, and none is NULL. Then its number is that of its group. */
export function textsAreGroups({ dims, columns, selection, predicate }: GridScan, keys: KeySpace): boolean {
  if (keys.kind !== 'hash' || keys.dims.length > 0 || predicate) return false
  const [only, ...others] = keys.keys
  if (others.length > 0 || only?.expression.kind !== 'column' || !only.coded) return false
  const id = only.expression.column
  const column = columns.find((each) => each.id === id)
  const form = column?.kind === 'stored' ? column.layout.form : undefined
  const isWhole = selection.every((ranges, dim) => rangeTotal(ranges) === dims[dim]?.size)
  return form?.kind === 'text' && form.missing.length === 0 && isWhole
}

export function wordsOf({ size }: TextForm): number {
  return Math.ceil(size / 8)
}

/** Only the texts that the records have, numbered anew. */
function compact(texts: ArrayBuffer, words: number, records: ArrayBuffer, width: number, key: number): ArrayBuffer {
  const from = new BigInt64Array(texts)
  const numbers = new Int32Array(from.length / words).fill(-1)
  const to = new BigInt64Array((records.byteLength / (width * 8)) * words)
  let count = 0
  renumber(records, width, key, (old) => {
    if (numbers[old] === -1) {
      to.set(from.subarray(old * words, (old + 1) * words), count * words)
      numbers[old] = count++
    }
    return numbers[old] as number
  })
  return to.buffer.slice(0, count * words * 8)
}
