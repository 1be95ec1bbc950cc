/** States of accumulators as fields: their arrays, and the code that reads and writes them. Called by `program.ts`, `merge.ts`, `finish.ts`. */
import type { DistributiveAggregate, Signature } from '../function/definition.js'
import type { Registry } from '../function/registry.js'
import { type Code, type CodeType, constant, convert, input, ne } from '../model/code.js'
import type { Accumulator, Field } from '../model/nest.js'

export interface State {
  readonly definition: DistributiveAggregate
  readonly signature: Signature
  /** Index of the first of its fields. */
  readonly first: number
  /** The types that the definition sees; a bool is kept as an i32. */
  readonly types: readonly CodeType[]
}

/** One state per accumulator. */
export interface States {
  readonly fields: readonly Field[]
  readonly states: readonly State[]
}

/** Undefined where an accumulator is not distributive. */
export function statesOf(accumulators: readonly Accumulator[], registry: Registry): States | undefined {
  const fields: Field[] = []
  const states: State[] = []
  const enter = (definition: DistributiveAggregate, signature: Signature, accumulator: number) => {
    const own = definition.state(signature)
    states.push({ definition, signature, first: fields.length, types: own.map(({ type }) => type) })
    fields.push(...own.map(({ type, init }) => ({ type: storedType(type), init, accumulator })))
  }
  for (const [i, { aggregate, argTypes, resultType }] of accumulators.entries()) {
    const definition = registry.aggregateFunction(aggregate)
    if (definition?.kind !== 'distributive') return undefined
    enter(definition, { args: argTypes, result: resultType }, i)
  }
  return { fields, states }
}

export function storedType(type: CodeType): Field['type'] {
  return type === 'bool' ? 'i32' : type
}

/** Fields as a definition sees them, from consecutive inputs. */
export function codesOf(types: readonly CodeType[], first: number): Code[] {
  return types.map((type, i) => {
    const stored = input(storedType(type), first + i)
    return type === 'bool' ? ne(stored, constant('i32', 0)) : stored
  })
}

/** What a definition returned, as it is kept. */
export function storedCodes(codes: readonly Code[]): Code[] {
  return codes.map((code) => (code.type === 'bool' ? convert('i32', code) : code))
}
