/** Numbers for texts, in the order in which they are met: what compiled bodies see of keys that are texts. */
import type { Value } from '../model/type.js'

export class Dictionary {
  readonly #numbers = new Map<Value, number>()
  readonly values: Value[] = []

  numberOf(value: Value): number {
    const known = this.#numbers.get(value)
    if (known !== undefined) return known
    this.#numbers.set(value, this.values.length)
    return this.values.push(value) - 1
  }
}

/** Changes the numbers of one key in key records of `width` words to those of another dictionary, in place; 32 bits are enough for them. */
export function renumber(records: ArrayBuffer, width: number, key: number, number: (old: number) => number): void {
  const words = new Int32Array(records)
  const [nulls, mask] = [key >> 5, 1 << (key & 31)]
  for (let record = 0; record < words.length; record += 2 * width) {
    if (((words[record + nulls] as number) & mask) !== 0) continue
    const at = record + 2 * (1 + key)
    words[at] = number(words[at] as number)
  }
}
