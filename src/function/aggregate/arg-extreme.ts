/** arg_min and arg_max: the value of one column where another has its least or greatest. */
import {
  and,
  type Code,
  type CodeType,
  codeTypeOf,
  constant,
  type Emitted,
  eq,
  lt,
  ne,
  not,
  or,
  select,
} from '../../model/code.js'
import { FLOAT64, type Type, type Value } from '../../model/type.js'
import type { Argument, DistributiveAggregate, HolisticAggregate, Signature, StateField } from '../definition.js'
import { compareValues, lessCode } from '../order.js'
import { firstType } from '../resolve.js'
import { field } from './state.js'

function resolve([value, key, ...rest]: readonly Argument[]): Signature | undefined {
  return value && key && rest.length === 0 ? { args: [value.type, key.type], result: value.type } : undefined
}

function stateType(type: Type | undefined): Exclude<CodeType, 'bool'> {
  const code = codeTypeOf(type ?? { kind: 'null' })
  return code === 'bool' ? 'i32' : code
}

const zeroOf = (type: CodeType): number | bigint => (type === 'i64' ? 0n : 0)
const none = constant('i32', 0)
const stored = (x: Code): Code => (x.type === 'bool' ? select(x, constant('i32', 1), none) : x)

type Better = (key: Code, best: Code, type: Type) => Code

/** Of equal keys the first one stays: the one that came first, or that stands first where positions are kept. */
function merge(a: readonly Code[], b: readonly Code[], keyType: Type, better: Better): readonly Code[] {
  const [key, best] = [field(b, 1), field(a, 1)]
  const [position, other] = [b[3], a[3]]
  const earlier = position && other && and(not(better(best, key, keyType)), lt(position, other))
  const wins = better(key, best, keyType)
  const takes = and(ne(field(b, 2), none), or(eq(field(a, 2), none), earlier ? or(wins, earlier) : wins))
  return a.map((_, index) => select(takes, field(b, index), field(a, index)))
}

interface Best {
  readonly value: Value
  readonly key: Value
}

const betterOf =
  (sign: 1 | -1): Better =>
  (key, best, type) =>
    sign < 0 ? lessCode(key, best, type) : lessCode(best, key, type)

const keyTypeOf = ({ args: [, type] }: Signature): Type => type ?? { kind: 'null' }

/** The same with the position of the row as a third argument. */
function byPosition(name: string, sign: 1 | -1): DistributiveAggregate {
  const better = betterOf(sign)
  return {
    kind: 'distributive',
    name,
    summary: 'Keeps the value of the row where a key is best.',
    usage: `${name}(value, key, position)`,
    resolve: ([value, key, position]) => {
      const signature = position && resolve(value && key ? [value, key] : [])
      return signature && { args: [...signature.args, FLOAT64], result: signature.result }
    },
    state: (signature) => [...fieldsOf(signature), { name: 'position', type: 'f64', init: 0 }],
    step: (state, [value = none, key = none, position = none], signature) =>
      merge(state, [stored(value), stored(key), constant('i32', 1), position], keyTypeOf(signature), better),
    combine: (a, b, signature) => merge(a, b, keyTypeOf(signature), better),
    finish: finishBest,
    examples: [],
  }
}

function fieldsOf({ args: [value, key] }: Signature): StateField[] {
  const [v, k] = [stateType(value), stateType(key)]
  return [
    { name: 'value', type: v, init: zeroOf(v) },
    { name: 'key', type: k, init: zeroOf(k) },
    { name: 'seen', type: 'i32', init: 0 },
  ]
}

function finishBest(state: readonly Code[], signature: Signature): Emitted {
  const value = field(state, 0)
  const isBoolean = codeTypeOf(firstType(signature)) === 'bool'
  return { value: isBoolean ? ne(value, none) : value, valid: ne(field(state, 2), none) }
}

function argExtreme(
  name: string,
  aliases: readonly string[],
  summary: string,
  sign: 1 | -1,
  positioned: DistributiveAggregate,
): DistributiveAggregate {
  const base = {
    name,
    aliases,
    summary,
    usage: `${name}(value, key)`,
    examples: [{ sql: `${name}('a', 1)`, result: 'a' }],
    ordered: true,
  } as const
  const better = betterOf(sign)
  const choose = (a: Best | null, b: Best | null) => {
    if (!a || !b) return a ?? b
    return compareValues(b.key, a.key) * sign > 0 ? b : a
  }
  const interpreted: HolisticAggregate<Best | null> = {
    ...base,
    kind: 'holistic',
    resolve,
    init: () => null,
    update: (state, value = null, key = null) => choose(state, { value, key }),
    merge: choose,
    finalize: (state) => state?.value ?? null,
  }
  return {
    ...base,
    kind: 'distributive',
    resolve,
    byPosition: positioned.name,
    state: fieldsOf,
    step: (state, [value = none, key = none], signature) =>
      merge(state, [stored(value), stored(key), constant('i32', 1)], keyTypeOf(signature), better),
    combine: (a, b, signature) => merge(a, b, keyTypeOf(signature), better),
    finish: finishBest,
    interpreted: interpreted as HolisticAggregate,
  }
}

export const argMinByPosition = byPosition('$arg_min', -1)
export const argMaxByPosition = byPosition('$arg_max', 1)

export const argMin = argExtreme(
  'arg_min',
  ['argmin', 'min_by'],
  'Gives the value of the row where a key is least; of several the first.',
  -1,
  argMinByPosition,
)

export const argMax = argExtreme(
  'arg_max',
  ['argmax', 'max_by'],
  'Gives the value of the row where a key is greatest; of several the first.',
  1,
  argMaxByPosition,
)
