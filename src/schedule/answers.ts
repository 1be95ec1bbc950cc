/** What of a reduction statistics may answer, and their answer as the merge takes it. Called by `schedule.ts` and `statistics.ts`. */
import type { Registry } from '../function/registry.js'
import { ChunkQLError } from '../model/error.js'
import type { AggregateCall, ColumnId, Expression } from '../model/expression.js'
import { identityOf } from '../model/identity.js'
import type {
  Answer,
  Answered,
  AnsweredGroup,
  AnsweredRows,
  DimensionCodes,
  GridScan,
  KeySpace,
  LoopPlan,
  Question,
  Sink,
} from '../model/job.js'
import type { Accumulator } from '../model/nest.js'
import { hasStatistics } from '../model/statistics.js'
import { isCoded, type StoredColumn } from '../model/stored-column.js'
import { isInteger } from '../model/type.js'
import { inLoopOrder } from '../operator/piece.js'
import { cStrides } from '../operator/select-cells.js'
import { withoutSpans } from './columns.js'
import { partsOf, rowCount, share } from './loops.js'

type Reduce = Extract<Sink, { kind: 'reduce' }>

/** Undefined where cells must be looked at. */
export function questionOf(
  scan: GridScan,
  sink: Sink,
  loops: LoopPlan | undefined,
  registry: Registry,
): Question | undefined {
  if (sink.kind !== 'reduce') return undefined
  const { keys } = sink
  if (!isReduced(loops) && (sink.keyExpressions.length > 0 || !hasTexts(sink))) return undefined
  const own = keys.kind === 'hash' ? keys.keys.map(({ expression }) => keyColumn(expression, scan)) : []
  if (!own.every((id) => id !== undefined)) return undefined
  const parts = own.length > 0 ? [] : [rowCount]
  for (const { call } of sink.aggregates) {
    const found = answerParts(call, registry)
    if (!found?.every(({ args }) => args.every((arg) => spanningColumn(arg, scan)))) return undefined
    for (const part of found) share(parts, part)
  }
  return { parts, dims: keys.kind === 'none' ? [] : keys.dims, keys: own }
}

/** Whole numbers are the same wherever they come from. */
function keyColumn(expression: Expression, scan: GridScan): ColumnId | undefined {
  const { kind } = expression.type
  const isWhole = isInteger(expression.type) || kind === 'boolean' || kind === 'date' || kind === 'timestamp'
  return isWhole ? spanningColumn(expression, scan)?.id : undefined
}

function isReduced(loops: LoopPlan | undefined): loops is LoopPlan {
  return loops?.nests.main.sink.kind === 'reduce'
}

/** The interpreter is asked for its own sake of all that has code. */
function hasTexts({ aggregates }: Reduce): boolean {
  return aggregates.some(({ call }) => call.args.some(isText))
}

const isText = ({ type }: Expression): boolean => type.kind === 'varchar'

/** What a call is computed from, where statistics tell that. */
function answerParts(call: AggregateCall, registry: Registry): readonly Accumulator[] | undefined {
  if (call.filter || call.distinct) return undefined
  const { aggregate, args, type } = call
  const [arg, ...rest] = args
  const isEnd = aggregate === 'min' || aggregate === 'max'
  if (isEnd && arg && rest.length === 0 && isText(arg)) {
    return [{ aggregate, args: [withoutSpans(arg)], argTypes: [arg.type], resultType: type }]
  }
  const parts = partsOf(call, registry)
  const isKnown = parts?.every((part) => {
    const definition = registry.aggregateFunction(part.aggregate)
    return definition?.kind === 'distributive' && definition.fromStatistics !== undefined
  })
  return isKnown ? parts : undefined
}

/** A column of the whole grid, alone, that statistics may be known of. */
function spanningColumn(expression: Expression, { columns, dims }: GridScan): StoredColumn | undefined {
  const column = expression.kind === 'column' ? columns.find(({ id }) => id === expression.column) : undefined
  if (column?.kind !== 'stored' || column.layout.made || isCoded(column)) return undefined
  return column.dims.length === dims.length && hasStatistics(column.type) ? column : undefined
}

/** As tasks leave it, whose accumulators may be others than those of the stage that the question was about. */
export function placeAnswer(
  answer: Answer,
  sink: Reduce,
  loops: LoopPlan | undefined,
  registry: Registry,
): { readonly answered: Answered } | { readonly answeredRows: AnsweredRows } {
  return isReduced(loops)
    ? { answered: asTasks(answer, sink.keys, loops, registry) }
    : { answeredRows: asRows(answer, sink, registry) }
}

function asTasks({ question, groups }: Answer, keys: KeySpace, loops: LoopPlan, registry: Registry): Answered {
  const own = groups.map(({ states }) => states as readonly (readonly (number | bigint)[])[])
  const fields = loops.accumulators.flatMap((accumulator) => {
    const part = placeOf(question, accumulator)
    const types = fieldTypes(accumulator, registry)
    return types.map((type, k) =>
      asField(
        type,
        own.map((states) => states[part]?.[k] as number | bigint),
      ),
    )
  })
  if (keys.kind === 'hash')
    return { groups: new Int32Array(groups.length), records: keyRecords(question, groups), fields }
  const inOrder = keys.kind === 'dense' ? inLoopOrder(keys.dims, loops) : []
  const renumber = renumbering(question.dims, inOrder)
  return { groups: Int32Array.from(groups, ({ number }) => renumber(number)), fields }
}

/** As `keyWords` has them: the values of cells, then the codes of dimensions. */
function keyRecords({ dims }: Question, groups: readonly AnsweredGroup[]): ArrayBuffer {
  const strides = cStrides(dims.map(({ count }) => count))
  const records = groups.map(({ number, keys }) => {
    const nulls = keys.reduce<bigint>((bits, key, k) => (key === null ? bits | (1n << BigInt(k)) : bits), 0n)
    const codes = dims.map(({ count }, k) => BigInt(Math.floor(number / (strides[k] as number)) % count))
    return [nulls, ...keys.map((key) => key ?? 0n), ...codes]
  })
  return BigInt64Array.from(records.flat()).buffer
}

/** From a group's number in C order over some dimensions to that over the same in another order. */
function renumbering(from: readonly DimensionCodes[], to: readonly DimensionCodes[]): (group: number) => number {
  const own = cStrides(from.map(({ count }) => count))
  const others = cStrides(to.map(({ count }) => count))
  const strides = from.map(({ dim }) => others[to.findIndex((each) => each.dim === dim)] as number)
  return (group) =>
    from.reduce((sum, { count }, k) => {
      const code = Math.floor(group / (own[k] as number)) % count
      return sum + code * (strides[k] as number)
    }, 0)
}

/** Without keys there is one group. */
function asRows({ question, groups }: Answer, { aggregates }: Reduce, registry: Registry): AnsweredRows {
  const states = aggregates.map(({ call }) => {
    const parts = (answerParts(call, registry) ?? []).map((part) => placeOf(question, part))
    return groups.map(({ states }) => {
      const own = parts.map((part) => states[part])
      // The states of numbers are lists of fields; that of a text is the text.
      return own.every(Array.isArray) ? own.flat() : own[0]
    })
  })
  return { kind: 'groups', keys: [], states }
}

function placeOf({ parts }: Question, part: Accumulator): number {
  const name = identityOf(part)
  const place = parts.findIndex((each) => identityOf(each) === name)
  if (place < 0) throw new ChunkQLError('internal', `statistics were not asked for ${part.aggregate}`)
  return place
}

function fieldTypes({ aggregate, argTypes, resultType }: Accumulator, registry: Registry) {
  const definition = registry.aggregateFunction(aggregate)
  if (definition?.kind !== 'distributive') return []
  return definition.state({ args: argTypes, result: resultType }).map(({ type }) => type)
}

const arrays = {
  bool: Int32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const

function asField(type: keyof typeof arrays | 'i64', values: readonly (number | bigint)[]): ArrayBuffer {
  return type === 'i64' ? BigInt64Array.from(values, BigInt).buffer : new arrays[type](values.map(Number)).buffer
}
