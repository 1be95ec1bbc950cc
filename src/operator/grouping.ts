/** Numbers for groups of equal keys, in the order in which they appear. Keys of any type; the interpreter's hash table. */
import type { Type, Value } from '../model/type.js'
import { keyOfValue } from '../model/value-key.js'
import { type Vector, valueAt, vectorOf } from '../model/vector.js'

/** Equal keys are those that GROUP BY puts together: NULLs are equal, NaNs are equal, -0 is 0. */
export class Grouping {
  /** Per key the number of each value. */
  readonly #values: readonly Map<Value, number>[]
  /** For each key after the first: from the number of the keys before it and that of its value to the number of both. */
  readonly #pairs: readonly Map<number, number>[]
  readonly #keys: Value[][]
  #count = 0

  constructor(readonly types: readonly Type[]) {
    this.#values = types.map(() => new Map())
    this.#pairs = types.slice(1).map(() => new Map())
    this.#keys = types.map(() => [])
  }

  get count(): number {
    return this.#count
  }

  /** The group of each row. Without keys all rows are group 0. */
  find(keys: readonly Vector[], length: number): Int32Array {
    const groups = new Int32Array(length)
    if (keys.length === 0 && length > 0) this.#count = 1
    keys.forEach((key, k) => {
      const last = k === keys.length - 1
      for (let row = 0; row < length; row++) {
        const value = numberOf(this.#values[k] as Map<Value, number>, keyOfValue(valueAt(key, row)))
        const pairs = this.#pairs[k - 1]
        const group = pairs ? numberOf(pairs, (groups[row] as number) * mostValues + value) : value
        groups[row] = group
        if (last && group >= this.#count) this.#add(keys, row, group)
      }
    })
    return groups
  }

  #add(keys: readonly Vector[], row: number, group: number): void {
    this.#count = group + 1
    keys.forEach((key, k) => {
      const value = valueAt(key, row)
      this.#keys[k]?.push(value === 0 ? 0 : value)
    })
  }

  /** The keys of all groups, one vector per key. */
  keys(): Vector[] {
    return this.types.map((type, k) => vectorOf(type, this.#keys[k] ?? []))
  }
}

/** More than a map can hold; the product of two such numbers is still whole in a double. */
const mostValues = 2 ** 25

/** The number of a value; the next one where it is new. */
function numberOf<T>(numbers: Map<T, number>, value: T): number {
  const known = numbers.get(value)
  if (known !== undefined) return known
  numbers.set(value, numbers.size)
  return numbers.size - 1
}
