/** any_value: the first value that is not NULL, in the order of the rows. */
import { and, type Code, codeTypeOf, constant, type Emitted, eq, lt, ne, or, select } from '../../model/code.js'
import { FLOAT64, type Type, type Value } from '../../model/type.js'
import type { Argument, DistributiveAggregate, HolisticAggregate, Signature, StateField } from '../definition.js'
import { firstType } from '../resolve.js'
import { field } from './state.js'

function resolve([arg, ...rest]: readonly Argument[]): Signature | undefined {
  return arg && rest.length === 0 ? { args: [arg.type], result: arg.type } : undefined
}

const none = constant('i32', 0)
const isBoolean = (type: Type): boolean => codeTypeOf(type) === 'bool'
const stored = (x: Code): Code => (x.type === 'bool' ? select(x, constant('i32', 1), none) : x)

const base = {
  name: 'any_value',
  aliases: ['arbitrary'],
  summary: 'Gives the first value in row order that is not NULL.',
  usage: 'any_value(x)',
  examples: [{ sql: "any_value('a')", result: 'a' }],
  ordered: true,
} as const

const interpreted: HolisticAggregate<Value> = {
  ...base,
  kind: 'holistic',
  resolve,
  init: () => null,
  update: (state, x = null) => state ?? x,
  merge: (a, b) => a ?? b,
  finalize: (state) => state,
}

function fieldsOf(signature: Signature): StateField[] {
  const type = codeTypeOf(firstType(signature))
  const value = type === 'bool' ? 'i32' : type
  return [
    { name: 'value', type: value, init: value === 'i64' ? 0n : 0 },
    { name: 'seen', type: 'i32', init: 0 },
  ]
}

function finish(state: readonly Code[], signature: Signature): Emitted {
  const value = field(state, 0)
  return {
    value: isBoolean(firstType(signature)) ? ne(value, none) : value,
    valid: ne(field(state, 1), none),
  }
}

/** Keeps the earlier of two states: the one that came first, or that stands first where positions are kept. */
function earlier(a: readonly Code[], b: readonly Code[]): readonly Code[] {
  const [position, other] = [b[2], a[2]]
  const isFirst = eq(field(a, 1), none)
  const takes = and(ne(field(b, 1), none), position && other ? or(isFirst, lt(position, other)) : isFirst)
  return a.map((_, index) => select(takes, field(b, index), field(a, index)))
}

export const anyByPosition: DistributiveAggregate = {
  kind: 'distributive',
  name: '$any_value',
  summary: 'Keeps the value of the first row.',
  usage: '$any_value(x, position)',
  resolve: ([arg, position]) => (arg && position ? { args: [arg.type, FLOAT64], result: arg.type } : undefined),
  state: (signature) => [...fieldsOf(signature), { name: 'position', type: 'f64', init: 0 }],
  step: (state, [x = none, position = none]) => earlier(state, [stored(x), constant('i32', 1), position]),
  combine: earlier,
  finish,
  examples: [],
}

export const anyValue: DistributiveAggregate = {
  ...base,
  kind: 'distributive',
  resolve,
  byPosition: anyByPosition.name,
  state: fieldsOf,
  step: (state, [x = none]) => earlier(state, [stored(x), constant('i32', 1)]),
  combine: earlier,
  finish,
  interpreted: interpreted as HolisticAggregate,
}
