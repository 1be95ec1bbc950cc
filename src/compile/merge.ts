/** Merging two states as code. Called by `combine.ts`. */
import { type Code, input } from '../model/code.js'
import type { Graph } from './graph.js'
import { codesOf, type State, type States, storedCodes } from './state.js'

/** Inputs of merges: the fields of state a from 0 on, then those of b. */
export interface Merge {
  readonly a: readonly Code[]
  readonly b: readonly Code[]
  /** The fields of both together. */
  readonly merged: readonly Code[]
}

export function mergeOf({ fields, states }: States, { intern }: Graph): Merge {
  const inputs = (first: number) => fields.map(({ type }, i) => intern(input(type, first + i)))
  const merged = states.flatMap((state) => mergedState(state, state.first, fields.length + state.first))
  return { a: inputs(0), b: inputs(fields.length), merged: merged.map(intern) }
}

/** The fields of one state out of those whose inputs begin at `a` and `b`. */
export function mergedState({ definition, signature, types }: State, a: number, b: number): Code[] {
  return storedCodes(definition.combine(codesOf(types, a), codesOf(types, b), signature))
}
