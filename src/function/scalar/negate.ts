/** Unary minus. */
import { neg } from '../../model/code.js'
import { integerFacts, isFloat, type Type, type Value } from '../../model/type.js'
import type { ScalarFunction, Signature } from '../definition.js'
import { checkedNegate } from '../integer-code.js'
import { numericInterval, rangeOf } from '../interval-arithmetic.js'
import { overloaded } from '../overload.js'
import { ownNumber } from '../resolve.js'
import { checkedInteger, overflowMessage } from './arithmetic.js'
import { durationNegation } from './duration/arithmetic.js'

const operation = 'negation'

function negateWith(type: Type): (value: Value) => Value {
  if (isFloat(type)) return (value) => -(value as number)
  const check = checkedInteger(operation, '', type)
  if (integerFacts(type)?.bits === 64) return (value) => check(-(value as bigint), '-', value)
  return (value) => check(0 - (value as number), '-', value)
}

const plain: ScalarFunction = {
  name: 'negate',
  summary: 'Negates a number.',
  usage: '-a',
  category: 'operator',
  resolve: ownNumber(),
  evaluate: ({ result }: Signature) => negateWith(result) as (...args: Value[]) => Value,
  emit: ([a], { result }) => {
    if (!a) return undefined
    if (isFloat(result)) return { value: neg(a.value) }
    const { value, overflow } = checkedNegate(a.value, result)
    return { value, errors: [{ when: overflow, message: overflowMessage(operation, result) }] }
  },
  bounds: ([a], { result }) => {
    const range = a && rangeOf(a, result)
    if (!range || a.empty) return a
    return numericInterval({ lo: flipped(range.hi), hi: flipped(range.lo) }, result, a)
  },
  examples: [{ sql: '-(2 + 3)', result: '-5' }],
}

export const negate = overloaded(plain, durationNegation)

const flipped = (end: number | bigint): number | bigint => (typeof end === 'bigint' ? -end : -end)
