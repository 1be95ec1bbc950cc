/** Aggregates over the items of one list: NULLs among them do not count; NULL where there is nothing else. */
import {
  elementOf,
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  type Type,
  type Value,
  withoutNull,
} from '../../../model/type.js'
import type { Example, ScalarFunction } from '../../definition.js'
import { compareValues } from '../../order.js'
import { oneList, overflow } from './parts.js'

interface ListAggregate {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  /** The type of the result over items of a type; undefined where there is none. */
  readonly result: (element: Type) => Type | undefined
  /** Over items that are not NULL, one at least. */
  readonly apply: (items: readonly Value[], element: Type) => Value
  readonly whenEmpty?: Value
  readonly examples: readonly Example[]
}

function listAggregate({
  name,
  aliases,
  summary,
  result,
  apply,
  whenEmpty = null,
  examples,
}: ListAggregate): ScalarFunction {
  return {
    name,
    ...(aliases && { aliases }),
    summary,
    usage: `${name}(list)`,
    category: 'list',
    resolve: (args) => oneList(args, (type) => result(withoutNull(elementOf(type)))),
    evaluate: ({ args: [type] }) => {
      const element = elementOf(type as Type)
      return (list) => {
        const items = Array.from(list as ArrayLike<Value>).filter((item) => item !== null)
        return items.length === 0 ? whenEmpty : apply(items, element)
      }
    },
    examples,
  }
}

/** As of the aggregate: integers in BIGINT, floats in DOUBLE. */
function total(items: readonly Value[], element: Type): Value {
  if (!isInteger(element)) return items.reduce<number>((sum, item) => sum + Number(item), 0)
  const exact = items.reduce<bigint>((sum, item) => sum + BigInt(item as number), 0n)
  if (BigInt.asIntN(64, exact) !== exact) throw overflow('the sum of a list')
  return exact
}

const totalType = (element: Type): Type | undefined =>
  isNumeric(element) ? (isInteger(element) ? INT64 : FLOAT64) : undefined

export const listSum = listAggregate({
  name: 'list_sum',
  summary: 'The sum of the items of a list: BIGINT of integers, DOUBLE of floats.',
  result: totalType,
  apply: total,
  examples: [{ sql: 'list_sum(list_value(1, NULL, 3))', result: '4' }],
})

export const listAvg = listAggregate({
  name: 'list_avg',
  aliases: ['list_mean'],
  summary: 'The mean of the items of a list.',
  result: (element) => totalType(element) && FLOAT64,
  apply: (items) => items.reduce<number>((sum, item) => sum + Number(item), 0) / items.length,
  examples: [{ sql: 'list_avg(list_value(1, NULL, 4))', result: '2.5' }],
})

const extreme = (sign: number) => (items: readonly Value[]) =>
  items.reduce((best, item) => (compareValues(item, best) * sign > 0 ? item : best))

export const listMin = listAggregate({
  name: 'list_min',
  summary: 'The least item of a list.',
  result: (element) => element,
  apply: extreme(-1),
  examples: [{ sql: 'list_min(list_value(3, NULL, 1))', result: '1' }],
})

export const listMax = listAggregate({
  name: 'list_max',
  summary: 'The greatest item of a list; NaN is the greatest number.',
  result: (element) => element,
  apply: extreme(1),
  examples: [{ sql: 'list_max(list_value(3, NULL, 1))', result: '3' }],
})

export const listCount = listAggregate({
  name: 'list_count',
  summary: 'The number of items of a list that are not NULL.',
  result: () => INT64,
  apply: (items) => BigInt(items.length),
  whenEmpty: 0n,
  examples: [{ sql: 'list_count(list_value(1, NULL, 3))', result: '2' }],
})
