/** The second stage of a reduction to many groups: a part of the groups of all tasks in one table, and the columns of its result. Called by `execute`. */
import { createHashTable, type HashTable } from '../kernel/hash-table.js'
import type { GroupPart, KeySpace, MergedColumn, Sink } from '../model/job.js'
import type { NamedExpression } from '../model/plan.js'
import { INT32 } from '../model/type.js'
import { take } from '../model/vector.js'
import { partBytes, placesOf } from './divide.js'
import { valuesIn } from './divided-values.js'
import type { Division } from './division.js'
import { type KeyRecords, keyColumn, textColumn } from './key-columns.js'
import { type MergeCollected, resultsOf } from './merge-collected.js'
import { Scratch } from './scratch.js'
import type { StateArrays } from './state-arrays.js'

type HashSink = Extract<Sink, { kind: 'reduce' }> & { readonly keys: Extract<KeySpace, { kind: 'hash' }> }

const firstGroups = 1024

export class MergeParts {
  readonly #table: HashTable
  readonly #scratch: Scratch

  /** Lives as long as the mark that the machine of `states` had. */
  constructor(
    readonly states: StateArrays,
    readonly division: Division,
    readonly collected: readonly MergeCollected[],
  ) {
    this.#table = createHashTable(states.machine, division.width, firstGroups)
    this.#scratch = new Scratch(states.machine)
  }

  /** In task order; values that are collected stay in the part's bytes. `more`: how many groups the parts to come have. */
  absorb({ count, bytes }: GroupPart, more: number): void {
    if (count === 0) return
    const { states, division } = this
    const { machine } = states
    // In a place of their own, not behind a mark: table and states may grow while they are in memory.
    const records = this.#scratch.reserve(bytes.byteLength + count * 4)
    const codes = records + bytes.byteLength
    machine.bytes.set(new Uint8Array(bytes), records)
    machine.bytes.fill(0, codes, codes + count * 4)
    const before = this.#table.groups
    this.#table.find(records, count, codes)
    // Where most are new, the others are taken to be new as well.
    if (before > 0 && (this.#table.groups - before) * 2 > count) this.#expect(more)
    states.reserve(this.#table.groups)
    const places = placesOf(count, division, states.fields).map((place) => records + place)
    states.combine(places, 0, 0, count, codes)
    this.#collect(bytes, count, codes)
  }

  #collect(part: ArrayBuffer, count: number, codes: number): void {
    if (this.collected.length === 0) return
    const { machine, fields } = this.states
    const numbers = new Int32Array(machine.memory.buffer, codes, count)
    let k = 0
    for (const { counts, values } of valuesIn(part, partBytes(count, this.division, fields), count)) {
      this.collected[k++]?.take(counts, values, numbers)
    }
  }

  #expect(more: number): void {
    this.#table.reserve(more)
    this.states.reserve(this.#table.groups + more)
  }

  result({ keys, keyExpressions, aggregates }: HashSink): { length: number; columns: MergedColumn[] } {
    const { groups: count, kept } = this.#table
    const { width, keys: wide } = this.division
    const records: KeyRecords = { machine: this.states.machine, kept, width, count }
    const idOf = (key: number) => (keyExpressions[key] as NamedExpression).id
    const results = resultsOf(this.states, this.collected, count, aggregates)
    const columns: MergedColumn[] = results.map(([id, vector]) => ({ id, vector }))
    keys.keys.forEach(({ key, expression }, k) => {
      const { word, words, text } = wide[k] as Division['keys'][number]
      const vector = text ? textColumn(records, k, { word, words, text }) : keyColumn(records, k, expression.type, word)
      columns.push({ id: idOf(key), vector })
    })
    keys.dims.forEach((dim, d) => {
      const k = keys.keys.length + d
      const codes = keyColumn(records, k, INT32, wide[k]?.word).values as Int32Array
      for (const { key, values } of dim.keys) columns.push({ id: idOf(key), vector: take(values, codes) })
    })
    return { length: count, columns }
  }
}
