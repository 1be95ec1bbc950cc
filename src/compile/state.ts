/** States of accumulators as fields: their arrays, and the code that steps and combines them. Called by `program.ts`, `combine.ts`, `finish.ts`. */
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

export interface States {
  readonly fields: readonly Field[]
  readonly states: readonly State[]
}

const hidden: Field = { type: 'i64', init: 0n, accumulator: -1 }

/** The fields of all accumulators, the hidden count first; undefined where one is not distributive. */
export function statesOf(accumulators: readonly Accumulator[], registry: Registry): States | undefined {
  const fields: Field[] = [hidden]
  const states: State[] = []
  for (const [accumulator, { aggregate, argTypes, resultType }] of accumulators.entries()) {
    const definition = registry.aggregateFunction(aggregate)
    if (definition?.kind !== 'distributive') return undefined
    const signature = { args: argTypes, result: resultType }
    const own = definition.state(signature)
    states.push({ definition, signature, first: fields.length, types: own.map(({ type }) => type) })
    fields.push(...own.map(({ type, init }) => ({ type: storedType(type), init, accumulator })))
  }
  return { fields, states }
}

function storedType(type: CodeType): Field['type'] {
  return type === 'bool' ? 'i32' : type
}

/** The input that stands for a field of a state; inputs before `base` are columns. */
export function fieldInput(fields: readonly Field[], field: number, base: number): Code {
  return input(fields[field]?.type ?? 'i64', base + field)
}

/** A state as its definition sees it, from inputs. */
export function stateCodes(state: State, base: number): Code[] {
  return state.types.map((type, i) => {
    const stored = input(storedType(type), base + state.first + i)
    return type === 'bool' ? ne(stored, constant('i32', 0)) : stored
  })
}

/** What a definition returned, as it is kept. */
export function storedCodes(codes: readonly Code[]): Code[] {
  return codes.map((code) => (code.type === 'bool' ? convert('i32', code) : code))
}
