/** Distributive and algebraic aggregates, whose states are code, run in JavaScript. Called by accumulate.ts. */
import { type Code, type Emitted, input } from '../model/code.js'
import { ChunkQLError } from '../model/error.js'
import { isBig, type Type, type Value } from '../model/type.js'
import type { RowAccumulator } from './accumulate.js'
import type { Word } from './code-operations.js'
import type { AlgebraicAggregate, DistributiveAggregate, Signature, StateField } from './definition.js'
import { compileCode } from './evaluate-code.js'
import type { Registry } from './registry.js'

/** A distributive aggregate over some of the arguments, and where its state lies among all. */
interface Part {
  readonly definition: DistributiveAggregate
  readonly signature: Signature
  readonly args: readonly number[]
  readonly fields: readonly StateField[]
}

type State = Word[]

/** `inputs[i]` is the i-th argument as code; the fields of the states are read after the arguments. */
export function compileParts(
  definition: DistributiveAggregate | AlgebraicAggregate,
  signature: Signature,
  registry: Registry,
  inputs: readonly Code[],
): RowAccumulator {
  const parts = partsOf(definition, signature, registry)
  const fields = parts.flatMap((part) => part.fields)
  const stateAt = (start: number) => splitFields(parts, start)
  const rowStates = stateAt(inputs.length)
  const step = compileCode(
    parts.flatMap((part, k) =>
      part.definition.step(
        rowStates[k] ?? [],
        part.args.map((arg) => inputs[arg] as Code),
        part.signature,
      ),
    ),
  )
  const [left, right] = [stateAt(0), stateAt(fields.length)]
  const combine = compileCode(
    parts.flatMap((part, k) => part.definition.combine(left[k] ?? [], right[k] ?? [], part.signature)),
  )
  const result = finishing(
    definition.kind === 'algebraic' ? definition.finish(left, signature) : definition.finish(left[0] ?? [], signature),
    signature.result,
  )
  const accumulator: RowAccumulator<State> = {
    init: () => fields.map((field) => field.init),
    update: (state, ...args) => (args.includes(null) ? state : replace(state, step([...(args as Word[]), ...state]))),
    merge: (a, b) => replace(a, combine([...a, ...b])),
    finalize: result,
    serialize: (state) => state,
    deserialize: (data) => [...(data as State)],
    size: () => fields.length * 16,
  }
  return accumulator as RowAccumulator
}

function replace(state: State, words: readonly Word[]): State {
  for (let i = 0; i < words.length; i++) state[i] = words[i] as Word
  return state
}

function partsOf(
  definition: DistributiveAggregate | AlgebraicAggregate,
  signature: Signature,
  registry: Registry,
): readonly Part[] {
  if (definition.kind === 'distributive') {
    const args = signature.args.map((_, i) => i)
    return [{ definition, signature, args, fields: definition.state(signature) }]
  }
  return definition.parts(signature).map(({ aggregate, args }) => {
    const part = registry.aggregateFunction(aggregate)
    if (part?.kind !== 'distributive') {
      throw new ChunkQLError('internal', `${definition.name} needs ${aggregate}, which is no distributive aggregate`)
    }
    const types = args.map((arg) => signature.args[arg] as Type)
    const own = part.resolve(types.map((type) => ({ type })))
    if (!own) throw new ChunkQLError('internal', `${aggregate} does not take the arguments of ${definition.name}`)
    return { definition: part, signature: own, args, fields: part.state(own) }
  })
}

/** The fields of each part as inputs, one part after the other. */
function splitFields(parts: readonly Part[], start: number): Code[][] {
  let next = start
  return parts.map(({ fields }) => fields.map(({ type }) => input(type, next++)))
}

/** The value of a state, from the code of a `finish`. */
function finishing({ value, valid, errors = [] }: Emitted, type: Type): (state: State) => Value {
  const run = compileCode([value, ...(valid ? [valid] : []), ...errors.map(({ when }) => when)])
  const firstError = valid ? 2 : 1
  return (state) => {
    const words = run(state)
    if (valid && words[1] === false) return null
    errors.forEach(({ message }, i) => {
      if (words[firstError + i]) throw new ChunkQLError('value', message)
    })
    return fromWord(words[0] as Word, type)
  }
}

/** A word as the value of its SQL type: uint32 and uint64 are kept as signed 64 bits. */
export function fromWord(word: Word, type: Type): Value {
  if (type.kind === 'uint64') return BigInt.asUintN(64, word as bigint)
  return typeof word === 'bigint' && !isBig(type) ? Number(word) : word
}
