/** bit_and, bit_or, bit_xor of integers. */
import { and, type Code, codeTypeOf, or, xor } from '../../model/code.js'
import { INT64, isInteger } from '../../model/type.js'
import type { AlgebraicAggregate, Argument, DistributiveAggregate, Signature } from '../definition.js'
import { firstType } from '../resolve.js'
import { field, seen } from './state.js'

function resolve([arg, ...rest]: readonly Argument[]): Signature | undefined {
  if (!arg || rest.length > 0) return undefined
  const type = arg.type.kind === 'null' ? INT64 : arg.type
  return isInteger(type) ? { args: [type], result: type } : undefined
}

function part(name: string, init: 0 | -1, merge: (a: Code, b: Code) => Code): DistributiveAggregate {
  const combine = (a: readonly Code[], b: readonly Code[]) => [merge(field(a, 0), field(b, 0))]
  return {
    kind: 'distributive',
    name,
    summary: 'Keeps bits.',
    usage: `${name}(x)`,
    resolve,
    state: (signature) => {
      const type = codeTypeOf(firstType(signature)) === 'i64' ? 'i64' : 'i32'
      return [{ name: 'bits', type, init: type === 'i64' ? BigInt(init) : init }]
    },
    step: combine,
    combine,
    finish: (state) => ({ value: field(state, 0) }),
    examples: [],
  }
}

function overBits(name: string, partName: string, summary: string): AlgebraicAggregate {
  return {
    kind: 'algebraic',
    name,
    summary,
    usage: `${name}(x)`,
    resolve,
    parts: () => [
      { aggregate: partName, args: [0] },
      { aggregate: 'count', args: [0] },
    ],
    finish: ([bits, count]) => ({ value: field(bits, 0), valid: seen(count) }),
    examples: [{ sql: `${name}(6)`, result: '6' }],
  }
}

export const andPart = part('$and', -1, and)
export const orPart = part('$or', 0, or)
export const xorPart = part('$xor', 0, xor)
export const bitAndAll = overBits(
  'bit_and',
  '$and',
  'Keeps the bits that all integers have; NULL where there are none.',
)
export const bitOrAll = overBits('bit_or', '$or', 'Joins the bits of all integers; NULL where there are none.')
export const bitXorAll = overBits('bit_xor', '$xor', 'Keeps the bits that an odd number of integers has.')
