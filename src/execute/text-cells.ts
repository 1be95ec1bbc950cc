/** What is known of the texts of a chunk: a record, and an entry with its ends and, where they are few, all of them. Called by `survey.ts`. */
import { compareText } from '../function/order.js'
import type { Machine } from '../kernel/machine.js'
import { end, mostValues, setTextEnd, setValues, valueWord, wordsPerEntry } from '../model/chunk-values.js'
import { cellCount } from '../model/schema.js'
import { sorted, word, wordsPerRecord } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { Value } from '../model/type.js'
import { type TextForm, TextTable, wordsOf } from '../operator/text-table.js'
import { numberReader } from '../source/objects.js'
import { type CellBlock, cellBlocks, mostCells } from './cell-blocks.js'

export interface TextFacts {
  readonly record: BigInt64Array<ArrayBuffer>
  readonly entry: BigInt64Array<ArrayBuffer>
}

/** `kept`: the values that the source keeps for the chunk. Throws ChunkQLError('unsupported') where cells are no texts. */
export function measureTexts(
  column: StoredColumn,
  machine: Machine,
  address: number,
  extents: readonly number[],
  kept: readonly Value[] | undefined,
): TextFacts {
  const record = new BigInt64Array(wordsPerRecord)
  const entry = new BigInt64Array(wordsPerEntry(column.type))
  const { texts, nulls, order } = readTexts(column, machine, address, extents, kept)
  record[word.cells] = BigInt(cellCount(extents))
  record[word.nulls] = BigInt(nulls)
  record[word.constant] = BigInt(nulls === 0 && texts.size === 1)
  record[word.sorted] = BigInt(order)
  const { least, greatest } = endsOf(texts)
  record[word.min] = least === undefined ? end.unknown : setTextEnd(entry, least, 'min')
  record[word.max] = greatest === undefined ? end.unknown : setTextEnd(entry, greatest, 'max')
  if (texts.size <= mostValues) setValues(entry, [...texts].sort(compareText), column.type)
  entry[valueWord.extent] = 1n
  return { record, entry }
}

interface Texts {
  readonly texts: ReadonlySet<string>
  readonly nulls: number
  readonly order: number
}

function readTexts(
  column: StoredColumn,
  machine: Machine,
  address: number,
  extents: readonly number[],
  kept: readonly Value[] | undefined,
): Texts {
  const mark = machine.mark()
  try {
    const numbering = numberingOf(column, machine, kept)
    return lookAtTexts(numbering, cellBlocks(column.layout.strides, extents, address))
  } finally {
    machine.release(mark)
  }
}

/** Texts by number, in the order in which they are met, or about. */
interface Numbering {
  readonly texts: readonly Value[]
  /** The numbers of some cells, valid until the next call. */
  number(block: CellBlock): Int32Array
}

function numberingOf({ layout }: StoredColumn, machine: Machine, kept: readonly Value[] | undefined): Numbering {
  const { form } = layout
  if (!form) throw new TypeError('texts without a form')
  if (form.kind === 'text') return fixedNumbering(form, machine)
  const texts: Value[] = []
  const read = numberReader(form, machine.memory.buffer, kept, texts, Number.POSITIVE_INFINITY)
  if (!read) throw new TypeError('texts that nothing numbers')
  return {
    texts,
    number({ address, step, count }) {
      const numbers = new Int32Array(count)
      read(address, step, count, 0, numbers)
      return numbers
    },
  }
}

/** Until the machine's mark is released. */
function fixedNumbering(form: TextForm, machine: Machine): Numbering {
  const { encoding, size, missing } = form
  const table = new TextTable(machine, encoding, wordsOf(form))
  const codes = machine.allocate(4 * mostCells)
  const texts: Value[] = []
  return {
    texts,
    number({ address, step, count }) {
      table.number(address, step, size, count, codes)
      for (const text of table.count > texts.length ? table.texts(texts.length) : []) {
        texts.push(missing.includes(text as string) ? null : text)
      }
      return new Int32Array(machine.memory.buffer, codes, count)
    },
  }
}

function lookAtTexts({ texts, number: numberCells }: Numbering, blocks: Iterable<CellBlock>): Texts {
  const met: boolean[] = []
  const order = new TextOrder()
  let nulls = 0
  let last = -1
  for (const block of blocks) {
    const numbers = numberCells(block)
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] as number
      if (number !== last) {
        last = number
        met[number] = true
        order.take(texts[number] as string | null)
      }
      if (texts[number] === null) nulls++
    }
  }
  const all = new Set(texts.filter((text, number): text is string => text !== null && met[number] === true))
  return { texts: all, nulls, order: order.found }
}

/** Text that differs from the one before it comes after it, or before it. */
class TextOrder {
  found: number = sorted.ascending | sorted.descending
  #last: string | undefined

  take(text: string | null): void {
    if (this.found === 0) return
    if (text === null) this.found = 0
    else {
      const order = this.#last === undefined ? 0 : compareText(this.#last, text)
      if (order > 0) this.found &= ~sorted.ascending
      if (order < 0) this.found &= ~sorted.descending
      this.#last = text
    }
  }
}

function endsOf(texts: Iterable<string>): {
  readonly least?: string | undefined
  readonly greatest?: string | undefined
} {
  let least: string | undefined
  let greatest: string | undefined
  for (const text of texts) {
    if (least === undefined || compareText(text, least) < 0) least = text
    if (greatest === undefined || compareText(text, greatest) > 0) greatest = text
  }
  return { least, greatest }
}
