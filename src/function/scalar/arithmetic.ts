/** What + - * / // % and unary minus share: how they fail, and how they compute per type. */
import { ChunkQLError } from '../../model/error.js'
import { integerFacts, type Type, typeName, type Value } from '../../model/type.js'
import type { Argument, Signature } from '../definition.js'
import { arithmeticType } from '../unify.js'

export function resolveArithmetic(args: readonly Argument[]): Signature | undefined {
  const [a, b] = args
  if (!a || !b || args.length !== 2) return undefined
  const type = arithmeticType(a, b)
  return type && { args: [type, type], result: type }
}

export function overflowMessage(operation: string, type: Type): string {
  return `overflow in ${operation} of ${typeName(type)}`
}

/** Checks that an integer result lies in its type's range. */
export function checkedInteger(operation: string, symbol: string, type: Type): (r: Value, a: Value, b: Value) => Value {
  const facts = integerFacts(type)
  if (!facts) throw new Error(`${type.kind} is no integer type`)
  const big = facts.bits === 64
  const min = big ? facts.min : Number(facts.min)
  const max = big ? facts.max : Number(facts.max)
  return (result, a, b) => {
    if ((result as number | bigint) < min || (result as number | bigint) > max) {
      throw new ChunkQLError('value', `${overflowMessage(operation, type)} (${a} ${symbol} ${b})`)
    }
    return result
  }
}

/** The two ways in which JavaScript computes; `as` is safe because the signature fixed the types of the values. */
export interface Computations {
  number(a: number, b: number): number
  bigint(a: bigint, b: bigint): bigint
}

export function evaluateArithmetic(
  operation: string,
  symbol: string,
  compute: Computations,
): ({ result }: Signature) => (...args: Value[]) => Value {
  return ({ result }) => {
    if (result.kind === 'float64') return compute.number as (...args: Value[]) => Value
    if (result.kind === 'float32') return (a, b) => Math.fround(compute.number(a as number, b as number))
    const check = checkedInteger(operation, symbol, result)
    const exact = integerFacts(result)?.bits === 64 ? compute.bigint : compute.number
    const run = exact as (a: Value, b: Value) => Value
    return (a = null, b = null) => check(run(a, b), a, b)
  }
}
