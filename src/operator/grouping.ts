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
    for (let row = 0; row < length; row++) groups[row] = this.#findOne(keys.map((key) => valueAt(key, row)))
    return groups
  }

  #findOne(values: Value[]): number {
    const key = values.length === 1 ? (values[0] as Value) : identity(values)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(key, number)
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
