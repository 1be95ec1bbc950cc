/** round and trunc, with or without a number of decimal places. */
import { abs, add, type Code, constant, ge, lt, select, sub, trunc as truncCode } from '../../model/code.js'
import { INT64, integerFacts, type Type } from '../../model/type.js'
import type { ScalarFunction } from '../definition.js'
import { emitRounding, evaluateRounding, type Rounding, resolvePlaces, roundingBounds } from './rounding.js'

/** Halves go away from zero. The difference to the truncated number is exact, unlike the sum with one half. */
function halfAway(x: number): number {
  const whole = Math.trunc(x)
  if (Math.abs(x - whole) < 0.5 || !Number.isFinite(x)) return whole
  return whole + Math.sign(x)
}

function halfAwayCode(x: Code): Code {
  const number = (value: number) => constant(x.type, value)
  const whole = truncCode(x)
  const away = select(lt(x, number(0)), number(-1), number(1))
  return select(ge(abs(sub(x, whole)), number(0.5)), add(whole, away), whole)
}

const rounding: Rounding = {
  operation: 'rounding',
  lost: 'zero',
  float: halfAway,
  floatCode: halfAwayCode,
  quotient: (quotient, remainder, power) => {
    if (2n * (remainder < 0n ? -remainder : remainder) < power) return quotient
    return remainder < 0n ? quotient - 1n : quotient + 1n
  },
  quotientCode: (quotient, remainder, power) => {
    const number = (value: bigint) => constant('i64', value)
    const half = number(power / 2n)
    const up = select(ge(remainder, half), number(1n), number(0n))
    const down = select(ge(sub(number(0n), remainder), half), number(1n), number(0n))
    return sub(add(quotient, up), down)
  },
}

const truncation: Rounding = {
  operation: 'truncation',
  lost: 'kept',
  float: Math.trunc,
  floatCode: truncCode,
  quotient: (quotient) => quotient,
  quotientCode: (quotient) => quotient,
}

/** round makes integers signed, as in DuckDB. */
function signedOf(type: Type): Type {
  return integerFacts(type)?.signed === false ? INT64 : type
}

export const round: ScalarFunction = {
  name: 'round',
  summary:
    'Rounds to a number of decimal places (0 if not given; negative ones lie left of the point), halves away from zero.',
  usage: 'round(x [, places])',
  category: 'numeric',
  resolve: resolvePlaces(signedOf),
  evaluate: evaluateRounding(rounding),
  emit: (args, signature) => emitRounding(rounding, args, signature),
  bounds: roundingBounds(rounding),
  examples: [
    { sql: 'round(-2.5)', result: '-3.0' },
    { sql: 'round(2.346, 2)', result: '2.35' },
    { sql: 'round(1250, -2)', result: '1300' },
  ],
}

export const trunc: ScalarFunction = {
  name: 'trunc',
  summary: 'Drops the digits after a number of decimal places (0 if not given).',
  usage: 'trunc(x [, places])',
  category: 'numeric',
  resolve: resolvePlaces((type) => type),
  evaluate: evaluateRounding(truncation),
  emit: (args, signature) => emitRounding(truncation, args, signature),
  bounds: roundingBounds(truncation),
  examples: [
    { sql: 'trunc(-1.9)', result: '-1.0' },
    { sql: 'trunc(1.987, 1)', result: '1.9' },
  ],
}
