/** What only a look at one number after another tells of a chunk: whether they are sorted, and which there are. Called by `survey.ts`. */
import { hasValues, mostValues, setValues, valueWord, wordsPerEntry } from '../model/chunk-values.js'
import { sorted, word } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { Type, Value } from '../model/type.js'
import type { NumericArray, Vector } from '../model/vector.js'
import { allocateStored, storedCopier, unpack } from '../source/unpack.js'
import { cellBlocks } from './cell-blocks.js'

/** Looks at a block of cells; whether more are wanted. */
interface Look {
  take(block: Vector): boolean
}

/** Completes the record of a chunk, whose cells lie at `address`; the entry of its values where they are few. */
export function lookAtNumbers(
  { type, layout }: StoredColumn,
  buffer: ArrayBuffer,
  address: number,
  extents: readonly number[],
  record: BigInt64Array<ArrayBuffer>,
): BigInt64Array<ArrayBuffer> | undefined {
  const order = new Order(record)
  const values = hasValues(type) ? new FewValues(record, type) : undefined
  let looks: Look[] = [order, ...(values ? [values] : [])].filter(({ isDone }) => !isDone)
  const copy = storedCopier(layout.storage, buffer)
  for (const { address: at, step, count } of looks.length > 0 ? cellBlocks(layout.strides, extents, address) : []) {
    const stored = allocateStored(layout.storage, count)
    copy(at, step, count, 0, stored)
    const block = unpack(type, layout, stored)
    looks = looks.filter((look) => look.take(block))
    if (looks.length === 0) break
  }
  record[word.sorted] = BigInt(order.found)
  return values?.entry()
}

/** Of a record with a NULL or a NaN there is none. */
class Order implements Look {
  found: number
  #last: number | bigint | undefined

  constructor(record: BigInt64Array) {
    const isWhole = record[word.nulls] === 0n && record[word.nans] === 0n
    this.found = isWhole ? sorted.ascending | sorted.descending : 0
    this.isDone = !isWhole || record[word.constant] === 1n
  }

  readonly isDone: boolean

  take({ values, length }: Vector): boolean {
    const numbers = values as NumericArray
    let [isAscending, isDescending] = [(this.found & sorted.ascending) > 0, (this.found & sorted.descending) > 0]
    let last = this.#last ?? (numbers[0] as number | bigint)
    for (let i = 0; i < length && (isAscending || isDescending); i++) {
      const value = numbers[i] as number | bigint
      if (value < last) isAscending = false
      else if (value > last) isDescending = false
      last = value
    }
    this.#last = last
    this.found = (isAscending ? sorted.ascending : 0) | (isDescending ? sorted.descending : 0)
    return this.found > 0
  }
}

/** Of values that lie close to each other it is noted of each place whether one is there. */
const mostPlaces = 2 ** 16
const places = new Uint8Array(mostPlaces)

/** The different values, until they are too many. */
class FewValues implements Look {
  readonly isDone: boolean
  readonly #seen = new Set<number | bigint>()
  readonly #least: bigint
  readonly #isClose: boolean
  #last: number | bigint | undefined

  constructor(
    record: BigInt64Array,
    readonly type: Type,
  ) {
    const [min, max] = [record[word.min] as bigint, record[word.max] as bigint].map((value) =>
      this.#valueOf(value),
    ) as [bigint, bigint]
    const isNone = record[word.nulls] === record[word.cells]
    this.#least = min
    this.#isClose = max - min < mostPlaces
    // Both ends are there, and nothing is between them.
    this.isDone = isNone || max - min <= 1n
    if (this.isDone && !isNone) for (const value of [min, max]) this.#seen.add(this.#asNumber(value))
    if (this.#isClose) places.fill(0, 0, Number(max - min) + 1)
  }

  #valueOf(value: bigint): bigint {
    return this.type.kind === 'uint64' ? BigInt.asUintN(64, value) : value
  }

  #asNumber(value: bigint): number | bigint {
    return this.type.kind === 'int64' || this.type.kind === 'uint64' ? value : Number(value)
  }

  take({ values, length, valid }: Vector): boolean {
    const numbers = values as NumericArray
    if (this.#isClose && !(numbers instanceof BigInt64Array || numbers instanceof BigUint64Array)) {
      this.#takeClose(numbers, length, valid)
    } else this.#takeAny(numbers, length, valid)
    return this.#seen.size <= mostValues
  }

  #takeClose(numbers: Exclude<NumericArray, BigInt64Array | BigUint64Array>, length: number, valid?: Uint8Array): void {
    const least = Number(this.#least)
    for (let i = 0; i < length; i++) {
      if (valid && valid[i] === 0) continue
      const value = numbers[i] as number
      if (places[value - least] === 1) continue
      places[value - least] = 1
      this.#seen.add(value)
      if (this.#seen.size > mostValues) return
    }
  }

  #takeAny(numbers: NumericArray, length: number, valid?: Uint8Array): void {
    for (let i = 0; i < length; i++) {
      const value = numbers[i] as number | bigint
      if (value === this.#last || (valid && valid[i] === 0)) continue
      this.#last = value
      this.#seen.add(value)
      if (this.#seen.size > mostValues) return
    }
  }

  /** Its first words are those of its record. */
  entry(): BigInt64Array<ArrayBuffer> | undefined {
    if (this.#seen.size > mostValues) return undefined
    const entry = new BigInt64Array(wordsPerEntry(this.type))
    const ascending = [...this.#seen].sort((a, b) => (a < b ? -1 : 1))
    setValues(entry, ascending as Value[], this.type)
    entry[valueWord.extent] = 1n
    return entry
  }
}
