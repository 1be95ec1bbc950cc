/** greatest and least of several values; NULLs are passed over. */
import { and, type Code, constant, type Emitted, not, or, select } from '../../model/code.js'
import type { Interval } from '../../model/interval.js'
import type { Type, Value } from '../../model/type.js'
import { either } from '../bounds-union.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { compareValues, lessCode } from '../order.js'
import { commonTypeOf } from '../unify.js'

export function resolveCommon(args: readonly Argument[]): Signature | undefined {
  const type = commonTypeOf(args)
  return type && { args: args.map(() => type), result: type }
}

const TRUE = constant('bool', true)

/** `b` where it is better than `a`, or `a` is NULL. */
function better(a: Emitted, b: Emitted, wins: Code): Emitted {
  if (!a.valid && !b.valid) return { value: select(wins, b.value, a.value) }
  const [left, right] = [a.valid ?? TRUE, b.valid ?? TRUE]
  return { value: select(and(right, or(not(left), wins)), b.value, a.value), valid: or(left, right) }
}

function extreme(name: string, summary: string, sign: 1 | -1, result: string): ScalarFunction {
  const wins = (b: Code, a: Code, type: Type) => (sign > 0 ? lessCode(a, b, type) : lessCode(b, a, type))
  return {
    name,
    summary,
    usage: `${name}(a, b, ...)`,
    category: 'conditional',
    nulls: 'own',
    resolve: resolveCommon,
    evaluate:
      () =>
      (...args) => {
        let best: Value = null
        for (const arg of args) if (arg !== null && (best === null || compareValues(arg, best) * sign > 0)) best = arg
        return best
      },
    emit: ([first, ...rest], { result: type }) =>
      type.kind === 'varchar'
        ? undefined
        : first && rest.reduce((a, b) => better(a, b, wins(b.value, a.value, type)), first),
    bounds: boundsOfAny,
    examples: [{ sql: `${name}(1, NULL, 3)`, result }],
  }
}

/** One of the values; NULL only where all are. */
function boundsOfAny(args: readonly Interval[]): Interval | undefined {
  const [first, ...rest] = args
  if (!first) return undefined
  return { ...rest.reduce(either, first), mayBeNull: args.every((arg) => arg.mayBeNull) }
}

export const greatest = extreme('greatest', 'Picks the greatest value; NULL only where all are NULL.', 1, '3')
export const least = extreme('least', 'Picks the least value; NULL only where all are NULL.', -1, '1')
