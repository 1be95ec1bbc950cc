/** isnan, isinf, isfinite: over floats, and for the infinite dates. */
import { abs, and, type Code, constant, lt, ne, not } from '../../model/code.js'
import { BOOLEAN, FLOAT64, isFloat, type Type, type Value } from '../../model/type.js'
import { isInfiniteDate, isInfiniteTimestamp } from '../calendar.js'
import { isFiniteCode } from '../calendar-code.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { intervalOf } from '../interval-logic.js'
import { accepts, firstType } from '../resolve.js'
import { isTemporal } from '../unify.js'

function resolver(withDates: boolean): (args: readonly Argument[]) => Signature | undefined {
  return ([arg, ...rest]) => {
    if (!arg || rest.length > 0 || arg.type.kind === 'varchar') return undefined
    if (isFloat(arg.type) || (withDates && isTemporal(arg.type))) return { args: [arg.type], result: BOOLEAN }
    return accepts(arg, FLOAT64) ? { args: [FLOAT64], result: BOOLEAN } : undefined
  }
}

function isInfinite(value: Value, type: Type): boolean {
  if (type.kind === 'date') return isInfiniteDate(value as number)
  if (type.kind === 'timestamp') return isInfiniteTimestamp(value as bigint)
  return Math.abs(value as number) === Number.POSITIVE_INFINITY
}

/** Neither NaN nor infinite. */
function finiteCode(x: Code): Code {
  if (x.type !== 'f32' && x.type !== 'f64') return isFiniteCode(x)
  return lt(abs(x), constant(x.type, Number.POSITIVE_INFINITY))
}

const isNaNCode = (x: Code): Code => (x.type === 'f32' || x.type === 'f64' ? ne(x, x) : constant('bool', false))

const shared = { category: 'numeric' } as const

export const isnan: ScalarFunction = {
  ...shared,
  name: 'isnan',
  summary: 'Tests whether a number is NaN.',
  usage: 'isnan(x)',
  resolve: resolver(false),
  evaluate: () => (x) => Number.isNaN(x),
  emit: ([x]) => x && { value: isNaNCode(x.value) },
  bounds: ([x]) => x && intervalOf({ mayBeTrue: x.mayBeNaN, mayBeFalse: !x.empty, mayBeNull: x.mayBeNull }),
  examples: [{ sql: "isnan(CAST('nan' AS DOUBLE))", result: 'true' }],
}

export const isinf: ScalarFunction = {
  ...shared,
  name: 'isinf',
  summary: 'Tests whether a number, date or timestamp is infinite.',
  usage: 'isinf(x)',
  resolve: resolver(true),
  evaluate: (signature) => {
    const type = firstType(signature)
    return (x = null) => isInfinite(x, type)
  },
  emit: ([x]) => x && { value: and(not(finiteCode(x.value)), not(isNaNCode(x.value))) },
  examples: [{ sql: 'isinf(1 / 0)', result: 'true' }],
}

export const isfinite: ScalarFunction = {
  ...shared,
  name: 'isfinite',
  summary: 'Tests whether a number is neither infinite nor NaN, or a date or timestamp is not infinite.',
  usage: 'isfinite(x)',
  resolve: resolver(true),
  evaluate: (signature) => {
    const type = firstType(signature)
    return (x = null) => !Number.isNaN(x) && !isInfinite(x, type)
  },
  emit: ([x]) => x && { value: finiteCode(x.value) },
  examples: [{ sql: 'isfinite(1 / 0)', result: 'false' }],
}
