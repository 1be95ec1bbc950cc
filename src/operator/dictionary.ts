/** Numbers for texts, in the order in which they are met: what compiled bodies see of keys that are texts. */
import { ChunkQLError } from '../model/error.js'
import type { PackedTexts } from '../model/job.js'
import type { Value } from '../model/type.js'

/** What the numbers of a coded key stand for: in a task, and where partials are merged. */
export interface KeyTexts {
  /** The texts that key records have: what a partial takes along. May change the numbers in the records, in place. */
  leave(records: ArrayBuffer, width: number, key: number): readonly Value[] | PackedTexts
  /** Takes in what a partial brings: the number of each, valid until the machine's memory grows. */
  enter(texts: readonly Value[] | PackedTexts): ArrayLike<number>
  /** How many texts have a number. */
  readonly count: number
  /** The texts by number, from one on. */
  texts(from?: number): readonly Value[]
}

/** Bytes that an entry takes beside its text, about: a place in the map, one in the list, the head of a string. */
const entryBytes = 64

export class Dictionary implements KeyTexts {
  readonly #numbers = new Map<Value, number>()
  readonly values: Value[] = []
  #bytes = 0

  /** `memory`: bytes that the texts may take. Throws ChunkQLError('memory') past them. */
  constructor(readonly memory: number) {}

  numberOf(value: Value): number {
    const known = this.#numbers.get(value)
    if (known !== undefined) return known
    this.#bytes += entryBytes + (typeof value === 'string' ? 2 * value.length : 0)
    if (this.#bytes > this.memory) throw this.#tooMany()
    this.#numbers.set(value, this.values.length)
    return this.values.push(value) - 1
  }

  leave(records: ArrayBuffer, width: number, key: number): readonly Value[] {
    const own = new Map<number, number>()
    renumber(records, width, key, (old) => {
      const known = own.get(old)
      if (known !== undefined) return known
      own.set(old, own.size)
      return own.size - 1
    })
    return [...own.keys()].map((number) => this.values[number] as Value)
  }

  enter(texts: readonly Value[]): readonly number[] {
    return texts.map((text) => this.numberOf(text))
  }

  get count(): number {
    return this.values.length
  }

  texts(from = 0): readonly Value[] {
    return from === 0 ? this.values : this.values.slice(from)
  }

  #tooMany(): ChunkQLError {
    const [taken, limit] = [Math.ceil(this.#bytes / 1e6), Math.floor(this.memory / 1e6)]
    const message = `${this.values.length} different texts of a group key take ${taken} MB, the limit is ${limit} MB`
    return new ChunkQLError('memory', message, { hint: 'raise it with SET memory_limit, or filter more narrowly' })
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
