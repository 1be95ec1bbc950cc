/** avg: the sum by the count, integers summed exactly. */
import { convert, div } from '../../model/code.js'
import { FLOAT64, isFloat, isNumeric } from '../../model/type.js'
import type { AlgebraicAggregate, Argument, Signature } from '../definition.js'
import { wideToDouble } from '../integer-code.js'
import { firstType } from '../resolve.js'
import { field, seen } from './state.js'
import { wideSum } from './total.js'

/** A number for the arithmetic of moments; NULL counts as one. */
export function resolveNumber([arg, ...rest]: readonly Argument[]): Signature | undefined {
  if (!arg || rest.length > 0) return undefined
  if (arg.type.kind === 'null') return { args: [FLOAT64], result: FLOAT64 }
  return isNumeric(arg.type) ? { args: [arg.type], result: FLOAT64 } : undefined
}

export const avg: AlgebraicAggregate = {
  kind: 'algebraic',
  name: 'avg',
  aliases: ['mean'],
  summary: 'Computes the arithmetic mean as DOUBLE; NULL where there are no values.',
  usage: 'avg(x)',
  resolve: resolveNumber,
  parts: () => [
    { aggregate: '$total', args: [0] },
    { aggregate: 'count', args: [0] },
  ],
  finish: ([total, count], signature) => {
    const sum = isFloat(firstType(signature)) ? field(total, 0) : wideToDouble(wideSum(total))
    return { value: div(sum, convert('f64', field(count, 0))), valid: seen(count) }
  },
  examples: [{ sql: 'avg(2)', result: '2.0' }],
}
