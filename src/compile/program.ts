/** What a nest computes, as code: which cells are active, how each field is updated, which errors count. Called by `compile.ts`. */
import type { Registry } from '../function/registry.js'
import { add, allValid, and, type Code, constant, convert, type Emitted, select } from '../model/code.js'
import type { Field, Nest, NestColumn } from '../model/nest.js'
import { columnValue } from './column.js'
import { type Emitter, emit, emitAll, isTrue, only } from './emit.js'
import { createGraph, type Graph } from './graph.js'
import { type State, type States, stateCodes, statesOf, storedCodes } from './state.js'

/** How one field changes with a cell. */
export interface Update {
  readonly field: Field
  /** The field's value as an input of the code. */
  readonly state: Code
  /** The cells that count; absent = all. */
  readonly mask?: Code | undefined
  /** The value after a cell, with the mask in it. */
  readonly next: Code
  /** Adds one for each cell of the mask, and nothing else reads it: the loops count cells in their own way. */
  readonly counts: boolean
}

export interface ProgramError {
  readonly when: Code
  readonly message: string
}

export interface Program {
  readonly nest: Nest
  readonly graph: Graph
  readonly states: States
  /** Absent where every cell is active. */
  readonly active?: Code | undefined
  /** Reduce: one for each field. */
  readonly updates: readonly Update[]
  /** Keys: null where never NULL. */
  readonly keys: readonly Emitted[]
  readonly errors: readonly ProgramError[]
  /** True where any error is. */
  readonly anyError?: Code | undefined
}

/** Inputs of the code: columns first, then the fields of the state, then those of a second state (combine). */
export function stateBase(columns: readonly NestColumn[]): number {
  return columns.length
}

/** Undefined where some part has no code. */
export function programOf(nest: Nest, registry: Registry): Program | undefined {
  const emitter = emitterOf(nest.columns, registry)
  const predicate = nest.predicate && emit(nest.predicate, emitter)
  if (nest.predicate && !predicate) return undefined
  const active = predicate && isTrue(predicate)
  const errors = [...(predicate?.errors ?? [])]
  const { sink } = nest
  const states = statesOf(sink.kind === 'reduce' ? sink.accumulators : [], registry)
  if (!states) return undefined
  const keys = sink.kind === 'keys' ? emitAll(sink.keys, emitter) : []
  if (!keys) return undefined
  errors.push(...keys.flatMap((key) => only(active, key.errors ?? [])))
  const updates = sink.kind === 'reduce' ? allUpdates(nest, states, active, emitter, errors) : []
  return updates && interned({ nest, states, active, updates, keys, errors })
}

function emitterOf(columns: readonly NestColumn[], registry: Registry): Emitter {
  const values = new Map(columns.map((column, index) => [column.id, columnValue(column, index)]))
  return { registry, column: (id) => values.get(id) }
}

function allUpdates(
  nest: Nest,
  states: States,
  active: Code | undefined,
  emitter: Emitter,
  errors: ProgramError[],
): Update[] | undefined {
  if (nest.sink.kind !== 'reduce') return []
  const base = stateBase(nest.columns)
  const updates = [hiddenCount(states, active, base)]
  for (const [i, { args, filter }] of nest.sink.accumulators.entries()) {
    const emitted = emitAll(args, emitter)
    const condition = filter && emit(filter, emitter)
    if (!emitted || (filter && !condition)) return undefined
    const chosen = allValid(active, condition && isTrue(condition))
    errors.push(...only(active, condition?.errors ?? []), ...emitted.flatMap((arg) => only(chosen, arg.errors ?? [])))
    const mask = allValid(chosen, ...emitted.map(({ valid }) => valid))
    updates.push(...updatesOf(states.states[i] as State, states, emitted, mask, base))
  }
  return updates
}

function hiddenCount({ fields }: States, active: Code | undefined, base: number): Update {
  const field = fields[0] as Field
  const state: Code = { op: 'input', type: field.type, index: base }
  return {
    field,
    state,
    mask: active,
    next: masked(state, add(state, constant('i64', 1n)), active, field),
    counts: true,
  }
}

function updatesOf(
  state: State,
  { fields }: States,
  args: readonly Emitted[],
  mask: Code | undefined,
  base: number,
): Update[] {
  const values = args.map(({ value }) => value)
  const nexts = storedCodes(state.definition.step(stateCodes(state, base), values, state.signature))
  return nexts.map((next, i) => {
    const field = fields[state.first + i] as Field
    const old: Code = { op: 'input', type: field.type, index: base + state.first + i }
    const counts = isCount(next, old.index) && standsAlone(state, nexts, i, base)
    return { field, state: old, mask, next: masked(old, next, mask, field), counts }
  })
}

/** Whether no other field of the state is computed from this one, neither by steps nor by merging. */
function standsAlone(state: State, nexts: readonly Code[], field: number, base: number): boolean {
  const past = base + 1_000_000
  const merged = state.definition.combine(stateCodes(state, base), stateCodes(state, past), state.signature)
  const own = [base + state.first + field, past + state.first + field]
  const others = [...nexts, ...merged].filter((_, i) => i % nexts.length !== field)
  return others.every((other) => own.every((index) => !reads(other, index)))
}

function isInput(code: Code | undefined, index: number): boolean {
  return code?.op === 'input' && code.index === index
}

function isCount(next: Code, index: number): boolean {
  if (next.op !== 'add') return false
  const [a, b] = next.args
  const one = isInput(a, index) ? b : isInput(b, index) ? a : undefined
  return one?.op === 'const' && Number(one.value) === 1
}

function reads(code: Code, index: number, seen = new Set<Code>()): boolean {
  if (isInput(code, index)) return true
  if (!('args' in code) || seen.has(code)) return false
  seen.add(code)
  return code.args.some((arg) => reads(arg, index, seen))
}

/**
 * The next state where the mask holds, the old one elsewhere. Sums add a masked zero instead: that keeps the choice out
 * of the chain from cell to cell. (-0 cannot stand in a sum that began with 0, so that adding 0 changes nothing.)
 */
function masked(state: Code, next: Code, mask: Code | undefined, field: Field): Code {
  if (!mask) return next
  const index = state.op === 'input' ? state.index : -1
  if (next.op === 'add' && Object.is(Number(field.init), 0)) {
    const [a, b] = next.args
    if (isInput(a, index) && !reads(b, index)) return add(a, orZero(mask, b))
    if (isInput(b, index) && !reads(a, index)) return add(b, orZero(mask, a))
  }
  if (next.op === 'select') {
    const [condition, a, b] = next.args
    if (isInput(b, index)) return select(and(mask, condition), a, b)
  }
  return select(mask, next, state)
}

/** The zero is chosen before widening, where lanes are narrow. */
function orZero(mask: Code, value: Code): Code {
  if (value.op === 'convert' && value.args[0].type !== 'bool' && isWidening(value.args[0], value)) {
    return convert(value.type, orZero(mask, value.args[0]), value.unsigned)
  }
  return select(mask, value, constant(value.type, 0))
}

function isWidening(from: Code, to: Code): boolean {
  const narrow = from.type === 'i32' || from.type === 'f32'
  return narrow && (to.type === 'i64' || to.type === 'f64')
}

/** All code of the program in one graph, so that equal parts are computed once. */
function interned(program: Omit<Program, 'graph'>): Program {
  const graph = createGraph()
  const optional = (code: Code | undefined) => {
    const known = code && graph.intern(code)
    return known?.op === 'const' && known.value === true ? undefined : known
  }
  const errors = program.errors
    .map(({ when, message }) => ({ when: graph.intern(when), message }))
    .filter(({ when }) => !(when.op === 'const' && when.value === false))
  return {
    ...program,
    graph,
    active: optional(program.active),
    updates: program.updates.map((update) => ({
      ...update,
      state: graph.intern(update.state),
      mask: optional(update.mask),
      next: graph.intern(update.next),
    })),
    keys: program.keys.map(({ value, valid }) => ({ value: graph.intern(value), valid: optional(valid) })),
    errors,
    anyError: anyOf(errors, graph),
  }
}

function anyOf(errors: readonly ProgramError[], graph: Graph): Code | undefined {
  const [first, ...others] = errors.map(({ when }) => when)
  return first && others.reduce((any, when) => graph.intern({ op: 'or', type: 'bool', args: [any, when] }), first)
}
