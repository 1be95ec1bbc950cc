/** + over numbers, and over a date and a number of days. */
import { add, type Code, type Emitted } from '../../model/code.js'
import { DATE, INT32, isFloat } from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { checkedAdd } from '../integer-code.js'
import { cornerBounds } from '../interval-arithmetic.js'
import { overloaded } from '../overload.js'
import { evaluateArithmetic, overflowMessage, resolveArithmetic } from './arithmetic.js'
import { addDays, isDays, moveDaysBounds, moveDaysCode } from './date-days.js'
import { durationSum } from './duration/arithmetic.js'

function resolve(args: readonly Argument[]): Signature | undefined {
  const [a, b] = args
  if (!a || !b || args.length !== 2) return undefined
  if (a.type.kind === 'date' && isDays(b)) return { args: [DATE, INT32], result: DATE }
  if (b.type.kind === 'date' && isDays(a)) return { args: [INT32, DATE], result: DATE }
  return resolveArithmetic(args)
}

const numbers = evaluateArithmetic('addition', '+', { number: (a, b) => a + b, bigint: (a, b) => a + b })

const bounds = cornerBounds((a, b) => (typeof a === 'bigint' ? a + BigInt(b) : a + Number(b)))

function emitNumbers(a: Code, b: Code, { result }: Signature): Emitted {
  if (isFloat(result)) return { value: add(a, b) }
  const { value, overflow } = checkedAdd(a, b, result)
  return { value, errors: [{ when: overflow, message: overflowMessage('addition', result) }] }
}

const plain: ScalarFunction = {
  name: '+',
  summary: 'Adds two numbers, days to a date, or an INTERVAL to a moment or another INTERVAL.',
  aliases: ['add', 'date_add'],
  usage: 'a + b',
  category: 'operator',
  resolve,
  evaluate: (signature) => {
    if (signature.result.kind !== 'date') return numbers(signature)
    const [a, b] = signature.args[0]?.kind === 'date' ? [0, 1] : [1, 0]
    return (...args) => addDays(args[a] as number, args[b] as number)
  },
  emit: ([a, b], signature) => {
    if (!a || !b) return undefined
    if (signature.result.kind !== 'date') return emitNumbers(a.value, b.value, signature)
    return signature.args[0]?.kind === 'date'
      ? moveDaysCode(a.value, b.value, true)
      : moveDaysCode(b.value, a.value, true)
  },
  bounds: (args, signature) =>
    signature.result.kind === 'date' ? moveDaysBounds(args, bounds) : bounds(args, signature),
  examples: [
    { sql: '1 + 2', result: '3' },
    { sql: "DATE '2020-02-28' + 2", result: '2020-03-01' },
    { sql: "DATE '2020-01-31' + INTERVAL '1 month'", result: '2020-02-29 00:00:00' },
  ],
}

export const plus = overloaded(plain, durationSum)
