/** What is known of the texts of a chunk: a record, and an entry with its ends and, where they are few, all of them. Called by `survey.ts`. */
import { compareText } from '../function/order.js'
import { end, mostValues, setTextEnd, setValues, valueWord, wordsPerEntry } from '../model/chunk-values.js'
import { cellCount } from '../model/schema.js'
import { sorted, word, wordsPerRecord } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { Value } from '../model/type.js'
import { numbersOf } from '../source/objects.js'
import { cellBlocks } from './cell-blocks.js'

export interface TextFacts {
  readonly record: BigInt64Array<ArrayBuffer>
  readonly entry: BigInt64Array<ArrayBuffer>
}

/** `kept`: the values that the source keeps for the chunk. Throws ChunkQLError('unsupported') where cells are no texts. */
export function measureTexts(
  column: StoredColumn,
  buffer: ArrayBuffer,
  address: number,
  extents: readonly number[],
  kept: readonly Value[] | undefined,
): TextFacts {
  const record = new BigInt64Array(wordsPerRecord)
  const entry = new BigInt64Array(wordsPerEntry(column.type))
  const { texts, nulls, order } = readTexts(column, buffer, address, extents, kept)
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
  { type, layout }: StoredColumn,
  buffer: ArrayBuffer,
  address: number,
  extents: readonly number[],
  kept: readonly Value[] | undefined,
): Texts {
  const { form, strides } = layout
  if (!form) throw new TypeError('texts without a form')
  const values: Value[] = []
  const read = numbersOf(form, type, buffer, kept, values)
  /** By number: which were met. */
  const met: boolean[] = []
  const order = new TextOrder()
  let nulls = 0
  for (const { address: at, step, count } of cellBlocks(strides, extents, address)) {
    const numbers = new Int32Array(count)
    read(at, step, count, 0, numbers)
    let last = -1
    for (let i = 0; i < count; i++) {
      const number = numbers[i] as number
      if (values[number] === null) nulls++
      if (number === last) continue
      last = number
      met[number] = true
      order.take(values[number] as string | null)
    }
  }
  const texts = new Set(values.filter((text, number): text is string => text !== null && met[number] === true))
  return { texts, nulls, order: nulls > 0 ? 0 : order.found }
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
