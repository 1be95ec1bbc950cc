/** sum: integers give BIGINT, checked once at the end; floats give DOUBLE. */
import { constant, ne } from '../../model/code.js'
import { FLOAT64, INT64, isFloat, isNumeric } from '../../model/type.js'
import type { AlgebraicAggregate, Argument, Signature } from '../definition.js'
import { firstType } from '../resolve.js'
import { field, seen } from './state.js'
import { wideSum } from './total.js'

function resolve([arg, ...rest]: readonly Argument[]): Signature | undefined {
  if (!arg || rest.length > 0) return undefined
  if (arg.type.kind === 'boolean' || arg.type.kind === 'null') return { args: [{ kind: 'int32' }], result: INT64 }
  if (!isNumeric(arg.type)) return undefined
  return { args: [arg.type], result: isFloat(arg.type) ? FLOAT64 : INT64 }
}

export const sum: AlgebraicAggregate = {
  kind: 'algebraic',
  name: 'sum',
  summary: 'Adds all values; NULL where there are none. A sum of integers that BIGINT does not hold is an error.',
  usage: 'sum(x)',
  resolve,
  parts: () => [
    { aggregate: '$total', args: [0] },
    { aggregate: 'count', args: [0] },
  ],
  finish: ([total, count], signature) => {
    const valid = seen(count)
    if (isFloat(firstType(signature))) return { value: field(total, 0), valid }
    const { lo, hi } = wideSum(total)
    return {
      value: lo,
      valid,
      errors: [{ when: ne(hi, constant('i64', 0n)), message: 'overflow in sum: the result does not fit BIGINT' }],
    }
  },
  examples: [{ sql: 'sum(2)', result: '2' }],
}
