/** Numbers for texts, in the order in which they are met: what compiled bodies see of keys that are texts. */
import type { PackedTexts } from '../model/job.js'
import type { Value } from '../model/type.js'
import type { Utf8 } from '../model/vector.js'

/** What the numbers of a coded key stand for: in a task, and where partials are merged. */
export interface KeyTexts {
  /** The texts that key records have: what a partial takes along. May change the numbers in the records, in place. */
  leave(records: ArrayBuffer, width: number, key: number): PackedTexts | Utf8
  /** Takes in what a partial brings: the number of each, valid until the machine's memory grows. */
  enter(texts: PackedTexts | Utf8): ArrayLike<number>
  /** How many texts have a number. */
  readonly count: number
  /** The texts by number, from one on. */
  texts(from?: number): readonly Value[]
  /** The texts of these numbers, an empty one for each less than 0. */
  packed(numbers: Int32Array): Utf8
  /** Address of a word for each text, which is the same in all tasks; allocates. */
  hashes(): number
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
