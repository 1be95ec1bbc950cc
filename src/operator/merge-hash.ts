/** The last step of a hash reduction: the groups of all partials in one table, and their keys as vectors. */
import { createHashTable, createNumberTable, type HashTable } from '../kernel/hash-table.js'
import type { Machine } from '../kernel/machine.js'
import type {
  CollectedValues,
  DimensionCodes,
  GridScan,
  GroupPart,
  KeySpace,
  PackedTexts,
  PartialBody,
} from '../model/job.js'
import { type Field, keyWords } from '../model/nest.js'
import type { NamedAggregate, NamedExpression } from '../model/plan.js'
import { INT32 } from '../model/type.js'
import { take, type Utf8, unpack } from '../model/vector.js'
import { fieldBytes } from './body.js'
import { divideGroups } from './divide.js'
import type { Division } from './division.js'
import { type KeyRecords, keyColumn, listedColumn } from './key-columns.js'
import { type KeyTexts, renumber } from './key-texts.js'
import { type MergeCollected, resultsOf } from './merge-collected.js'
import type { Rows } from './rows.js'
import { Scratch } from './scratch.js'
import { placeArrays, placedBytes, type StateArrays } from './state-arrays.js'
import { TextTable, textsAreGroups } from './text-table.js'
import { VariableTexts } from './variable-texts.js'

type HashKeys = Extract<KeySpace, { kind: 'hash' }>

export class MergeHash {
  readonly #width: number
  readonly #scratch: Scratch
  /** Key by key, of those that are coded: made when the first partial tells how its texts are kept. */
  readonly #texts: (KeyTexts | undefined)[] = []
  readonly #table: HashTable

  constructor(
    readonly states: StateArrays,
    readonly keys: HashKeys,
    /** Bytes that keys and states may take. */
    readonly memory: number,
    readonly collected: readonly MergeCollected[],
    scan: GridScan,
  ) {
    this.#width = keyWords(keys.keys.length + keys.dims.length)
    this.#table = textsAreGroups(scan, keys)
      ? createNumberTable(states.machine, 1024)
      : createHashTable(states.machine, this.#width, 1024)
    this.#scratch = new Scratch(states.machine)
    if (this.#width === 1) this.#findOnly()
  }

  /** Without keys there is one group, also of no rows. */
  #findOnly(): void {
    const { machine } = this.states
    const [record, code] = [machine.allocate(8), machine.allocate(4)]
    machine.bytes.fill(0, record, record + 8).fill(0, code, code + 4)
    this.#table.find(record, 1, code)
    this.states.reserve(1)
  }

  /** In task order; `more`: how many partials are still to come. */
  absorb({ records, fields, count, values, collected }: Extract<PartialBody, { kind: 'hash' }>, more: number): void {
    const { machine } = this.states
    values.forEach((own, key) => {
      if (!own) return
      this.#texts[key] ??= textsLike(own, machine)
      const numbers = this.#texts[key].enter(own)
      renumber(records, this.#width, key, (old) => numbers[old] as number)
    })
    const arrays = [records, ...fields, new ArrayBuffer(count * 4)]
    // In a place of their own, not behind a mark: table and states may grow while they are in memory.
    const placed = placeArrays(machine, arrays, this.#scratch.reserve(placedBytes(arrays)))
    const [recordsAt, codes] = [placed.shift(), placed.pop()] as [number, number]
    const before = this.#table.groups
    this.#table.find(recordsAt, count, codes)
    // Of the first partial all groups are new: it tells nothing of the others.
    if (before > 0) this.#expect(this.#table.groups - before, count, more)
    this.states.reserve(this.#table.groups)
    this.states.combine(placed, 0, 0, count, codes)
    this.collected.forEach((merge, k) => {
      merge.absorb(collected[k] as CollectedValues, new Int32Array(machine.memory.buffer, codes, count))
    })
  }

  /** Where most groups are new, the partials to come are taken to bring as many: growing step by step enters each group again and again. */
  #expect(found: number, count: number, more: number): void {
    const expected = found * more
    const bytes = this.#width * 8 + this.states.fields.length * 8
    if (found * 2 < count || expected * bytes > this.memory / 4) return
    this.#table.reserve(expected)
    this.states.reserve(this.#table.groups + expected)
  }

  get count(): number {
    return this.#table.groups
  }

  /** For other threads to merge with what comes after; nothing more is to be absorbed. */
  divided(division: Division): GroupPart[] {
    const { machine, fields, addresses } = this.states
    const { kept: records, groups: count } = this.#table
    const states = addresses.map((address, k) => ({ address, step: fieldBytes(fields[k] as Field) }))
    const collected = this.collected.map((merge) => (order: Int32Array) => merge.ordered(order))
    return divideGroups({ machine, count, records, fields, states, texts: this.#texts, collected }, division)
  }

  /** What was merged as one partial; nothing more is to be absorbed. */
  partial(division: Division | undefined): PartialBody {
    const { kept, groups: count } = this.#table
    if (division && count >= division.least) return { kind: 'divided', parts: this.divided(division) }
    const { buffer } = this.states.machine.memory
    const records = buffer.slice(kept, kept + count * this.#width * 8) as ArrayBuffer
    const values = this.keys.keys.map((_, key) => this.#texts[key]?.leave(records, this.#width, key))
    return { kind: 'hash', count, records, fields: this.states.arrays(count), values, collected: [] }
  }

  result(keys: readonly NamedExpression[], aggregates: readonly NamedAggregate[]): Rows {
    const count = this.#table.groups
    const columns = new Map(resultsOf(this.states, this.collected, count, aggregates))
    this.keys.keys.forEach(({ key, expression, coded }, k) => {
      const column = coded
        ? unpack(listedColumn(this.#records, k, this.#texts[k]))
        : keyColumn(this.#records, k, expression.type)
      columns.set((keys[key] as NamedExpression).id, column)
    })
    this.keys.dims.forEach((dim: DimensionCodes, d) => {
      const codes = keyColumn(this.#records, this.keys.keys.length + d, INT32).values as Int32Array
      for (const { key, values } of dim.keys) columns.set((keys[key] as NamedExpression).id, take(values, codes))
    })
    return { length: count, columns }
  }

  get #records(): KeyRecords {
    const { groups, kept } = this.#table
    return { machine: this.states.machine, kept, width: this.#width, count: groups }
  }
}

function textsLike(own: PackedTexts | Utf8, machine: Machine): KeyTexts {
  return 'offsets' in own ? new VariableTexts(machine) : new TextTable(machine, own.encoding, own.words)
}
