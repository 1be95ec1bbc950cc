/** bool_and and bool_or. */
import { and, type Code, constant, ne, or, select } from '../../model/code.js'
import { BOOLEAN } from '../../model/type.js'
import type { AlgebraicAggregate, DistributiveAggregate } from '../definition.js'
import { fixed } from '../resolve.js'
import { field, seen } from './state.js'

const bit = (code: Code): Code => (code.type === 'bool' ? select(code, constant('i32', 1), constant('i32', 0)) : code)

function part(name: string, init: 0 | 1, merge: (a: Code, b: Code) => Code): DistributiveAggregate {
  const combine = (a: readonly Code[], b: readonly Code[]) => [merge(field(a, 0), bit(field(b, 0)))]
  return {
    kind: 'distributive',
    name,
    summary: 'Keeps one truth value.',
    usage: `${name}(x)`,
    resolve: fixed([BOOLEAN], BOOLEAN),
    state: () => [{ name: 'value', type: 'i32', init }],
    step: combine,
    combine,
    finish: (state) => ({ value: ne(field(state, 0), constant('i32', 0)) }),
    examples: [],
  }
}

function overBooleans(name: string, partName: string, summary: string): AlgebraicAggregate {
  return {
    kind: 'algebraic',
    name,
    summary,
    usage: `${name}(x)`,
    resolve: fixed([BOOLEAN], BOOLEAN),
    parts: () => [
      { aggregate: partName, args: [0] },
      { aggregate: 'count', args: [0] },
    ],
    finish: ([state, count]) => ({ value: ne(field(state, 0), constant('i32', 0)), valid: seen(count) }),
    examples: [{ sql: `${name}(TRUE)`, result: 'true' }],
  }
}

export const allPart = part('$all', 1, and)
export const anyPart = part('$any', 0, or)
export const boolAnd = overBooleans('bool_and', '$all', 'Is TRUE where all values are TRUE; NULL where there are none.')
export const boolOr = overBooleans('bool_or', '$any', 'Is TRUE where one value is TRUE; NULL where there are none.')
