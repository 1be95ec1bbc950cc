/** Boxes whose part of an aggregation statistics already are: the states of their groups, unread. Called by `known.ts`. */
import { accumulatorFor, type RowAccumulator } from '../function/accumulate.js'
import type { Facts } from '../function/definition.js'
import type { Registry } from '../function/registry.js'
import type { ColumnId } from '../model/expression.js'
import { type Answer, type DimensionCodes, type GridScan, type Question, type Verdicts, verdict } from '../model/job.js'
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
import { boxOf, chunksUnder, eachPlace, latticeOf, wholeAlong } from './lattice.js'
import type { KnownRecords } from './verdicts.js'

/** Groups of which something is held at once; of others all boxes are read. */
const mostGroups = 1 << 20

export class Answers {
  /** The columns on whose statistics they rest. */
  readonly columns: ReadonlySet<ColumnId>
  /** Of these, those of which only records with sums answer. */
  readonly bySums: ReadonlySet<ColumnId>
  readonly #accumulators: readonly RowAccumulator[]
  readonly #groups = new Map<number, unknown[]>()

  constructor(
    readonly scan: GridScan,
    readonly question: Question,
    readonly registry: Registry,
  ) {
    const { parts } = question
    this.columns = columnsIn(parts)
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
    const isWhole = scan.dims.map((_, dim) => wholeAlong(scan, verdicts, dim))
    eachPlace(verdicts.counts, (place, box) => {
      if (verdicts.codes[box] !== verdict.all || !place.every((at, dim) => isWhole[dim]?.[at])) return
      const group = groupOf(place)
      const states = group < 0 ? undefined : statesAt(sources, place)
      if (states && this.#add(group, states)) verdicts.codes[box] = verdict.answered
    })
  }

  /** Undefined where nothing is answered. */
  get answer(): Answer | undefined {
    const groups = Array.from(this.#groups, ([number, states]) => ({ number, states }))
    return groups.length > 0 ? { question: this.question, groups } : undefined
  }

  #add(group: number, own: readonly unknown[]): boolean {
    let states = this.#groups.get(group)
    if (!states) {
      if (this.#groups.size >= mostGroups) return false
      states = this.#accumulators.map((accumulator) => accumulator.init())
      this.#groups.set(group, states)
    }
    for (let k = 0; k < own.length; k++) states[k] = this.#accumulators[k]?.merge(states[k], own[k])
    return true
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
  const column = arg.kind === 'column' ? scan.columns.find(({ id }) => id === arg.column) : undefined
  const records = column && known.get(column.id)
  const factsAt = column && facts.get(column.id)
  if (column?.kind !== 'stored' || !records || !factsAt) return () => undefined
  // A part of a chunk may not have the end of the whole.
  const own = latticeOf(column, scan.dims, scan.selection)
  if (own.size.some((size, dim) => size !== verdicts.size[dim])) return () => undefined
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

/** The group of all cells of a lattice box; -1 where they are of several. */
function groupsAlong(
  dims: readonly DimensionCodes[],
  scan: GridScan,
  { size, start, counts }: Verdicts,
): (place: readonly number[]) => number {
  const along = dims.map(({ dim, codes, count }) => {
    const length = size[dim] as number
    const places = Int32Array.from({ length: counts[dim] as number }, (_, at) => {
      const first = ((start[dim] as number) + at) * length
      const own = codes.subarray(first, Math.min(first + length, scan.dims[dim]?.size ?? 0))
      return own.every((code) => code === own[0]) ? (own[0] ?? -1) : -1
    })
    return { dim, count, places }
  })
  return (place) => {
    let group = 0
    for (const { dim, count, places } of along) {
      const code = places[place[dim] as number] as number
      if (code < 0) return -1
      group = group * count + code
    }
    return group
  }
}
