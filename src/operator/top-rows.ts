/** The first rows of an order, kept while rows stream by: what cannot be among them is passed over unsorted. Called for ORDER BY with LIMIT. */
import { interpret } from '../function/interpret.js'
import type { Registry } from '../function/registry.js'
import type { SortKey } from '../model/plan.js'
import { concat, slice, type Vector } from '../model/vector.js'
import { columnOf, concatRows, type Rows, takeRows } from './rows.js'
import { compareRows, sortRows } from './sort.js'

/** Rows beyond the limit that wait for a sort, at least: sorting after every few rows would cost more than it saves. */
const leastWaiting = 8192

export class TopRows {
  #kept: Rows[] = []
  #count = 0
  /** The first key of the last row that would be among the first, once there are enough; one row. */
  #bound: Vector | undefined

  constructor(
    readonly keys: readonly SortKey[],
    readonly limit: number,
    readonly registry: Registry,
  ) {}

  consume(rows: Rows): void {
    const passed = this.promising(rows)
    const kept = passed ? takeRows(rows, passed) : rows
    if (kept.length === 0) return
    this.#kept.push(kept)
    this.#count += kept.length
    if (this.#count >= this.limit + Math.max(this.limit, leastWaiting)) this.#cut()
  }

  /** In order; undefined where no row came. */
  result(): Rows | undefined {
    this.#cut()
    return this.#kept[0]
  }

  /** Rows come in their order, so that those kept stay before later ones of equal keys. */
  #cut(): void {
    const all = concatRows(this.#kept)
    if (!all) return
    const best = sortRows(all, this.keys, this.limit, this.registry)
    this.#kept = [best]
    this.#count = best.length
    const key = this.#firstKey(best)
    if (key && best.length === this.limit && this.limit > 0) this.#bound = slice(key, this.limit - 1, this.limit)
  }

  #firstKey(rows: Rows): Vector | undefined {
    const [key] = this.keys
    return key && interpret(key.expression, columnOf(rows), rows.length, this.registry)
  }

  /** Positions of rows that may still be among the first, by their first key; undefined where all may. Only the columns of that key are read. */
  promising(rows: Rows): Int32Array | undefined {
    const bound = this.#bound
    if (!bound) return undefined
    const key = this.#firstKey(rows) as Vector
    const compare = compareRows(concat(key.type, [bound, key]), this.keys[0] as SortKey)
    const found = new Int32Array(rows.length)
    let count = 0
    for (let row = 0; row < rows.length; row++) if (compare(row + 1, 0) <= 0) found[count++] = row
    return found.subarray(0, count)
  }
}
