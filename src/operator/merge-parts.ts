/** The second stage of a reduction to many groups: a part of the groups of all tasks in one table, and the columns of its result. Called by `execute`. */
import { createHashTable, type HashTable } from '../kernel/hash-table.js'
import type { GroupPart, KeySpace, MergedColumn, Sink } from '../model/job.js'
import type { NamedExpression } from '../model/plan.js'
import { INT32, type Type } from '../model/type.js'
import { type PackedVector, take } from '../model/vector.js'
import { partBytes, placesOf } from './divide.js'
import { textsAt } from './divided-texts.js'
import { valuesIn } from './divided-values.js'
import type { Division, WideKey } from './division.js'
import { type KeyRecords, keyColumn, listedColumn, textColumn } from './key-columns.js'
import { type MergeCollected, resultsOf } from './merge-collected.js'
import { Scratch } from './scratch.js'
import type { StateArrays } from './state-arrays.js'
import { VariableTexts } from './variable-texts.js'

type HashSink = Extract<Sink, { kind: 'reduce' }> & { readonly keys: Extract<KeySpace, { kind: 'hash' }> }

const firstGroups = 1024

export class MergeParts {
  readonly #table: HashTable
  readonly #scratch: Scratch
  /** Key by key, of those that are listed. */
  readonly #texts: readonly (VariableTexts | undefined)[]

  /** Lives as long as the mark that the machine of `states` had. */
  constructor(
    readonly states: StateArrays,
    readonly division: Division,
    readonly collected: readonly MergeCollected[],
  ) {
    this.#table = createHashTable(states.machine, division.width, firstGroups)
    this.#scratch = new Scratch(states.machine)
    this.#texts = division.keys.map(({ text }) => (text === 'listed' ? new VariableTexts(states.machine) : undefined))
  }

  /** In task order; values that are collected stay in the part's bytes. `more`: how many groups the parts to come have. */
  absorb({ count, bytes }: GroupPart, more: number): void {
    if (count === 0) return
    const { states, division } = this
    const { machine, fields } = states
    const own = partBytes(count, division, fields)
    // In a place of their own, not behind a mark: table and states may grow while they are in memory.
    const records = this.#scratch.reserve(own + count * 4)
    const codes = records + own
    machine.bytes.set(new Uint8Array(bytes, 0, own), records)
    const end = this.#enterTexts(bytes, own, records, count)
    machine.bytes.fill(0, codes, codes + count * 4)
    const before = this.#table.groups
    this.#table.find(records, count, codes)
    // Where most are new, the others are taken to be new as well.
    if (before > 0 && (this.#table.groups - before) * 2 > count) this.#expect(more)
    states.reserve(this.#table.groups)
    const places = placesOf(count, division, fields).map((place) => records + place)
    states.combine(places, 0, 0, count, codes)
    this.#collect(bytes, end, count, codes)
  }

  /** Puts numbers of all parts in place of the part's own. Returns where the bytes of texts end. */
  #enterTexts(part: ArrayBuffer, at: number, records: number, count: number): number {
    const { width, keys } = this.division
    let end = at
    this.#texts.forEach((all, key) => {
      if (!all) return
      const { texts, end: past } = textsAt(part, end)
      const { byteOffset: numbers } = all.enter(texts)
      this.states.machine.kernel.renumber(records, width, key, (keys[key] as WideKey).word, count, numbers)
      end = past
    })
    return end
  }

  #collect(part: ArrayBuffer, at: number, count: number, codes: number): void {
    if (this.collected.length === 0) return
    const numbers = new Int32Array(this.states.machine.memory.buffer, codes, count)
    let k = 0
    for (const { counts, values } of valuesIn(part, at, count)) this.collected[k++]?.take(counts, values, numbers)
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
      columns.push({ id: idOf(key), vector: this.#keyColumn(records, k, expression.type) })
    })
    keys.dims.forEach((dim, d) => {
      const k = keys.keys.length + d
      const codes = keyColumn(records, k, INT32, wide[k]?.word).values as Int32Array
      for (const { key, values } of dim.keys) columns.push({ id: idOf(key), vector: take(values, codes) })
    })
    return { length: count, columns }
  }

  #keyColumn(records: KeyRecords, key: number, type: Type): PackedVector {
    const { word, words, text } = this.division.keys[key] as WideKey
    if (text === 'listed') return listedColumn(records, key, this.#texts[key], word)
    return text ? textColumn(records, key, { word, words, text }) : keyColumn(records, key, type, word)
  }
}
