/** Boxes whose part of an aggregation statistics already are: the states of their groups, unread. Called by `known.ts`. */
import { accumulatorFor, type RowAccumulator } from '../function/accumulate.js'
import type { Facts } from '../function/definition.js'
import type { Registry } from '../function/registry.js'
import type { ColumnId } from '../model/expression.js'
import { type Answer, type GridScan, type Question, type Verdicts, verdict } from '../model/job.js'
import type { Accumulator } from '../model/nest.js'
import { boxShape, cellCount } from '../model/schema.js'
import {
  type ChunkRecords,
  countIn,
  endIn,
  isKnownRecord,
  isWholeEnd,
  word,
  wordsPerRecord,
} from '../model/statistics.js'
import { isFloat } from '../model/type.js'
import { groupsAlong, isOfChunks, type Keys, keysIn, storedColumn } from './answer-keys.js'
import { boxOf, chunksUnder, eachPlace, wholeAlong } from './lattice.js'
import type { KnownRecords } from './verdicts.js'

/** Groups of which something is held at once; of others all boxes are read. */
const mostGroups = 1 << 20

export class Answers {
  /** The columns on whose statistics they rest. */
  readonly columns: ReadonlySet<ColumnId>
  /** Of these, those of which only records with sums answer. */
  readonly bySums: ReadonlySet<ColumnId>
  readonly #accumulators: readonly RowAccumulator[]
  readonly #groups = new Map<number | string, { readonly number: number; readonly keys: Keys; states: unknown[] }>()

  constructor(
    readonly scan: GridScan,
    readonly question: Question,
    readonly registry: Registry,
  ) {
    const { parts, keys } = question
    this.columns = new Set([...columnsIn(parts), ...keys])
    this.bySums = columnsIn(
      parts.filter((part) => endOf(part) === undefined && !stateOf(part, registry)(factsOfRows(1))),
    )
    this.#accumulators = parts.map(({ aggregate, argTypes, resultType }) => {
      const definition = registry.aggregateFunction(aggregate)
      if (!definition) throw new TypeError(`there is no aggregate ${aggregate}`)
      return accumulatorFor(definition, { args: argTypes, result: resultType }, registry)
    })
  }

  /** Takes what records tell of the boxes of a lattice, in C order, and marks it among their verdicts. */
  take(verdicts: Verdicts, records: KnownRecords): void {
    const { scan, question, registry } = this
    const facts = new Map([...records].map(([id, own]) => [id, factsIn(own)]))
    const sources = question.parts.map((part) => sourceOf(part, scan, verdicts, records, facts, registry))
    const groupOf = groupsAlong(question.dims, scan, verdicts)
    const keysOf = keysIn(question, scan, verdicts, records)
    const isWhole = scan.dims.map((_, dim) => wholeAlong(scan, verdicts, dim))
    eachPlace(verdicts.counts, (place, box) => {
      if (verdicts.codes[box] !== verdict.all || !place.every((at, dim) => isWhole[dim]?.[at])) return
      const number = groupOf(place)
      const keys = number < 0 ? undefined : keysOf(place)
      const states = keys && statesAt(sources, place)
      if (!states || this.#groups.size + keys.length > mostGroups) return
      for (const own of keys) this.#add(number, own, states)
      verdicts.codes[box] = verdict.answered
    })
  }

  /** Undefined where nothing is answered. */
  get answer(): Answer | undefined {
    return this.#groups.size > 0 ? { question: this.question, groups: [...this.#groups.values()] } : undefined
  }

  #add(number: number, keys: Keys, own: readonly unknown[]): void {
    const name = keys.length === 0 ? number : `${number} ${keys.join()}`
    const group = this.#groups.get(name) ?? { number, keys, states: this.#accumulators.map(({ init }) => init()) }
    this.#groups.set(name, group)
    const { states } = group
    for (let k = 0; k < own.length; k++) states[k] = this.#accumulators[k]?.merge(states[k], own[k])
  }
}

function columnsIn(parts: readonly Accumulator[]): ReadonlySet<ColumnId> {
  return new Set(parts.flatMap(({ args }) => args.flatMap((arg) => (arg.kind === 'column' ? [arg.column] : []))))
}

/** The state of an accumulator over the lattice box at a place, as the interpreter has it; undefined where it is not known. */
type StateAt = (place: readonly number[]) => unknown

function statesAt(sources: readonly StateAt[], place: readonly number[]): unknown[] | undefined {
  const states: unknown[] = []
  for (const source of sources) {
    const own = source(place)
    if (own === undefined) return undefined
    states.push(own)
  }
  return states
}

function sourceOf(
  part: Accumulator,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
  facts: ReadonlyMap<ColumnId, FactsAt>,
  registry: Registry,
): StateAt {
  const [arg] = part.args
  const cells = (place: readonly number[]) => cellCount(boxShape(boxOf(verdicts, place, scan.dims)))
  const state = stateOf(part, registry)
  if (!arg) return (place) => state(factsOfRows(cells(place)))
  const column = arg.kind === 'column' ? storedColumn(arg.column, scan) : undefined
  const records = column && known.get(column.id)
  const factsAt = column && facts.get(column.id)
  if (!records || !factsAt || !isOfChunks(column, scan, verdicts)) return () => undefined
  const { first } = chunksUnder(verdicts, column, scan.dims)
  const end = endOf(part)
  return (place) => {
    const record = first(place)
    if (!isKnownRecord(records, record)) return undefined
    return end === undefined ? state(factsAt(record)) : textEnd(records, record, end)
  }
}

/** Undefined where the facts do not tell it. */
function stateOf(
  { aggregate, argTypes, resultType }: Accumulator,
  registry: Registry,
): (facts: Facts) => (number | bigint)[] | undefined {
  const definition = registry.aggregateFunction(aggregate)
  if (definition?.kind !== 'distributive') return () => undefined
  const signature = { args: argTypes, result: resultType }
  const fields = definition.state(signature)
  return (facts) =>
    definition
      .fromStatistics?.(facts, signature)
      ?.map((value, k) => (fields[k]?.type === 'i64' ? BigInt(value) : Number(value)))
}

type End = typeof word.min | typeof word.max

/** Which end of texts is asked for: all else are numbers. */
function endOf({ aggregate, argTypes: [type] }: Accumulator): End | undefined {
  if (type?.kind !== 'varchar') return undefined
  return aggregate === 'min' ? word.min : aggregate === 'max' ? word.max : undefined
}

function textEnd(records: ChunkRecords, record: number, which: End): unknown {
  if (countIn(records, record, word.nulls) === countIn(records, record, word.cells)) return null
  return isWholeEnd(records, record, which) ? endIn(records, record, which) : undefined
}

const factsOfRows = (cells: number): Facts => ({
  cells,
  nulls: 0,
  nans: 0,
  min: 0,
  max: 0,
  hasMoments: false,
  sum: 0,
  sumHigh: 0n,
  mean: 0,
  m2: 0,
})

type FactsAt = (record: number) => Facts

/** Several aggregates of a column ask for those of one record after the other. */
function factsIn(records: ChunkRecords): FactsAt {
  let [last, facts] = [-1, factsOfRows(0)]
  return (record) => {
    if (record !== last) facts = factsOf(records, record)
    last = record
    return facts
  }
}

function factsOf({ type, words, floats }: ChunkRecords, record: number): Facts {
  const first = record * wordsPerRecord
  const own = (at: number) => (isFloat(type) ? floats[first + at] : words[first + at]) as number | bigint
  return {
    cells: Number(words[first + word.cells]),
    nulls: Number(words[first + word.nulls]),
    nans: Number(words[first + word.nans]),
    min: own(word.min),
    max: own(word.max),
    hasMoments: words[first + word.hasMoments] !== 0n,
    sum: own(word.sum),
    sumHigh: words[first + word.sumHigh] as bigint,
    mean: floats[first + word.mean] as number,
    m2: floats[first + word.m2] as number,
  }
}
