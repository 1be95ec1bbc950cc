/** One interface for aggregates of every kind, a row at a time: how the interpreter groups. */
import { codeTypeOf, input } from '../model/code.js'
import { ChunkQLError } from '../model/error.js'
import type { AggregateCall } from '../model/expression.js'
import { isObjectType, type Type, type Value } from '../model/type.js'
import { keyOfTuple, keyOfValue } from '../model/value-key.js'
import type { Vector } from '../model/vector.js'
import { compileParts } from './accumulate-code.js'
import type { AggregateFunction, HolisticAggregate, Signature } from './definition.js'
import type { Registry } from './registry.js'

/** `update` and `merge` may change and return the state given; `b` of merge stands later in task order. */
export interface RowAccumulator<State = unknown> {
  init(): State
  /** Rows with a NULL argument are skipped here, where the aggregate does not want them. */
  update(state: State, ...args: Value[]): State
  /** Many rows at once, where an aggregate has a faster way for them: row i goes to states[groups[i]]. */
  updateAll?: ((states: State[], groups: Int32Array, args: readonly Vector[]) => void) | undefined
  merge(a: State, b: State): State
  finalize(state: State): Value
  /** Structured-cloneable form. */
  serialize(state: State): unknown
  deserialize(data: unknown): State
  /** Bytes that a state takes beyond a fixed few, for the memory limit. */
  size(state: State): number
}

type Described = Pick<AggregateCall, 'aggregate' | 'args' | 'type' | 'distinct'>

export function accumulatorOf(call: Described, registry: Registry): RowAccumulator {
  const definition = registry.aggregateFunction(call.aggregate)
  if (!definition) throw new ChunkQLError('internal', `there is no aggregate ${call.aggregate}`)
  const signature: Signature = { args: call.args.map((arg) => arg.type), result: call.type }
  const plain = accumulatorFor(definition, signature, registry)
  return call.distinct && signature.args.length > 0 ? overDistinct(plain) : plain
}

/** The same for a definition and its types. */
export function accumulatorFor(
  definition: AggregateFunction,
  signature: Signature,
  registry: Registry,
): RowAccumulator {
  const interpreted = definition.interpreted && signature.args.some(hasNoCode) ? definition.interpreted : definition
  return interpreted.kind === 'holistic'
    ? fromHolistic(interpreted, signature)
    : compileParts(interpreted, signature, registry, signature.args.map(inputFor))
}

const hasNoCode = isObjectType

/** Only `count` takes text, bytes and lists as code, and does not look at them. */
function inputFor(type: Type, index: number) {
  return input(hasNoCode(type) ? 'bool' : codeTypeOf(type), index)
}

function fromHolistic(definition: HolisticAggregate, signature: Signature): RowAccumulator {
  const skips = definition.nulls !== 'own'
  return {
    init: () => definition.init(signature),
    update: (state, ...args) => (skips && args.includes(null) ? state : definition.update(state, ...args)),
    updateAll: definition.updateAll && ((states, groups, args) => definition.updateAll?.(states, groups, args)),
    merge: (a, b) => definition.merge(a, b),
    finalize: (state) => definition.finalize(state, signature),
    serialize: (state) => (definition.serialize ? definition.serialize(state) : state),
    deserialize: (data) => (definition.deserialize ? definition.deserialize(data) : data),
    size: (state) => definition.size?.(state) ?? 64,
  }
}

/** The rows of different arguments, in the order in which they were first seen; the aggregate runs at the end. */
type Distinct = Map<string | Value, readonly Value[]>

function overDistinct(plain: RowAccumulator): RowAccumulator<unknown> {
  const distinct: RowAccumulator<Distinct> = {
    init: () => new Map(),
    update: (rows, ...args) => {
      const key = keyOf(args)
      return args.includes(null) || rows.has(key) ? rows : rows.set(key, args)
    },
    merge: (a, b) => {
      for (const [key, args] of b) if (!a.has(key)) a.set(key, args)
      return a
    },
    finalize: (rows) => {
      let state = plain.init()
      for (const args of rows.values()) state = plain.update(state, ...args)
      return plain.finalize(state)
    },
    serialize: (rows) => [...rows.values()],
    deserialize: (data) => new Map((data as readonly (readonly Value[])[]).map((args) => [keyOf(args), args])),
    size: (rows) => rows.size * 64,
  }
  return distinct as RowAccumulator
}

/** A Map finds single values itself: NaN equals NaN and -0 equals 0 there, as they do in SQL. */
function keyOf(args: readonly Value[]): string | Value {
  const [only] = args
  if (args.length === 1 && only !== undefined) return keyOfValue(only)
  return keyOfTuple(args)
}
