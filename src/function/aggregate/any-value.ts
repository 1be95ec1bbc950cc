/** any_value: the first value that is not NULL, in the order of the rows. */
import { type Code, codeTypeOf, constant, eq, ne, select } from '../../model/code.js'
import type { Type, Value } from '../../model/type.js'
import type { Argument, DistributiveAggregate, HolisticAggregate, Signature } from '../definition.js'
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

export const anyValue: DistributiveAggregate = {
  ...base,
  kind: 'distributive',
  resolve,
  state: (signature) => {
    const type = codeTypeOf(firstType(signature))
    const value = type === 'bool' ? 'i32' : type
    return [
      { name: 'value', type: value, init: value === 'i64' ? 0n : 0 },
      { name: 'seen', type: 'i32', init: 0 },
    ]
  },
  step: (state, [x = none]) => [select(eq(field(state, 1), none), stored(x), field(state, 0)), constant('i32', 1)],
  combine: (a, b) => {
    const first = ne(field(a, 1), none)
    return [select(first, field(a, 0), field(b, 0)), select(first, field(a, 1), field(b, 1))]
  },
  finish: (state, signature) => {
    const value = field(state, 0)
    return {
      value: isBoolean(firstType(signature)) ? ne(value, none) : value,
      valid: ne(field(state, 1), none),
    }
  },
  interpreted: interpreted as HolisticAggregate,
}
