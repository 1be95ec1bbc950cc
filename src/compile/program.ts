/** What a nest computes, as code: which cells are active, what each accumulator takes in, which errors count. Called by `compile.ts`. */
import type { Registry } from '../function/registry.js'
import { allValid, type Code, type Emitted } from '../model/code.js'
import { type Expression, walk } from '../model/expression.js'
import type { Accumulator, Nest, NestColumn, NestSink } from '../model/nest.js'
import { columnValue } from './column.js'
import { type Emitter, emit, emitAll, isTrue, only } from './emit.js'
import { createGraph, type Graph } from './graph.js'
import { type State, type States, statesOf } from './state.js'

/** One accumulator: its arguments, and the cells for which they count. */
export interface Part {
  readonly state: State
  readonly args: readonly Code[]
  /** Absent = all cells. */
  readonly mask?: Code | undefined
}

export interface ProgramError {
  readonly when: Code
  readonly message: string
}

export interface Program {
  readonly nest: Nest
  /** In which all code of the program is interned. */
  readonly graph: Graph
  readonly states: States
  /** Absent where every cell is active. */
  readonly active?: Code | undefined
  /** Reduce: one per state. */
  readonly parts: readonly Part[]
  /** Keys: `valid` is absent where one is never NULL. */
  readonly keys: readonly Emitted[]
  readonly errors: readonly ProgramError[]
  /** True where any error is. */
  readonly anyError?: Code | undefined
}

type Draft = Omit<Program, 'graph' | 'anyError' | 'nest' | 'states'>

/** Nodes of expressions: code is walked by recursion, and longer bodies than these give are refused in the end anyhow. */
const mostNodes = 1000

function nodesOf({ predicate, sink }: Nest): number {
  const accumulators = sink.kind === 'reduce' ? sink.accumulators : []
  const filters = accumulators.flatMap(({ filter }) => filter ?? [])
  const keys = keysOfSink(sink)
  let nodes = 0
  for (const expression of [
    ...(predicate ? [predicate] : []),
    ...keys,
    ...filters,
    ...accumulators.flatMap(({ args }) => args),
  ]) {
    walk(expression, () => {
      nodes++
    })
  }
  return nodes
}

/** Undefined where some part has no code, or all together would be too long. */
export function programOf(nest: Nest, registry: Registry): Program | undefined {
  const { sink } = nest
  if (nodesOf(nest) > mostNodes) return undefined
  const emitter = emitterOf(nest.columns, registry)
  const predicate = nest.predicate && emit(nest.predicate, emitter)
  const states = statesOf(sink.kind === 'reduce' ? sink.accumulators : [], registry)
  if (!states || (nest.predicate && !predicate)) return undefined
  const active = predicate && isTrue(predicate)
  const inner =
    sink.kind === 'reduce' ? partsOf(sink.accumulators, states, active, emitter) : keysOf(nest, active, emitter)
  if (!inner) return undefined
  const errors = [...(predicate?.errors ?? []), ...inner.errors]
  return interned(nest, states, { active, parts: inner.parts, keys: inner.keys, errors })
}

function emitterOf(columns: readonly NestColumn[], registry: Registry): Emitter {
  const values = new Map(columns.map((column, index) => [column.id, columnValue(column, index)]))
  return { registry, column: (id) => values.get(id) }
}

type Inner = Pick<Draft, 'parts' | 'keys' | 'errors'>

function keysOfSink(sink: NestSink): readonly Expression[] {
  return sink.kind === 'keys' || sink.kind === 'direct' ? sink.keys : []
}

function keysOf({ sink }: Nest, active: Code | undefined, emitter: Emitter): Inner | undefined {
  const keys = emitAll(keysOfSink(sink), emitter)
  return keys && { parts: [], keys, errors: keys.flatMap((key) => only(active, key.errors ?? [])) }
}

function partsOf(
  accumulators: readonly Accumulator[],
  { states }: States,
  active: Code | undefined,
  emitter: Emitter,
): Inner | undefined {
  const parts: Part[] = []
  const errors: ProgramError[] = []
  for (const [i, { args, filter }] of accumulators.entries()) {
    const emitted = emitAll(args, emitter)
    const condition = filter && emit(filter, emitter)
    if (!emitted || (filter && !condition)) return undefined
    const chosen = allValid(active, condition && isTrue(condition))
    errors.push(...only(active, condition?.errors ?? []), ...emitted.flatMap((arg) => only(chosen, arg.errors ?? [])))
    const mask = allValid(chosen, ...emitted.map(({ valid }) => valid))
    parts.push({ state: states[i] as State, args: emitted.map(({ value }) => value), mask })
  }
  return { parts, keys: [], errors }
}

/** All code in one graph, so that equal parts are computed once. */
function interned(nest: Nest, states: States, draft: Draft): Program {
  const graph = createGraph()
  const { intern } = graph
  const condition = (code: Code | undefined) => {
    const known = code && intern(code)
    return known?.op === 'const' && known.value === true ? undefined : known
  }
  const errors = draft.errors
    .map(({ when, message }) => ({ when: intern(when), message }))
    .filter(({ when }) => !(when.op === 'const' && when.value === false))
  return {
    nest,
    states,
    graph,
    active: condition(draft.active),
    parts: draft.parts.map(({ state, args, mask }) => ({ state, args: args.map(intern), mask: condition(mask) })),
    keys: draft.keys.map(({ value, valid }) => ({ value: intern(value), valid: condition(valid) })),
    errors,
    anyError: anyOf(errors, graph),
  }
}

function anyOf(errors: readonly ProgramError[], { intern }: Graph): Code | undefined {
  const [first, ...others] = errors.map(({ when }) => when)
  return first && others.reduce((any, when) => intern({ op: 'or', type: 'bool', args: [any, when] }), first)
}

/** The texts of errors, each once. */
export function messagesOf({ errors }: Pick<Program, 'errors'>): string[] {
  return [...new Set(errors.map(({ message }) => message))]
}
