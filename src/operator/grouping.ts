/** Numbers for groups of equal keys, in the order in which they appear. Keys of any type; the interpreter's hash table. */
import type { Type, Value } from '../model/type.js'
import { type Vector, valueAt, vectorOf } from '../model/vector.js'

/** Equal keys are those that GROUP BY puts together: NULLs are equal, NaNs are equal, -0 is 0. */
export class Grouping {
  readonly #numbers = new Map<Value, number>()
  readonly #keys: Value[][]

  constructor(readonly types: readonly Type[]) {
    this.#keys = types.map(() => [])
  }

  get count(): number {
    return this.#numbers.size
  }

  /** The group of each row. Without keys all rows are group 0. */
  find(keys: readonly Vector[], length: number): Int32Array {
    const groups = new Int32Array(length)
    const [only] = keys
    if (only && keys.length === 1) {
      for (let row = 0; row < length; row++) {
        const value = valueAt(only, row)
        groups[row] = this.#numbers.get(value) ?? this.#add(value, [value])
      }
      return groups
    }
    for (let row = 0; row < length; row++) {
      const values = keys.map((key) => valueAt(key, row))
      const tuple = identity(values)
      groups[row] = this.#numbers.get(tuple) ?? this.#add(tuple, values)
    }
    return groups
  }

  #add(identifier: Value, values: readonly Value[]): number {
    const number = this.#numbers.size
    this.#numbers.set(identifier, number)
    values.forEach((value, k) => {
      this.#keys[k]?.push(value === 0 ? 0 : value)
    })
    return number
  }

  /** The keys of all groups, one vector per key. */
  keys(): Vector[] {
    return this.types.map((type, k) => vectorOf(type, this.#keys[k] ?? []))
  }
}

/** A text that is the same exactly for equal tuples of the same types: each part with its length. */
function identity(values: readonly Value[]): string {
  let text = ''
  for (const value of values) {
    const part = value === null ? 'null' : typeof value === 'string' ? `'${value}` : String(value)
    text += `${part.length}:${part}`
  }
  return text
}
