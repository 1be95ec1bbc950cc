/** The sink that writes the positions of active cells, one after the other. Called by `compile.ts`. */
import { frame } from '../model/nest.js'
import { hasLanes, lanes } from './lanes.js'
import { type LaneCode, type Loops, type SinkCode, word } from './loops.js'
import { scalar } from './scalar.js'
import { createScope, keep, type Scope } from './scope.js'
import {
  addition,
  get,
  i32,
  increase,
  type Local,
  newLocal,
  op,
  type Statement,
  set,
  store,
  type Wasm,
  when,
} from './wasm.js'

interface Selection {
  readonly loops: Loops
  /** Where the next position goes. */
  readonly out: Local
  /** Of the next cell. */
  readonly position: Local
  readonly step: Local
}

export function selectSink(loops: Loops): SinkCode {
  const { body, call } = loops
  const local = () => newLocal(body, 'i32')
  const selection: Selection = { loops, out: local(), position: local(), step: local() }
  const { out, position, step } = selection
  call.statements.push(set(out, word(body, frame.out)), set(step, word(body, frame.step)))
  const written = op('i32.shr_u', op('i32.sub', get(out), word(body, frame.out)), i32(2))
  return {
    enter: [set(position, get(loops.group))],
    leave: [],
    finish: [store('i32.store', get(body.frame), written, frame.count)],
    cell: (scope) => selectCell(selection, scope),
    advance: (cells) => [increase(position, cells === 1 ? get(step) : op('i32.mul', get(step), i32(cells)))],
    lanes: laneCode(selection),
  }
}

/** Always writes, and moves on only where the cell is active: there is room for a position per cell. */
function writeIf(active: Wasm, position: Wasm, out: Local): Statement[] {
  return [store('i32.store', get(out), position), increase(out, op('i32.shl', active, i32(2)))]
}

function selectCell({ loops, out, position }: Selection, scope: Scope): void {
  const { active } = loops.program
  scope.statements.push(...writeIf(active ? scalar(active, scope) : i32(1), get(position), out))
}

function laneCode(selection: Selection): LaneCode | undefined {
  const { body, call, program } = selection.loops
  const probe = createScope(body, 'cell', call.inputs, call)
  const needed = [program.active, program.anyError].flatMap((code) => code ?? [])
  if (!program.active || !needed.every((code) => hasLanes(code, probe))) return undefined
  return {
    unroll: Math.min(4, selection.loops.mostCopies),
    enter: [],
    leave: [],
    cells: (scopes) => {
      for (const scope of scopes) selectFour(selection, scope)
    },
  }
}

function selectFour({ loops, out, position, step }: Selection, scope: Scope): void {
  const { active } = loops.program
  if (!active) return
  const [mask] = lanes(active, scope) as [Wasm]
  const bits = keep(scope, 'i32', op('i32x4.bitmask', mask))
  const writes = [0, 1, 2, 3].flatMap((lane) => {
    const bit = op('i32.and', op('i32.shr_u', bits, i32(lane)), i32(1))
    const far = op('i32.mul', get(step), i32(scope.offset + lane))
    return writeIf(bit, addition(get(position), far), out)
  })
  scope.statements.push(when(bits, writes))
}
