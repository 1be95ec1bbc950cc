/** abs and sign. */
import { abs as absCode, type Code, constant, gt, lt, select } from '../../model/code.js'
import type { Interval } from '../../model/interval.js'
import { INT8, integerFacts, isFloat, isNumeric, type Type, type Value } from '../../model/type.js'
import type { ScalarFunction } from '../definition.js'
import { checkedAbs } from '../integer-code.js'
import { containsZero, endsOf, numericInterval, rangeOf } from '../interval-arithmetic.js'
import { firstType, ownNumber } from '../resolve.js'
import { checkedInteger, overflowMessage } from './arithmetic.js'

function evaluateAbs(type: Type): (...args: Value[]) => Value {
  if (isFloat(type)) return Math.abs as (...args: Value[]) => Value
  const check = checkedInteger('abs', '', type)
  return (x = null) => check(magnitude(x as number | bigint), x, '')
}

const magnitude = (x: number | bigint): number | bigint => (x < 0 ? -x : x)

function absBounds(x: Interval, type: Type): Interval | undefined {
  const range = rangeOf(x, type)
  if (!range || x.empty) return x
  const zero = typeof range.lo === 'bigint' ? 0n : 0
  const ends = endsOf([magnitude(range.lo), magnitude(range.hi), ...(containsZero(range) ? [zero] : [])])
  return ends && numericInterval(ends, type, x)
}

export const abs: ScalarFunction = {
  name: 'abs',
  aliases: ['@'],
  summary: 'Gives the size of a number without its sign.',
  usage: 'abs(x)',
  category: 'numeric',
  resolve: ownNumber(),
  evaluate: ({ result }) => evaluateAbs(result),
  emit: ([x], { result }) => {
    if (!x) return undefined
    if (isFloat(result)) return { value: absCode(x.value) }
    if (integerFacts(result)?.signed === false) return { value: x.value }
    const { value, overflow } = checkedAbs(x.value, result)
    return { value, errors: [{ when: overflow, message: overflowMessage('abs', result) }] }
  },
  bounds: ([x], { result }) => x && absBounds(x, result),
  examples: [{ sql: 'abs(-3)', result: '3' }],
}

/** NaN has no sign: it gives 0. */
const signOf = (x: Value): number => ((x as number | bigint) > 0 ? 1 : (x as number | bigint) < 0 ? -1 : 0)

function signCode(x: Code, type: Type): Code {
  const zero = constant(x.type, x.type === 'i64' ? 0n : 0)
  const number = (value: number) => constant('i32', value)
  if (type.kind === 'uint64') return select({ op: 'ne', type: 'bool', args: [x, zero] }, number(1), number(0))
  return select(gt(x, zero), number(1), select(lt(x, zero), number(-1), number(0)))
}

export const sign: ScalarFunction = {
  name: 'sign',
  summary: 'Is -1, 0 or 1, as a number is negative, zero (or NaN) or positive.',
  usage: 'sign(x)',
  category: 'numeric',
  resolve: ([x, ...rest]) => {
    const own = ownNumber()(x ? [x, ...rest] : [])
    return own && { args: own.args, result: INT8 }
  },
  evaluate: () => signOf as (...args: Value[]) => Value,
  emit: ([x], signature) => x && { value: signCode(x.value, firstType(signature)) },
  bounds: ([x], signature) => {
    const range = x && isNumeric(firstType(signature)) ? rangeOf(x, firstType(signature)) : undefined
    if (!x || !range) return undefined
    const ends = endsOf([...(x.empty ? [] : [signOf(range.lo), signOf(range.hi)]), ...(x.mayBeNaN ? [0] : [])])
    return ends ? { ...ends, mayBeNull: x.mayBeNull, mayBeNaN: false } : { ...x, mayBeNaN: false }
  },
  examples: [{ sql: 'sign(-2.5)', result: '-1' }],
}
