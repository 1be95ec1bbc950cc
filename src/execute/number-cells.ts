/** What only a look at one number after another tells of a chunk: whether they are sorted, and which there are. Called by `survey.ts`. */
import type { Machine } from '../kernel/machine.js'
import { hasValues, mostValues, setValues, valueWord, wordsPerEntry } from '../model/chunk-values.js'
import type { Layout, Storage } from '../model/schema.js'
import { sorted, word } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { Type } from '../model/type.js'
import { allocateStored, storedCopier } from '../source/unpack.js'
import { type CellBlock, cellBlocks } from './cell-blocks.js'

/** In the order of src/kernel/assembly/look.ts. */
const storages: readonly Storage[] = ['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f4', 'f8']

/** Numbers as they are stored, one block after another. */
interface Cells {
  readonly machine: Machine
  readonly layout: Layout
  readonly type: number
  blocks(): Iterable<CellBlock>
}

/** Completes the record of a chunk, whose cells lie at `address`; the entry of its values where they are few. */
export function lookAtNumbers(
  { type, layout }: StoredColumn,
  machine: Machine,
  address: number,
  extents: readonly number[],
  record: BigInt64Array<ArrayBuffer>,
): BigInt64Array<ArrayBuffer> | undefined {
  const blocks = () => cellBlocks(layout.strides, extents, address)
  const cells = { machine, layout, type: storages.indexOf(layout.storage), blocks }
  record[word.sorted] = BigInt(orderOf(cells, record))
  const values = hasValues(type) && layout.unpack.kind === 'none' ? fewValues(cells, record) : undefined
  return values && entryOf(values, type)
}

const both = sorted.ascending | sorted.descending

/** Of a chunk with a NULL or a NaN there is none. */
function orderOf(cells: Cells, record: BigInt64Array): number {
  if (record[word.nulls] !== 0n || record[word.nans] !== 0n) return 0
  if (record[word.constant] === 1n) return both
  const { unpack } = cells.layout
  switch (unpack.kind) {
    case 'none':
      return storedOrder(cells)
    case 'scale':
      return unpack.scale < 0 ? turned(storedOrder(cells)) : storedOrder(cells)
    case 'time':
      return unpack.step > 0 ? timeOrder(cells, unpack.step, unpack.epoch) : 0
    case 'months':
      return 0
    default:
      return unpack satisfies never
  }
}

function turned(order: number): number {
  return (order & sorted.ascending ? sorted.descending : 0) | (order & sorted.descending ? sorted.ascending : 0)
}

function storedOrder({ machine, type, blocks }: Cells): number {
  let order: number = both
  let before: number | undefined
  for (const { address, step, count } of blocks()) {
    order = machine.kernel.order_numbers(type, address, step, count, before ?? address, order)
    if (order === 0) break
    before = address + (count - 1) * step
  }
  return order
}

/** Times that would lie outside of 64 bits come round at the other end. */
function timeOrder(cells: Cells, step: number, epoch: bigint): number {
  const order = storedOrder(cells)
  if (order === 0) return 0
  const ends = allocateStored(cells.layout.storage, 2)
  const copy = storedCopier(cells.layout.storage, cells.machine.memory.buffer)
  const all = [...cells.blocks()]
  const [first, last] = [all[0], all.at(-1)] as [CellBlock, CellBlock]
  copy(first.address, 0, 1, 0, ends)
  copy(last.address + (last.count - 1) * last.step, 0, 1, 1, ends)
  const isFar = [...ends].some((end) => Math.abs(Number(end)) * step + Math.abs(Number(epoch)) > 2 ** 62)
  return isFar ? 0 : order
}

/** A table of the kernel: numbers, then a byte for each. */
const places = 128
/** Of values that lie so close to each other each has a byte of its own. */
const mostMarks = 2 ** 16

/** The different integers of a chunk; undefined where they are too many. */
function fewValues(cells: Cells, record: BigInt64Array): readonly bigint[] | undefined {
  const { machine, layout } = cells
  const [min, max] = [record[word.min] as bigint, record[word.max] as bigint]
  if (record[word.nulls] === record[word.cells]) return []
  const range = BigInt.asUintN(64, max - min)
  // Both ends are there, and nothing is between them.
  if (range <= 1n) return range === 0n ? [min] : [min, max]
  // Values that mean missing may lie among the others: they are taken out again.
  const missing = layout.missing.filter((value) => typeof value === 'bigint' || Number.isInteger(value))
  const absent = new Set(missing.map((value) => BigInt.asIntN(64, BigInt(value))))
  const most = mostValues + absent.size
  if (most >= places / 2) return undefined
  const mark = machine.mark()
  const found = range < mostMarks ? markAll(cells, min, range, most) : enterAll(cells, min, range, most)
  machine.release(mark)
  const values = found?.filter((value) => !absent.has(value))
  return values && values.length <= mostValues ? values : undefined
}

function markAll({ machine, type, blocks }: Cells, least: bigint, range: bigint, most: number): bigint[] | undefined {
  const length = Number(range) + 1
  const marks = machine.allocate(length)
  machine.bytes.fill(0, marks, marks + length)
  let known = 0
  for (const { address, step, count } of blocks()) {
    known = machine.kernel.mark_numbers(type, address, step, count, least, range, marks, known, most)
    if (known > most) return undefined
  }
  const found: bigint[] = []
  new Uint8Array(machine.memory.buffer, marks, length).forEach((mark, i) => {
    if (mark === 1) found.push(BigInt.asIntN(64, least + BigInt(i)))
  })
  return found
}

function enterAll({ machine, type, blocks }: Cells, least: bigint, range: bigint, most: number): bigint[] | undefined {
  const table = machine.allocate(9 * places)
  machine.bytes.fill(0, table, table + 9 * places)
  let known = 0
  for (const { address, step, count } of blocks()) {
    known = machine.kernel.enter_numbers(type, address, step, count, least, range, table, known, most)
    if (known > most) return undefined
  }
  const numbers = new BigInt64Array(machine.memory.buffer, table, places)
  const taken = new Uint8Array(machine.memory.buffer, table + 8 * places, places)
  return [...numbers.filter((_, i) => taken[i] === 1)]
}

/** Its first words are those of its record. */
function entryOf(values: readonly bigint[], type: Type): BigInt64Array<ArrayBuffer> {
  const entry = new BigInt64Array(wordsPerEntry(type))
  const all = type.kind === 'uint64' ? values.map((value) => BigInt.asUintN(64, value)) : values
  setValues(
    entry,
    all.toSorted((a, b) => (a < b ? -1 : 1)),
    type,
  )
  entry[valueWord.extent] = 1n
  return entry
}
