/** The last step of a hash reduction: the groups of all partials in one table, and their keys as vectors. */
import { createHashTable, type HashTable } from '../kernel/hash-table.js'
import type { DimensionCodes, KeySpace, PartialBody } from '../model/job.js'
import { keyWords } from '../model/nest.js'
import type { NamedAggregate, NamedExpression } from '../model/plan.js'
import type { Type } from '../model/type.js'
import { allocate, type NumericArray, take, type Vector } from '../model/vector.js'
import type { Rows } from './rows.js'
import type { StateArrays } from './state-arrays.js'

type HashKeys = Extract<KeySpace, { kind: 'hash' }>

export class MergeHash {
  readonly #width: number
  readonly #table: HashTable

  constructor(
    readonly states: StateArrays,
    readonly keys: HashKeys,
  ) {
    this.#width = keyWords(keys.keys.length + keys.dims.length)
    this.#table = createHashTable(states.machine, this.#width, 1024)
  }

  /** In task order. Nothing is given back: table and states grow while a partial is in memory. */
  absorb(partial: Extract<PartialBody, { kind: 'hash' }>): void {
    const { machine } = this.states
    const placed = this.states.place(partial.fields)
    const [records] = this.states.place([partial.records]) as [number]
    const codes = machine.allocate(partial.count * 4)
    machine.bytes.fill(0, codes, codes + partial.count * 4)
    this.#table.find(records, partial.count, codes)
    this.states.reserve(this.#table.groups)
    this.states.combine(placed, 0, 0, partial.count, codes)
  }

  result(keys: readonly NamedExpression[], aggregates: readonly NamedAggregate[]): Rows {
    const count = this.#table.groups
    const groups = Int32Array.from({ length: count }, (_, group) => group)
    const columns = new Map(this.states.results(groups, aggregates))
    this.keys.keys.forEach(({ key, expression }, k) => {
      columns.set((keys[key] as NamedExpression).id, this.#key(k, expression.type, count))
    })
    this.keys.dims.forEach((dim: DimensionCodes, d) => {
      const codes = this.#words(this.keys.keys.length + d, count)
      for (const { key, values } of dim.keys) {
        columns.set((keys[key] as NamedExpression).id, take(values, Int32Array.from(codes, Number)))
      }
    })
    return { length: count, columns }
  }

  /** One word of every record: word 0 holds the NULL bits. */
  #words(key: number, count: number, word = key + 1): BigInt64Array {
    const all = new BigInt64Array(this.states.machine.memory.buffer, this.#table.kept, count * this.#width)
    return BigInt64Array.from({ length: count }, (_, group) => all[group * this.#width + word] as bigint)
  }

  #key(key: number, type: Type, count: number): Vector {
    const bits = this.#words(key, count)
    const floats = new Float64Array(bits.buffer)
    const values = allocate(type, count) as NumericArray
    const big = values instanceof BigInt64Array || values instanceof BigUint64Array
    const float = values instanceof Float32Array || values instanceof Float64Array
    for (let i = 0; i < count; i++) values[i] = (float ? floats[i] : big ? bits[i] : Number(bits[i])) as never
    const nulls = this.#words(key, count, 0)
    const valid = Uint8Array.from(nulls, (word) => Number(((word >> BigInt(key)) & 1n) === 0n))
    return { type, length: count, values, valid: valid.includes(0) ? valid : undefined }
  }
}
