/** min and max of everything that has an order; NaN is the greatest number. */
import { type Code, type CodeType, codeTypeOf, constant, gt, max as larger, lt, ne, select } from '../../model/code.js'
import { integerFacts, isFloat, isMoment, type Type, type Value } from '../../model/type.js'
import type {
  AlgebraicAggregate,
  Argument,
  DistributiveAggregate,
  Facts,
  HolisticAggregate,
  Signature,
} from '../definition.js'
import { compareValues, lessCode } from '../order.js'
import { firstType } from '../resolve.js'
import { field, seen } from './state.js'

function resolve([arg, ...rest]: readonly Argument[]): Signature | undefined {
  return arg && rest.length === 0 ? { args: [arg.type], result: arg.type } : undefined
}

/** Booleans are kept as 0 and 1. */
function stateType(type: Type): Exclude<CodeType, 'bool'> {
  const code = codeTypeOf(type)
  return code === 'bool' ? 'i32' : code
}

const stored = (x: Code): Code => (x.type === 'bool' ? select(x, constant('i32', 1), constant('i32', 0)) : x)
const restored = (x: Code, type: Type): Code => (codeTypeOf(type) === 'bool' ? ne(x, constant('i32', 0)) : x)

/** The greatest value, by which the search for the least begins, and the other way round. */
function greatest(type: Type): number | bigint {
  if (isFloat(type)) return Number.NaN
  const { max } = integerFacts(type) ?? { max: isMoment(type) ? 2n ** 63n - 1n : 2n ** 31n - 1n }
  return stateType(type) === 'i64' ? BigInt.asIntN(64, max) : Number(max)
}

function least(type: Type): number | bigint {
  if (isFloat(type)) return Number.NEGATIVE_INFINITY
  const { min } = integerFacts(type) ?? { min: isMoment(type) ? -(2n ** 63n) : -(2n ** 31n) }
  return stateType(type) === 'i64' ? min : Number(min)
}

const lesserOf = (m: Code, x: Code, type: Type): Code => select(lessCode(x, m, type), x, m)

/** The machine's own maximum gives NaN where one is NaN, which is what the order wants. */
const greaterOf = (m: Code, x: Code, type: Type): Code =>
  isFloat(type) ? larger(m, x) : select(lessCode(m, x, type), x, m)

function part(
  name: string,
  init: (type: Type) => number | bigint,
  choose: (m: Code, x: Code, type: Type) => Code,
  known: (facts: Facts) => number | bigint,
): DistributiveAggregate {
  const merge = (a: readonly Code[], b: readonly Code[], signature: Signature) => [
    choose(field(a, 0), stored(field(b, 0)), firstType(signature)),
  ]
  return {
    kind: 'distributive',
    name,
    summary: 'Keeps one end of the values seen.',
    usage: `${name}(x)`,
    resolve,
    state: (signature) => {
      const type = firstType(signature)
      return [{ name: 'value', type: stateType(type), init: init(type) }]
    },
    step: merge,
    combine: merge,
    finish: (state, signature) => ({ value: restored(field(state, 0), firstType(signature)) }),
    fromStatistics: (facts, signature) => {
      const type = firstType(signature)
      const isNone = facts.cells === facts.nulls
      const isBig = stateType(type) === 'i64'
      return [isNone ? init(type) : isBig ? BigInt(known(facts)) : Number(known(facts))]
    },
    examples: [],
  }
}

export const leastPart = part('$min', greatest, lesserOf, ({ cells, nulls, nans, min }) =>
  cells === nulls + nans ? Number.NaN : min,
)
export const greatestPart = part('$max', least, greaterOf, ({ nans, max }) => (nans > 0 ? Number.NaN : max))

/** One end of the floats that are numbers, as statistics keep it: NaN is passed over by the comparison itself. */
function numberPart(name: string, init: number, passes: (x: Code, m: Code) => Code): DistributiveAggregate {
  const choose = ([m]: readonly Code[], [x]: readonly Code[]): readonly Code[] =>
    m && x ? [select(passes(x, m), x, m)] : []
  return {
    kind: 'distributive',
    name,
    summary: 'Keeps one end of the numbers seen.',
    usage: `${name}(x)`,
    resolve: (args) => {
      const signature = resolve(args)
      return signature && isFloat(signature.result) ? signature : undefined
    },
    state: (signature) => [{ name: 'value', type: stateType(firstType(signature)), init }],
    step: choose,
    combine: choose,
    finish: (state) => ({ value: field(state, 0) }),
    examples: [],
  }
}

export const leastNumber = numberPart('$low', Number.POSITIVE_INFINITY, lt)
export const greatestNumber = numberPart('$high', Number.NEGATIVE_INFINITY, gt)

/** The same over text. */
function interpreted(
  base: Pick<AlgebraicAggregate, 'name' | 'summary' | 'usage' | 'examples'>,
  sign: number,
): HolisticAggregate<Value> {
  const choose = (a: Value, b: Value): Value => {
    if (a === null || b === null) return a ?? b
    return compareValues(b, a) * sign < 0 ? b : a
  }
  return {
    ...base,
    kind: 'holistic',
    resolve,
    init: () => null,
    update: (state, x = null) => choose(state, x),
    merge: choose,
    finalize: (state) => state,
  }
}

function extreme(name: string, partName: string, summary: string, sign: number): AlgebraicAggregate {
  const base = { name, summary, usage: `${name}(x)`, examples: [{ sql: `${name}(3)`, result: '3' }] }
  return {
    ...base,
    kind: 'algebraic',
    resolve,
    parts: () => [
      { aggregate: partName, args: [0] },
      { aggregate: 'count', args: [0] },
    ],
    finish: ([end, count], signature) => ({ value: restored(field(end, 0), firstType(signature)), valid: seen(count) }),
    interpreted: interpreted(base, sign) as HolisticAggregate,
  }
}

export const min = extreme('min', '$min', 'Finds the least value; NULL where there are none.', 1)
export const max = extreme(
  'max',
  '$max',
  'Finds the greatest value (NaN above all numbers); NULL where there are none.',
  -1,
)
