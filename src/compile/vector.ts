/** The reduce sink where the cells of a run belong to consecutive groups: states are read and written in place. Called by `compile.ts`. */
import { hasLanes, lanes, type Vectors } from './lanes.js'
import { fieldBases, type LaneCode, type Loops, type SinkCode } from './loops.js'
import { scalar } from './scalar.js'
import { bindScalars, bindVectors, createScope, keep, type Scope } from './scope.js'
import { type Update, updatesOf } from './update.js'
import {
  addition,
  get,
  i32,
  increase,
  isWide,
  type Local,
  load,
  newLocal,
  scaled,
  set,
  store,
  type Wasm,
  widthOf,
} from './wasm.js'

export function vectorSink(loops: Loops): SinkCode {
  const updates = updatesOf(loops.program, loops.program.nest.columns.length)
  const bases = fieldBases(loops, loops.program.states.fields)
  const pointers = updates.map(() => newLocal(loops.body, 'i32'))
  const sizes = updates.map(({ type }) => widthOf(type))
  return {
    enter: pointers.map((pointer, i) =>
      set(pointer, addition(get(bases[i] as Local), scaled(get(loops.group), sizes[i] as number))),
    ),
    leave: [],
    finish: [],
    cell: (scope) =>
      stepCell(
        updates,
        scope,
        pointers.map((pointer) => ({ address: get(pointer), offset: 0 })),
      ),
    advance: (cells) => pointers.map((pointer, i) => increase(pointer, i32(cells * (sizes[i] as number)))),
    lanes: allHaveLanes(loops, updates) ? laneCode(updates, pointers) : undefined,
  }
}

/** Where a field of a state is. */
export interface StatePlace {
  readonly address: Wasm
  readonly offset: number
}

/** Steps the fields at the given places. */
export function stepCell(updates: readonly Update[], scope: Scope, places: readonly StatePlace[]): void {
  const states = updates.map(({ type }, i) => {
    const { address, offset } = places[i] as StatePlace
    return keep(scope, type, load(`${type}.load`, address, offset))
  })
  bindScalars(
    scope,
    updates.map(({ state }) => state),
    states,
  )
  const nexts = updates.map(({ next }) => scalar(next, scope))
  const stores = updates.map(({ type }, i) => {
    const { address, offset } = places[i] as StatePlace
    return store(`${type}.store`, address, nexts[i] as Wasm, offset)
  })
  scope.statements.push(...stores)
}

function allHaveLanes({ program, body, call }: Loops, updates: readonly Update[]): boolean {
  const probe = createScope(body, 'cell', call.inputs, call)
  const needed = updates.map(({ next }) => next)
  if (program.anyError) needed.push(program.anyError)
  return needed.every((code) => hasLanes(code, probe))
}

function laneCode(updates: readonly Update[], pointers: readonly Local[]): LaneCode {
  return {
    unroll: 1,
    enter: [],
    leave: [],
    cells: ([scope]) => {
      if (scope) stepFour(updates, scope, pointers)
    },
  }
}

function stepFour(updates: readonly Update[], scope: Scope, pointers: readonly Local[]): void {
  const states = updates.map(({ type }, i) => loadGroups(scope, pointers[i] as Local, isWide(type)))
  bindVectors(
    scope,
    updates.map(({ state }) => state),
    states,
  )
  const nexts = updates.map(({ next }) => lanes(next, scope))
  const stores = nexts.flatMap((vectors, i) =>
    vectors.map((vector, half) => store('v128.store', get(pointers[i] as Local), vector, 16 * half)),
  )
  scope.statements.push(...stores)
}

function loadGroups(scope: Scope, pointer: Local, wide: boolean): Vectors {
  return (wide ? [0, 16] : [0]).map((offset) => keep(scope, 'v128', load('v128.load', get(pointer), offset)))
}
