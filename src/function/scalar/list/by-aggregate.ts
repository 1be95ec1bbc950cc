/** Aggregates over the items of one list, by the definitions of the aggregates over rows. */
import { ChunkQLError, suggest } from '../../../model/error.js'
import { elementOf, listOf, type Type, VARCHAR, type Value, withoutNull } from '../../../model/type.js'
import { accumulatorFor } from '../../accumulate.js'
import { aggregates } from '../../aggregate/all.js'
import type { AggregateFunction, Argument, ScalarFunction, Signature } from '../../definition.js'
import type { Registry } from '../../registry.js'
import { listAvg, listCount, listMax, listMin, listSum } from './aggregates.js'

type Items = ArrayLike<Value>

const byName = new Map(
  aggregates.flatMap((definition) =>
    [definition.name, ...(definition.aliases ?? [])].map((name) => [name, definition]),
  ),
)

/** Where algebraic aggregates find their parts. */
const parts: Registry = {
  aggregateFunction: (name) => byName.get(name),
  scalarFunction: () => undefined,
  aggregates,
  scalars: [],
}

function overList(definition: AggregateFunction, example: string, result: string): ScalarFunction {
  const name = `list_${definition.name}`
  return {
    name,
    summary: `The aggregate ${definition.name} over the items of a list.`,
    usage: `${name}(list)`,
    category: 'list',
    resolve: ([list, ...rest]) => overItems(list, (item) => definition.resolve([item, ...rest])),
    evaluate({ args: [list, ...rest], result }) {
      const accumulator = accumulatorFor(definition, { args: [elementOf(list as Type), ...rest], result }, parts)
      return (items, ...more) => {
        let state = accumulator.init()
        for (const item of Array.from(items as Items)) state = accumulator.update(state, item, ...more)
        return accumulator.finalize(state)
      }
    },
    examples: [{ sql: example, result }],
  }
}

function overItems(
  list: Argument | undefined,
  resolve: (item: Argument) => Signature | undefined,
): Signature | undefined {
  if (list?.type.kind !== 'list') return undefined
  const element = withoutNull(elementOf(list.type))
  const signature = resolve({ type: element })
  const [item, ...rest] = signature?.args ?? []
  if (!signature || !item) return undefined
  return { args: [item.kind === element.kind ? list.type : listOf(item), ...rest], result: signature.result }
}

const examples: Readonly<Record<string, readonly [sql: string, result: string]>> = {
  any_value: ['list_any_value([NULL, 2, 3])', '2'],
  first: ['list_first([3, 1])', '3'],
  last: ['list_last([3, 1])', '1'],
  median: ['list_median([1, 2, 4])', '2.0'],
  mode: ['list_mode([1, 2, 2])', '2'],
  product: ['list_product([2, 3, NULL])', '6.0'],
  stddev_samp: ['list_stddev_samp([1, 3])', '1.4142135623730951'],
  stddev_pop: ['list_stddev_pop([1, 3])', '1.0'],
  var_samp: ['list_var_samp([1, 3])', '2.0'],
  var_pop: ['list_var_pop([1, 3])', '1.0'],
  bit_and: ['list_bit_and([6, 3])', '2'],
  bit_or: ['list_bit_or([6, 3])', '7'],
  bit_xor: ['list_bit_xor([6, 3])', '5'],
  bool_and: ['list_bool_and([true, false])', 'false'],
  bool_or: ['list_bool_or([true, false])', 'true'],
  string_agg: ["list_string_agg(['a', 'b'], '-')", 'a-b'],
}

export const listsByAggregate: readonly ScalarFunction[] = Object.entries(examples).map(([name, [sql, result]]) =>
  overList(byName.get(name) as AggregateFunction, sql, result),
)

const own = new Map([listSum, listAvg, listMin, listMax, listCount].map((definition) => [definition.name, definition]))

/** Over lists, whatever is an aggregate over rows. */
function listFunctionOf(name: string): ScalarFunction {
  const definition = byName.get(name.toLowerCase())
  if (!definition || definition.name.startsWith('$')) {
    const near = suggest(name, [...byName.keys()])
    throw new ChunkQLError('bind', `there is no aggregate ${name}`, {
      hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : undefined,
    })
  }
  return own.get(`list_${definition.name}`) ?? overList(definition, '', '')
}

export const listAggregate: ScalarFunction = {
  name: 'list_aggregate',
  aliases: ['list_aggr', 'array_aggregate', 'array_aggr', 'aggregate'],
  summary: 'An aggregate, by its name, over the items of a list.',
  usage: "list_aggregate(list, 'name' [, argument, ...])",
  category: 'list',
  resolve([list, name, ...rest]) {
    if (!list || typeof name?.literal !== 'string') return undefined
    const signature = listFunctionOf(name.literal).resolve([list, ...rest])
    const [items, ...others] = signature?.args ?? []
    return signature && items && { args: [items, VARCHAR, ...others], result: signature.result }
  },
  evaluate({ args: [list, , ...rest], result }) {
    const made = new Map<Value, (...args: Value[]) => Value>()
    const make = (name: Value) => listFunctionOf(name as string).evaluate({ args: [list as Type, ...rest], result })
    return (items, name = null, ...more) => {
      const apply = made.get(name) ?? make(name)
      made.set(name, apply)
      return apply(items as Value, ...more)
    }
  },
  examples: [
    { sql: "list_aggregate([1, 2, NULL], 'sum')", result: '3' },
    { sql: "list_aggregate([3, 1, 2], 'quantile_cont', 0.5)", result: '2.0' },
  ],
}
