/**
 * The reduce sink where each cell has its group in a table of codes, negative where it has none. What the cells bring
 * is computed four at a time; states are stepped one by one, since two cells may be of one group. Called by `compile.ts`.
 */
import { frame } from '../model/nest.js'
import { laneFrom } from './lane-shape.js'
import { hasLanes, lanes } from './lanes.js'
import { fieldBases, type LaneCode, type Loops, type SinkCode, word } from './loops.js'
import { bindScalars, createScope, keep, type Scope } from './scope.js'
import { cellPartsOf, type Update, updatesOf } from './update.js'
import { stepCell } from './vector.js'
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
  readonly bases: readonly Local[]
  /** Address of the next code. */
  readonly codes: Local
}

export function scatterSink(loops: Loops): SinkCode {
  const { body, call, program } = loops
  const { sink } = program.nest
  const scatter: Scatter = {
    loops,
    updates: updatesOf(program, program.nest.columns.length),
    bases: fieldBases(loops, program.states.fields),
    codes: newLocal(body, 'i32'),
  }
  const { codes } = scatter
  const ordinal = sink.kind === 'reduce' && sink.codes === 'ordinal'
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

/** Fields of one width are at one distance from their bases. */
function stepGroup({ loops, updates, bases }: Scatter, scope: Scope, code: Wasm): void {
  const group = keep(scope, 'i32', addition(get(loops.rowGroup), code))
  const distances = { 4: keep(scope, 'i32', scaled(group, 4)), 8: keep(scope, 'i32', scaled(group, 8)) }
  const addresses = updates.map(({ type }, i) =>
    keep(scope, 'i32', addition(get(bases[i] as Local), distances[widthOf(type)])),
  )
  stepCell(updates, scope, addresses)
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
