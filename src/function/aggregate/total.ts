/** The part of sum and avg that adds: floats in DOUBLE, integers in as many bits as they need. */
import { add, type Code, constant, convert } from '../../model/code.js'
import { FLOAT64, INT64, isFloat, isNumeric, type Type } from '../../model/type.js'
import type { DistributiveAggregate, Signature } from '../definition.js'
import { addWide, addWideSums, addWideUnsigned, type WideSum } from '../integer-code.js'
import { firstType } from '../resolve.js'
import { field } from './state.js'

/** A state over integers: see `WideSum`. */
export function wideSum(state: readonly Code[] | undefined): WideSum {
  return { lo: field(state, 0), hi: field(state, 1) }
}

/**
 * Integers of up to 32 bits need 2^31 rows in one task to overflow 64 bits, so their steps don't carry;
 * merging does, whatever the type.
 */
function stepInteger(state: readonly Code[], x: Code, type: Type): readonly Code[] {
  const sum = wideSum(state)
  if (type.kind === 'uint64') return words(addWideUnsigned(sum, x))
  if (type.kind === 'int64' || type.kind === 'timestamp') return words(addWide(sum, x))
  return [add(sum.lo, convert('i64', x)), sum.hi]
}

const words = ({ lo, hi }: WideSum): readonly Code[] => [lo, hi]

function isFloatSum(signature: Signature): boolean {
  return isFloat(firstType(signature))
}

export const total: DistributiveAggregate = {
  kind: 'distributive',
  name: '$total',
  summary: 'Adds without a limit.',
  usage: '$total(x)',
  resolve: ([arg]) =>
    arg && (isNumeric(arg.type) || arg.type.kind === 'timestamp')
      ? { args: [arg.type], result: isFloat(arg.type) ? FLOAT64 : INT64 }
      : undefined,
  state: (signature) =>
    isFloatSum(signature)
      ? [{ name: 'sum', type: 'f64', init: 0 }]
      : [
          { name: 'lo', type: 'i64', init: 0n },
          { name: 'hi', type: 'i64', init: 0n },
        ],
  step: (state, [x = constant('f64', 0)], signature) =>
    isFloatSum(signature) ? [add(field(state, 0), convert('f64', x))] : stepInteger(state, x, firstType(signature)),
  combine: (a, b, signature) =>
    isFloatSum(signature) ? [add(field(a, 0), field(b, 0))] : words(addWideSums(wideSum(a), wideSum(b))),
  finish: (state) => ({ value: field(state, 0) }),
  fromStatistics: ({ hasMoments, sum, sumHigh }, signature) => {
    if (!hasMoments) return undefined
    return isFloatSum(signature) ? [sum] : [sum, sumHigh]
  },
  examples: [],
}
