/**
 * The reduce sink where all cells of a run belong to one group: states are kept in locals during the run, in lanes
 * several times over so that sums need not wait for each other, and merged into the group's arrays at its end.
 * Called by `compile.ts`.
 */
import type { Code, CodeType } from '../model/code.js'
import { hasLanes, lanes, type Vectors } from './lanes.js'
import { fieldBases, type LaneCode, type Loops, type SinkCode } from './loops.js'
import { type Merge, mergeHasLanes, mergeLanes, mergeOf, mergeScalars } from './merge.js'
import { stateBase, type Update } from './program.js'
import { stepLanes, stepScalars } from './reduce-cell.js'
import { converted, laneOf, scalar } from './scalar.js'
import { createScope, keep, type Scope } from './scope.js'
import {
  addition,
  constantVector,
  get,
  i32,
  increase,
  isWide,
  type Local,
  load,
  newLocal,
  op,
  type Statement,
  scaled,
  set,
  store,
  type Wasm,
  widthOf,
} from './wasm.js'

/** Cells of one mask, counted once for all fields that want them. */
interface Counter {
  readonly mask: Code
  readonly cells: Local
  readonly vector: Local
}

/** A field that does more than count. */
interface Stepped {
  readonly update: Update
  readonly field: number
  readonly local: Local
}

interface Register {
  readonly loops: Loops
  readonly bases: readonly Local[]
  readonly counters: ReadonlyMap<Code, Counter>
  readonly stepped: readonly Stepped[]
}

export function registerSink(loops: Loops): SinkCode {
  const register = registerOf(loops)
  return {
    enter: enterRun(register),
    leave: leaveRun(register),
    finish: [],
    cell: (scope) => stepCell(register, scope),
    advance: () => [],
    lanes: laneCode(register),
  }
}

function registerOf(loops: Loops): Register {
  const { body, program } = loops
  const counters = new Map<Code, Counter>()
  const stepped: Stepped[] = []
  program.updates.forEach((update, field) => {
    if (!update.counts) stepped.push({ update, field, local: newLocal(body, update.field.type) })
    else if (update.mask && !counters.has(update.mask)) {
      counters.set(update.mask, { mask: update.mask, cells: newLocal(body, 'i32'), vector: newLocal(body, 'v128') })
    }
  })
  return { loops, bases: fieldBases(loops, program.states.fields), counters, stepped }
}

function elementOf({ loops, bases }: Register, field: number): Wasm {
  const type = loops.program.states.fields[field]?.type ?? 'i64'
  return addition(get(bases[field] as Local), scaled(get(loops.group), widthOf(type)))
}

function enterRun(register: Register): Statement[] {
  return [
    ...register.stepped.map(({ update, field, local }) =>
      set(local, load(`${update.field.type}.load`, elementOf(register, field))),
    ),
    ...[...register.counters.values()].map(({ cells }) => set(cells, i32(0))),
  ]
}

function leaveRun(register: Register): Statement[] {
  const { loops, counters, stepped } = register
  const states = stepped.map(({ update, field, local }) =>
    store(`${update.field.type}.store`, elementOf(register, field), get(local)),
  )
  const counts = loops.program.updates.flatMap(({ counts, mask, field: { type } }, field) => {
    if (!counts) return []
    const cells = get(mask ? (counters.get(mask) as Counter).cells : loops.cells)
    const old = load(`${type}.load`, elementOf(register, field))
    return [
      store(`${type}.store`, elementOf(register, field), op(`${type}.add`, old, converted(cells, 'i32', type, true))),
    ]
  })
  return [...states, ...counts]
}

function stepCell({ counters, stepped }: Register, scope: Scope): void {
  const updates = stepped.map(({ update }) => update)
  const nexts = stepScalars(
    scope,
    updates,
    stepped.map(({ local }) => get(local)),
  )
  const counts = [...counters.values()].map(({ mask, cells }) => increase(cells, scalar(mask, scope)))
  scope.statements.push(...stepped.map(({ local }, i) => set(local, nexts[i] as Wasm)), ...counts)
}

/** Copies of all states, so that a sum need not wait for the one before; as many as registers are likely to hold. */
function copiesFor(stepped: readonly Stepped[], mayFail: boolean): number {
  const vectors = stepped.reduce((sum, { update }) => sum + (isWide(update.field.type) ? 2 : 1), 0)
  if (mayFail || vectors > 6) return 1
  return vectors > 2 ? 2 : 4
}

function laneCode(register: Register): LaneCode | undefined {
  const { loops, counters, stepped } = register
  const { program, body, call } = loops
  const probe = createScope(body, 'cell', call.inputs, call)
  const needed = [...stepped.map(({ update }) => update.next), ...counters.keys()]
  if (program.anyError) needed.push(program.anyError)
  if (!needed.every((code) => hasLanes(code, probe))) return undefined
  const unroll = copiesFor(stepped, program.anyError !== undefined)
  const copies = Array.from({ length: unroll }, () =>
    stepped.map(({ update }) => vectorLocals(body, update.field.type)),
  )
  return {
    unroll,
    enter: enterLanes(register, copies),
    leave: leaveLanes(register, copies),
    cells: (scopes) => {
      scopes.forEach((scope, copy) => {
        stepFour(register, scope, copies[copy] as Local[][])
      })
    },
  }
}

function vectorLocals(body: Loops['body'], type: CodeType): Local[] {
  return Array.from({ length: isWide(type) ? 2 : 1 }, () => newLocal(body, 'v128'))
}

function enterLanes({ loops, counters, stepped }: Register, copies: readonly Local[][][]): Statement[] {
  const inits = stepped.map(({ update: { field } }) => {
    return keep(loops.call, 'v128', constantVector(field.type, field.init))
  })
  return [
    ...copies.flatMap((copy) => copy.flatMap((locals, i) => locals.map((local) => set(local, inits[i] as Wasm)))),
    ...[...counters.values()].map(({ vector }) => set(vector, constantVector('i32', 0))),
  ]
}

/** Masks are -1 where they hold: subtracting them counts. */
function stepFour({ counters, stepped }: Register, scope: Scope, copy: readonly Local[][]): void {
  const states = copy.map((locals) => locals.map(get))
  const nexts = stepLanes(
    scope,
    stepped.map(({ update }) => update),
    states,
  )
  const counts = [...counters.values()].map(({ mask, vector }) => {
    const [lanesOfMask] = lanes(mask, scope) as [Wasm]
    return set(vector, op('i32x4.sub', get(vector), lanesOfMask))
  })
  const moves = copy.flatMap((locals, i) =>
    locals.map((local, half) => set(local, (nexts[i] as Vectors)[half] as Wasm)),
  )
  scope.statements.push(...moves, ...counts)
}

/** Copies into one, its four lanes into one state, that into the state of the run. Always in the same order. */
function leaveLanes(register: Register, copies: readonly Local[][][]): Statement[] {
  const { loops, stepped, counters } = register
  const scope = createScope(loops.body, 'cell', loops.call.inputs, loops.call)
  const merge = mergeOf(loops.program.states, loops.program.graph, stateBase(loops.program.nest.columns))
  const spread = <T>(values: readonly T[]): (T | undefined)[] => {
    const all: (T | undefined)[] = loops.program.updates.map(() => undefined)
    stepped.forEach(({ field }, i) => {
      all[field] = values[i] as T
    })
    return all
  }
  const vectors = copies.map((copy) => spread(copy.map((locals) => locals.map(get))))
  const parts = stateParts(register, merge, scope, vectors)
  const merged = parts.reduce((a, b) => mergeIn(scope, (inner) => mergeScalars(inner, merge, a, b)))
  const all = mergeIn(scope, (inner) =>
    mergeScalars(inner, merge, spread(stepped.map(({ local }) => get(local))), merged),
  )
  const moves = stepped.map(({ field, local }) => set(local, all[field] as Wasm))
  const counts = [...counters.values()].map(({ cells, vector }) => increase(cells, sumOfLanes(get(vector))))
  return [...scope.statements, ...moves, ...counts]
}

/** Each lane as a state; the copies are merged before where that can be done in lanes. */
function stateParts(
  { loops, stepped }: Register,
  merge: Merge,
  scope: Scope,
  copies: readonly (Vectors | undefined)[][],
): (Wasm | undefined)[][] {
  const wanted = loops.program.updates.map((_, field) => stepped.some((one) => one.field === field))
  const inLanes = mergeHasLanes(merge, wanted, scope)
  const merged = inLanes ? [copies.reduce((a, b) => mergeIn(scope, (inner) => mergeLanes(inner, merge, a, b)))] : copies
  return merged.flatMap((copy) =>
    [0, 1, 2, 3].map((lane) =>
      copy.map((vectors, field) => {
        const type = loops.program.states.fields[field]?.type ?? 'i64'
        return vectors && keep(scope, type, laneFrom(type, lane, vectors))
      }),
    ),
  )
}

/** The same inputs stand for other values in each merge, so that each has a scope of its own. */
function mergeIn<T>(scope: Scope, build: (inner: Scope) => T): T {
  const inner = createScope(scope.body, 'cell', scope.inputs, scope.outer)
  const result = build(inner)
  scope.statements.push(...inner.statements)
  return result
}

const shapes = { bool: 'i32x4', i32: 'i32x4', i64: 'i64x2', f32: 'f32x4', f64: 'f64x2' } as const

function laneFrom(type: CodeType, lane: number, vectors: Vectors): Wasm {
  return isWide(type)
    ? laneOf(shapes[type], lane & 1, vectors[lane >> 1] as Wasm)
    : laneOf(shapes[type], lane, vectors[0] as Wasm)
}

function sumOfLanes(vector: Wasm): Wasm {
  return [0, 1, 2, 3].map((lane) => laneOf('i32x4', lane, vector)).reduce(addition)
}
