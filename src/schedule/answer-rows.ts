/** What statistics answer of aggregates that are interpreted, as they take texts: the state of each over all that is answered. Called by `answers.ts` and `schedule.ts`. */
import { accumulatorOf } from '../function/accumulate.js'
import type { Registry } from '../function/registry.js'
import type { AggregateCall, ColumnId, Expression } from '../model/expression.js'
import { type AnsweredRows, type GridScan, type Sink, type Verdicts, verdict } from '../model/job.js'
import type { Accumulator } from '../model/nest.js'
import { type ChunkRecords, countIn, endIn, isKnownRecord, isWholeEnd, word } from '../model/statistics.js'
import { chunksUnder, eachPlace, wholeAlong } from '../statistics/lattice.js'
import type { KnownRecords } from '../statistics/verdicts.js'
import { fieldTypes, type StateAt, sourceOf, spanningColumn } from './answers.js'
import { partsOf } from './loops.js'

/** The state of a call over the lattice box at a place, as its accumulator has it; undefined where it is not known. */
type RowStateAt = (place: readonly number[]) => { readonly state: unknown } | undefined

/** The columns on whose statistics an answer would rest; undefined where cells must be looked at. */
export function rowAnswerColumns(scan: GridScan, sink: Sink, registry: Registry): ReadonlySet<ColumnId> | undefined {
  if (sink.kind !== 'reduce' || sink.keyExpressions.length > 0) return undefined
  const calls = sink.aggregates.map(({ call }) => call)
  // The interpreter is asked for its own sake of all that has code.
  if (!calls.some(({ args }) => args.some(isText))) return undefined
  const found = new Set<ColumnId>()
  for (const call of calls) {
    const isKnown = !call.filter && !call.distinct && (endOf(call) !== undefined || isAnswered(call, registry))
    if (!isKnown) return undefined
    for (const arg of call.args) {
      const column = spanningColumn(arg, scan)
      if (!column) return undefined
      found.add(column.id)
    }
  }
  return found
}

const isText = ({ type }: Expression): boolean => type.kind === 'varchar'

/** Which end of texts a call asks for. */
function endOf({ aggregate, args }: AggregateCall): typeof word.min | typeof word.max | undefined {
  const [arg, ...rest] = args
  if (!arg || rest.length > 0 || !isText(arg)) return undefined
  return aggregate === 'min' ? word.min : aggregate === 'max' ? word.max : undefined
}

function isAnswered(call: AggregateCall, registry: Registry): boolean {
  const parts = partsOf(call, registry)
  return (
    parts?.every(({ aggregate }) => {
      const definition = registry.aggregateFunction(aggregate)
      return definition?.kind === 'distributive' && definition.fromStatistics !== undefined
    }) === true
  )
}

/** Marks what is answered among the verdicts. Undefined where nothing is. */
export function answerRows(
  scan: GridScan,
  sink: Extract<Sink, { kind: 'reduce' }>,
  verdicts: Verdicts,
  records: KnownRecords,
  registry: Registry,
): AnsweredRows | undefined {
  const calls = sink.aggregates.map(({ call }) => call)
  const sources = calls.map((call) => rowSourceOf(call, scan, verdicts, records, registry))
  const accumulators = calls.map((call) => accumulatorOf(call, registry))
  const states = accumulators.map((accumulator) => accumulator.init())
  const isWhole = scan.dims.map((_, dim) => wholeAlong(scan, verdicts, dim))
  let isAny = false
  eachPlace(verdicts.counts, (place, box) => {
    if (verdicts.codes[box] !== verdict.all || !place.every((at, dim) => isWhole[dim]?.[at])) return
    const own = sources.map((source) => source(place))
    if (!own.every((each) => each !== undefined)) return
    verdicts.codes[box] = verdict.answered
    isAny = true
    accumulators.forEach((accumulator, k) => {
      states[k] = accumulator.merge(states[k], own[k]?.state)
    })
  })
  if (!isAny) return undefined
  return { kind: 'groups', keys: [], states: states.map((state, k) => [accumulators[k]?.serialize(state)]) }
}

function rowSourceOf(
  call: AggregateCall,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
  registry: Registry,
): RowStateAt {
  const end = endOf(call)
  if (end !== undefined) return endSource(call, end, scan, verdicts, known)
  const parts = partsOf(call, registry) ?? []
  const sources = parts.map((part) => partSource(part, scan, verdicts, known, registry))
  return (place) => {
    const fields = sources.map((source) => source(place))
    return fields.every((each) => each !== undefined) ? { state: fields.flat() } : undefined
  }
}

/** Numbers as code has them. */
function partSource(
  part: Accumulator,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
  registry: Registry,
): StateAt {
  const source = sourceOf(part, scan, verdicts, known, registry)
  const types = fieldTypes(part, registry)
  return (place) => source(place)?.map((value, k) => (types[k] === 'i64' ? BigInt(value) : Number(value)))
}

function endSource(
  { args }: AggregateCall,
  end: typeof word.min | typeof word.max,
  scan: GridScan,
  verdicts: Verdicts,
  known: KnownRecords,
): RowStateAt {
  const column = args[0] && spanningColumn(args[0], scan)
  const records = column && known.get(column.id)
  if (!column || !records) return () => undefined
  const under = chunksUnder(verdicts, column, scan.dims)
  // A part of a chunk may not have the end of the whole.
  if (!isOfChunks(verdicts, column.layout.chunk, column.dims)) return () => undefined
  return (place) => endState(records, under.first(place), end)
}

function isOfChunks({ size }: Verdicts, chunk: readonly number[], dims: readonly number[]): boolean {
  return dims.every((dim, axis) => size[dim] === chunk[axis])
}

function endState(
  records: ChunkRecords,
  record: number,
  which: typeof word.min | typeof word.max,
): { readonly state: unknown } | undefined {
  if (!isKnownRecord(records, record)) return undefined
  if (countIn(records, record, word.nulls) === countIn(records, record, word.cells)) return { state: null }
  return isWholeEnd(records, record, which) ? { state: endIn(records, record, which) ?? null } : undefined
}
