/** - over numbers, a date and a number of days, and two dates. */
import { type Code, convert, type Emitted, sub } from '../../model/code.js'
import { DATE, INT32, INT64, isFloat } from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { checkedSubtract } from '../integer-code.js'
import { cornerBounds } from '../interval-arithmetic.js'
import { overloaded } from '../overload.js'
import { accepts } from '../resolve.js'
import { evaluateArithmetic, overflowMessage, resolveArithmetic } from './arithmetic.js'
import { addDays, isDays, moveDaysBounds, moveDaysCode } from './date-days.js'
import { durationDifference } from './duration/arithmetic.js'

function resolve(args: readonly Argument[]): Signature | undefined {
  const [a, b] = args
  if (!a || !b || args.length !== 2) return undefined
  if (a.type.kind === 'date' && isDays(b)) return { args: [DATE, INT32], result: DATE }
  const dates = a.type.kind === 'date' || b.type.kind === 'date'
  if (dates && accepts(a, DATE) && accepts(b, DATE)) return { args: [DATE, DATE], result: INT64 }
  return resolveArithmetic(args)
}

const numbers = evaluateArithmetic('subtraction', '-', { number: (a, b) => a - b, bigint: (a, b) => a - b })

function emitNumbers(a: Code, b: Code, { result }: Signature): Emitted {
  if (isFloat(result)) return { value: sub(a, b) }
  const { value, overflow } = checkedSubtract(a, b, result)
  return { value, errors: [{ when: overflow, message: overflowMessage('subtraction', result) }] }
}

const isDate = (signature: Signature, index: number): boolean => signature.args[index]?.kind === 'date'

const bounds = cornerBounds((a, b) => (typeof a === 'bigint' ? a - BigInt(b) : a - Number(b)))

const plain: ScalarFunction = {
  name: '-',
  summary: 'Subtracts numbers, takes days or an INTERVAL from a moment, or tells the days or the INTERVAL between two.',
  aliases: ['subtract'],
  usage: 'a - b',
  category: 'operator',
  resolve,
  evaluate: (signature) => {
    if (isDate(signature, 1)) return (a, b) => BigInt(a as number) - BigInt(b as number)
    if (isDate(signature, 0)) return (a, b) => addDays(a as number, -(b as number))
    return numbers(signature)
  },
  emit: ([a, b], signature) => {
    if (!a || !b) return undefined
    if (isDate(signature, 1)) return { value: sub(convert('i64', a.value), convert('i64', b.value)) }
    if (isDate(signature, 0)) return moveDaysCode(a.value, b.value, false)
    return emitNumbers(a.value, b.value, signature)
  },
  bounds: (args, signature) => {
    if (!isDate(signature, 0)) return bounds(args, signature)
    if (!isDate(signature, 1)) return moveDaysBounds(args, bounds)
    const days = bounds(args, { result: INT32 })
    if (!days) return days
    const wide = (end: unknown) => (typeof end === 'number' ? BigInt(end) : undefined)
    return { ...days, lo: wide(days.lo), hi: wide(days.hi) }
  },
  examples: [
    { sql: '3 - 5', result: '-2' },
    { sql: "DATE '2020-03-01' - DATE '2020-02-01'", result: '29' },
    { sql: "DATE '2020-03-01' - 1", result: '2020-02-29' },
    { sql: "TIMESTAMP '2020-03-01 12:00:00' - DATE '2020-02-28'", result: '2 days 12:00:00' },
  ],
}

export const minus = overloaded(plain, durationDifference)
