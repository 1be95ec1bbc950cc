/** * over numbers. */
import { mul } from '../../model/code.js'
import { isFloat } from '../../model/type.js'
import type { ScalarFunction } from '../definition.js'
import { checkedMultiply } from '../integer-code.js'
import { cornerBounds } from '../interval-arithmetic.js'
import { overloaded } from '../overload.js'
import { evaluateArithmetic, overflowMessage, resolveArithmetic } from './arithmetic.js'
import { durationProduct } from './duration/arithmetic.js'

/** At the end of a range 0 * infinity is 0: it bounds the products of zero and of ever greater numbers. */
function product(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'bigint') return a * BigInt(b)
  return a === 0 || b === 0 ? 0 : a * Number(b)
}

const plain: ScalarFunction = {
  name: '*',
  summary: 'Multiplies two numbers, or an INTERVAL by a number.',
  aliases: ['multiply'],
  usage: 'a * b',
  category: 'operator',
  resolve: resolveArithmetic,
  // + 0 turns the -0 that JavaScript makes of 0 * -1 into the only integer zero; floats keep theirs.
  evaluate: (signature) => {
    const zero = isFloat(signature.result) ? -0 : 0
    const number = (a: number, b: number) => a * b + zero
    return evaluateArithmetic('multiplication', '*', { number, bigint: (a, b) => a * b })(signature)
  },
  emit: ([a, b], { result }) => {
    if (!a || !b) return undefined
    if (isFloat(result)) return { value: mul(a.value, b.value) }
    const { value, overflow } = checkedMultiply(a.value, b.value, result)
    return { value, errors: [{ when: overflow, message: overflowMessage('multiplication', result) }] }
  },
  bounds: cornerBounds(product),
  examples: [{ sql: '6 * 7', result: '42' }],
}

export const times = overloaded(plain, durationProduct)
