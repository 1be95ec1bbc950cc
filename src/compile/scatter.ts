/**
 * The reduce sink where each cell has its group in a table of codes, negative where it has none. What the cells bring
 * is computed four at a time; states are stepped one by one, since two cells may be of one group. Called by `compile.ts`.
 */
import { fieldWord, frame, type StateRecord } from '../model/nest.js'
import { laneFrom } from './lane-shape.js'
import { hasLanes, lanes } from './lanes.js'
import { fieldBases, type LaneCode, type Loops, type SinkCode, word } from './loops.js'
import type { Program } from './program.js'
import { bindScalars, createScope, keep, type Scope } from './scope.js'
import { cellPartsOf, reads, type Update, updatesOf } from './update.js'
import { type StatePlace, stepCell } from './vector.js'
import {
  addition,
  get,
  i32,
  increase,
  type Local,
  load,
  newLocal,
  op,
  scaled,
  set,
  type Wasm,
  when,
  widthOf,
} from './wasm.js'

interface Scatter {
  readonly loops: Loops
  readonly updates: readonly Update[]
  /** Where the fields of a group are. */
  readonly placesOf: (group: Wasm, scope: Scope) => readonly StatePlace[]
  /** Address of the next code. */
  readonly codes: Local
}

export function scatterSink(loops: Loops): SinkCode {
  const { body, call, program } = loops
  const record = recordOf(program)
  const codes = newLocal(body, 'i32')
  const scatter: Scatter = { loops, codes, ...(record ? ofRecords(loops, record) : ofArrays(loops)) }
  const ordinal = record !== undefined
  if (ordinal) call.statements.push(set(codes, word(body, frame.codes)))
  const start = set(codes, addition(word(body, frame.codes), scaled(get(loops.first), 4)))
  return {
    guard: hasGroup(load('i32.load', get(codes))),
    enter: ordinal ? [] : [start],
    leave: [],
    finish: [],
    cell: (scope) => stepGroup(scatter, scope, load('i32.load', get(codes))),
    advance: (cells) => [increase(codes, i32(4 * cells))],
    lanes: laneCode(scatter),
  }
}

function hasGroup(code: Wasm): Wasm {
  return op('i32.ge_s', code, i32(0))
}

/** The record of a group; undefined where states are arrays. Wide fields come first, so that all are aligned. */
export function recordOf(program: Program): StateRecord | undefined {
  const { sink } = program.nest
  if (sink.kind !== 'reduce' || sink.codes !== 'ordinal') return undefined
  const updates = allUpdates(program)
  const offsets: (number | undefined)[] = updates.map(() => undefined)
  let bytes = 0
  for (const width of [8, 4]) {
    updates.forEach((update, i) => {
      if (widthOf(update.type) !== width || isFixed(update, i, updates, program)) return
      offsets[i] = bytes
      bytes += width
    })
  }
  return { offsets, bytes: Math.max(8, Math.ceil(bytes / 8) * 8) }
}

function allUpdates(program: Program): Update[] {
  return updatesOf(program, program.nest.columns.length)
}

/** No cell changes it, and none asks for it: the high word of a sum of small integers. */
function isFixed({ next, state }: Update, field: number, updates: readonly Update[], { nest }: Program): boolean {
  const index = nest.columns.length + field
  return next === state && updates.every((other, i) => i === field || !reads(other.next, index))
}

function ofRecords(
  { body, call, program }: Loops,
  { offsets, bytes }: StateRecord,
): Pick<Scatter, 'updates' | 'placesOf'> {
  const base = newLocal(body, 'i32')
  call.statements.push(set(base, word(body, fieldWord(program.nest.columns.length, 0))))
  const stepped = offsets.filter((offset) => offset !== undefined)
  return {
    updates: allUpdates(program).filter((_, i) => offsets[i] !== undefined),
    placesOf: (group, scope) => {
      const address = keep(scope, 'i32', addition(get(base), scaled(group, bytes)))
      return stepped.map((offset) => ({ address, offset }))
    },
  }
}

/** Fields of one width are at one distance from their bases. */
function ofArrays(loops: Loops): Pick<Scatter, 'updates' | 'placesOf'> {
  const updates = allUpdates(loops.program)
  const bases = fieldBases(loops, loops.program.states.fields)
  return {
    updates,
    placesOf: (group, scope) => {
      const distances = { 4: keep(scope, 'i32', scaled(group, 4)), 8: keep(scope, 'i32', scaled(group, 8)) }
      return updates.map(({ type }, i) => ({
        address: keep(scope, 'i32', addition(get(bases[i] as Local), distances[widthOf(type)])),
        offset: 0,
      }))
    },
  }
}

function stepGroup({ loops, updates, placesOf }: Scatter, scope: Scope, code: Wasm): void {
  const group = keep(scope, 'i32', addition(get(loops.rowGroup), code))
  stepCell(updates, scope, placesOf(group, scope))
}

/** Errors of cells without a group do not count, which lanes could not tell apart. */
function laneCode(scatter: Scatter): LaneCode | undefined {
  const { body, call, program } = scatter.loops
  const probe = createScope(body, 'cell', call.inputs, call)
  const parts = cellPartsOf(scatter.updates).filter((part) => part.type !== 'bool' || part.op !== 'const')
  if (program.anyError || !parts.every((part) => hasLanes(part, probe))) return undefined
  return {
    unroll: 1,
    enter: [],
    leave: [],
    cells: ([scope]) => {
      if (!scope) return
      const vectors = parts.map((part) => lanes(part, scope))
      for (let lane = 0; lane < 4; lane++) {
        const inner = createScope(body, 'cell', scope.inputs, scope.outer)
        const code = keep(scope, 'i32', load('i32.load', get(scatter.codes), 4 * lane))
        const values = parts.map(({ type }, i) =>
          keep(inner, type === 'bool' ? 'i32' : type, laneFrom(type, lane, vectors[i] ?? [])),
        )
        bindScalars(inner, parts, values)
        stepGroup(scatter, inner, code)
        scope.statements.push(when(hasGroup(code), inner.statements))
      }
    },
  }
}
