/** Hyperbolic functions and the like, which JavaScript knows; the kernel has no code for them. */
import { ChunkQLError } from '../../model/error.js'
import { FLOAT64 } from '../../model/type.js'
import type { Example, ScalarFunction } from '../definition.js'
import { math } from '../math.js'
import { fixed } from '../resolve.js'

function ofDouble(name: string, summary: string, apply: (x: number) => number, example: Example): ScalarFunction {
  return {
    name,
    summary,
    usage: `${name}(x)`,
    category: 'numeric',
    resolve: fixed([FLOAT64], FLOAT64),
    evaluate: () => (x) => apply(x as number),
    examples: [example],
  }
}

function cotangent(x: number): number {
  if (x === 0) throw new ChunkQLError('value', 'cot is undefined at zero')
  if (Math.abs(x) === Number.POSITIVE_INFINITY) {
    throw new ChunkQLError('value', 'an infinite value is out of range for a trigonometric function')
  }
  return 1 / math('tan')(x, 0)
}

function areaTangent(x: number): number {
  if (Math.abs(x) > 1) throw new ChunkQLError('value', 'atanh is undefined outside [-1, 1]')
  return Math.atanh(x)
}

/** Away from zero, to the next even whole number. */
function toEven(x: number): number {
  const size = 2 * Math.ceil(Math.abs(x) / 2)
  return x < 0 ? -size : size
}

export const hyperbolics: readonly ScalarFunction[] = [
  ofDouble('sinh', 'Computes the hyperbolic sine.', Math.sinh, { sql: 'sinh(0)', result: '0.0' }),
  ofDouble('cosh', 'Computes the hyperbolic cosine.', Math.cosh, { sql: 'cosh(0)', result: '1.0' }),
  ofDouble('tanh', 'Computes the hyperbolic tangent.', Math.tanh, { sql: 'tanh(0)', result: '0.0' }),
  ofDouble('asinh', 'Computes the inverse of sinh.', Math.asinh, { sql: 'asinh(0)', result: '0.0' }),
  ofDouble('acosh', 'Computes the inverse of cosh; NaN below 1.', Math.acosh, { sql: 'acosh(1)', result: '0.0' }),
  ofDouble('atanh', 'Computes the inverse of tanh; outside [-1, 1] is an error.', areaTangent, {
    sql: 'atanh(0)',
    result: '0.0',
  }),
  ofDouble('cot', 'Computes the cotangent of an angle in radians; at zero it is an error.', cotangent, {
    sql: 'round(cot(1), 4)',
    result: '0.6421',
  }),
  ofDouble('even', 'Rounds away from zero to the next even whole number.', toEven, { sql: 'even(2.5)', result: '4.0' }),
]
