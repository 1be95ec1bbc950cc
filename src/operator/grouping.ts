/** Numbers for groups of equal keys, in the order in which they appear. Keys of any type; the interpreter's hash table. */
import type { Type, Value } from '../model/type.js'
import { keyOfValue } from '../model/value-key.js'
import { type Coded, type Vector, valueAt, vectorOf } from '../model/vector.js'

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
    const [only] = keys
    if (only?.coded && keys.length === 1) return this.#findCoded(only, only.coded, length)
    const groups = new Int32Array(length)
    if (keys.length === 0 && length > 0) this.#count = 1
    keys.forEach((key, k) => {
      const last = k === keys.length - 1
      const numberAt = numbersOf(this.#values[k] as Map<Value, number>, key)
      for (let row = 0; row < length; row++) {
        const value = numberAt(row)
        const pairs = this.#pairs[k - 1]
        const group = pairs ? numberOf(pairs, (groups[row] as number) * mostValues + value) : value
        groups[row] = group
        if (last && group >= this.#count) this.#add(keys, row, group)
      }
    })
    return groups
  }

  /** One key by number: the number of its value is that of the group, and is looked up once. */
  #findCoded(key: Vector, { numbers, values }: Coded, length: number): Int32Array {
    const groups = new Int32Array(length)
    const known = new Int32Array(values.length).fill(-1)
    for (let row = 0; row < length; row++) {
      const code = numbers[row] as number
      let group = known[code] as number
      if (group < 0) {
        group = numberOf(this.#values[0] as Map<Value, number>, keyOfValue(values[code] ?? null))
        known[code] = group
        if (group >= this.#count) this.#add([key], row, group)
      }
      groups[row] = group
    }
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

/** The number of the value in each row; where values repeat by number each is looked up once. */
function numbersOf(numbers: Map<Value, number>, key: Vector): (row: number) => number {
  const { coded } = key
  if (!coded) return (row) => numberOf(numbers, keyOfValue(valueAt(key, row)))
  const known = new Int32Array(coded.values.length).fill(-1)
  return (row) => {
    const code = coded.numbers[row] as number
    if ((known[code] as number) < 0) known[code] = numberOf(numbers, keyOfValue(coded.values[code] ?? null))
    return known[code] as number
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
