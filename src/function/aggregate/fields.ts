/** Single fields of states as results: what ANALYZE keeps of a chunk beside its ends. */
import { FLOAT64, INT64, type Type } from '../../model/type.js'
import type { AlgebraicAggregate, DistributiveAggregate, StateField } from '../definition.js'
import { moments } from './moments.js'
import { field } from './state.js'
import { total } from './total.js'

function fieldOf(name: string, whole: DistributiveAggregate, index: number): AlgebraicAggregate {
  return {
    kind: 'algebraic',
    name,
    summary: `Gives a field of ${whole.name}.`,
    usage: `${name}(x)`,
    resolve: (args) => {
      const signature = whole.resolve(args)
      const own = signature && whole.state(signature)[index]
      return signature && own && { ...signature, result: typeOf(own) }
    },
    parts: () => [{ aggregate: whole.name, args: [0] }],
    finish: ([state]) => ({ value: field(state, index) }),
    examples: [],
  }
}

function typeOf({ type }: StateField): Type {
  return type === 'f64' ? FLOAT64 : INT64
}

export const totalFields: readonly AlgebraicAggregate[] = [fieldOf('$total_0', total, 0), fieldOf('$total_1', total, 1)]

export const momentFields: readonly AlgebraicAggregate[] = [
  fieldOf('$moments_1', moments, 1),
  fieldOf('$moments_2', moments, 2),
]
