/** Expressions over intervals instead of values: what pruning asks. Whatever is not known is UNKNOWN, which keeps a chunk. */
import type { Call, Case, ColumnId, Expression, InList } from '../model/expression.js'
import { type Interval, pointInterval, UNKNOWN } from '../model/interval.js'
import { either } from './bounds-union.js'
import { castMeaning } from './cast.js'
import { comparesEqual, intervalOf, orIntervals, truthsOf } from './interval-logic.js'
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
  const known = values.filter((value) => value !== null)
  const nothing = intervalOf({ mayBeTrue: false, mayBeFalse: true, mayBeNull: given.mayBeNull })
  const found =
    known.length === 0 ? nothing : orIntervals(known.map((value) => comparesEqual(given, pointInterval(value))))
  if (known.length === values.length) return found
  const { mayBeTrue, mayBeFalse, mayBeNull } = truthsOf(found)
  return intervalOf({ mayBeTrue, mayBeFalse: false, mayBeNull: mayBeNull || mayBeFalse })
}
