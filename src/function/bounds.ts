/** Expressions over intervals instead of values: what pruning asks. Whatever is not known is UNKNOWN, which keeps a chunk. */
import type { Call, Case, ColumnId, Expression, InList } from '../model/expression.js'
import { type Interval, pointInterval, UNKNOWN } from '../model/interval.js'
import type { Value } from '../model/type.js'
import { either } from './bounds-union.js'
import { castMeaning } from './cast.js'
import { intervalOf, truthsOf } from './interval-logic.js'
import { compareValues } from './order.js'
import { builtins, type Registry } from './registry.js'

/** Sound bounds of an expression, given bounds of its columns. For a predicate, `truth` of the result says skip or pass. */
export function boundsOf(
  expression: Expression,
  columns: (id: ColumnId) => Interval,
  registry: Registry = builtins,
): Interval {
  const bounds = (part: Expression) => boundsOf(part, columns, registry)
  switch (expression.kind) {
    case 'literal':
      return pointInterval(expression.value)
    case 'column':
      return columns(expression.column)
    case 'call':
      return callBounds(expression, registry, bounds)
    case 'case':
      return caseBounds(expression, bounds)
    case 'cast':
      return castBounds(expression, bounds)
    case 'in':
      return inBounds(expression, bounds)
    default:
      return expression satisfies never
  }
}

type Bounds = (part: Expression) => Interval

function callBounds({ function: name, args, type }: Call, registry: Registry, bounds: Bounds): Interval {
  const definition = registry.scalarFunction(name)
  if (!definition?.bounds) return UNKNOWN
  return definition.bounds(args.map(bounds), { args: args.map((arg) => arg.type), result: type }) ?? UNKNOWN
}

function castBounds({ arg, type, attempt }: Extract<Expression, { kind: 'cast' }>, bounds: Bounds): Interval {
  return castMeaning(arg.type, type, attempt)?.bounds(bounds(arg)) ?? UNKNOWN
}

/** Any branch that may be taken; the first that must be is the last. */
function caseBounds({ branches, otherwise }: Case, bounds: Bounds): Interval {
  let result: Interval | undefined
  for (const branch of branches) {
    const condition = truthsOf(bounds(branch.when))
    if (condition.mayBeTrue) result = either(result, bounds(branch.result))
    if (!condition.mayBeFalse && !condition.mayBeNull) return result ?? UNKNOWN
  }
  return either(result, bounds(otherwise))
}

/** TRUE for one of the values, else FALSE, or NULL where the list has a NULL. */
function inBounds({ arg, values }: InList, bounds: Bounds): Interval {
  const given = bounds(arg)
  const { numbers, hasNull, hasNaN } = sortedList(values)
  const { lo, hi, mayBeNull, mayBeNaN } = given
  const mayBeNumber = !given.empty
  const isMet = mayBeNumber && meets(numbers, lo, hi)
  const isPoint = lo !== undefined && hi !== undefined && compareValues(lo, hi) === 0
  const mayBeTrue = isMet || (mayBeNaN && hasNaN)
  const mayMiss = (mayBeNumber && !(isMet && isPoint)) || (mayBeNaN && !hasNaN)
  return intervalOf({ mayBeTrue, mayBeFalse: mayMiss && !hasNull, mayBeNull: mayBeNull || (mayMiss && hasNull) })
}

interface SortedList {
  /** All that is neither NULL nor NaN. */
  readonly numbers: readonly Value[]
  readonly hasNull: boolean
  readonly hasNaN: boolean
}

/** Lists may be long, and are asked chunk by chunk. */
const lists = new WeakMap<readonly Value[], SortedList>()

function sortedList(values: readonly Value[]): SortedList {
  const known = lists.get(values)
  if (known) return known
  const numbers = values.filter((value) => value !== null && !Number.isNaN(value)).sort(compareValues)
  const list = { numbers, hasNull: values.includes(null), hasNaN: values.some((value) => Number.isNaN(value)) }
  lists.set(values, list)
  return list
}

/** Whether one of some sorted values lies between two ends, by halving. */
function meets(values: readonly Value[], lo: Value | undefined, hi: Value | undefined): boolean {
  let low = 0
  let high = lo === undefined ? 0 : values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareValues(values[middle] as Value, lo as Value) < 0) low = middle + 1
    else high = middle
  }
  const first = values[low]
  return first !== undefined && (hi === undefined || compareValues(first, hi) <= 0)
}
