/** Merging two states as code. Called by the register sink at the end of runs and by `combine.ts`. */
import { add, type Code, input } from '../model/code.js'
import type { Graph } from './graph.js'
import { hasLanes, lanes, type Vectors } from './lanes.js'
import { scalar } from './scalar.js'
import type { Scope } from './scope.js'
import { type State, type States, stateCodes, storedCodes } from './state.js'
import type { Wasm } from './wasm.js'

/** Inputs of merges: the fields of state a from 0 on, then those of b. No column stands among them. */
export interface Merge {
  readonly a: readonly Code[]
  readonly b: readonly Code[]
  /** The fields of both together. */
  readonly merged: readonly Code[]
}

export function mergeOf({ fields, states }: States, graph: Graph, base = 0): Merge {
  const past = base + fields.length
  const a = fields.map(({ type }, i) => graph.intern(input(type, base + i)))
  const b = fields.map(({ type }, i) => graph.intern(input(type, past + i)))
  const counts = add(a[0] as Code, b[0] as Code)
  const merged = [counts, ...states.flatMap((state) => mergeState(state, base, past))]
  return { a, b, merged: merged.map(graph.intern) }
}

function mergeState(state: State, a: number, b: number): Code[] {
  const { definition, signature } = state
  return storedCodes(definition.combine(stateCodes(state, a), stateCodes(state, b), signature))
}

/** Computes the merged fields in a fresh scope; fields without a value are not asked for and stay out. */
export function mergeScalars(
  scope: Scope,
  merge: Merge,
  a: readonly (Wasm | undefined)[],
  b: readonly (Wasm | undefined)[],
): (Wasm | undefined)[] {
  bind(scope.scalars, merge.a, a)
  bind(scope.scalars, merge.b, b)
  return merge.merged.map((code, i) => (a[i] && b[i] ? scalar(code, scope) : undefined))
}

export function mergeLanes(
  scope: Scope,
  merge: Merge,
  a: readonly (Vectors | undefined)[],
  b: readonly (Vectors | undefined)[],
): (Vectors | undefined)[] {
  bind(scope.vectors, merge.a, a)
  bind(scope.vectors, merge.b, b)
  return merge.merged.map((code, i) => (a[i] && b[i] ? lanes(code, scope) : undefined))
}

function bind<T>(known: Map<Code, T>, codes: readonly Code[], values: readonly (T | undefined)[]): void {
  codes.forEach((code, i) => {
    const value = values[i]
    if (value !== undefined) known.set(code, value)
  })
}

export function mergeHasLanes(merge: Merge, wanted: readonly boolean[], scope: Scope): boolean {
  return merge.merged.every((code, i) => !wanted[i] || hasLanes(code, scope))
}
