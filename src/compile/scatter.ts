/** The reduce sink where each cell has its group in a table of codes, negative where it has none. Called by `compile.ts`. */
import { frame } from '../model/nest.js'
import { fieldBases, type Loops, type SinkCode, word } from './loops.js'
import { keep, type Scope } from './scope.js'
import { type Update, updatesOf } from './update.js'
import { stepCell } from './vector.js'
import { addition, get, i32, increase, type Local, load, newLocal, op, scaled, set, widthOf } from './wasm.js'

export function scatterSink(loops: Loops): SinkCode {
  const { body, call, program } = loops
  const { sink } = program.nest
  const updates = updatesOf(program, program.nest.columns.length)
  const bases = fieldBases(loops, program.states.fields)
  const codes = newLocal(body, 'i32')
  const ordinal = sink.kind === 'reduce' && sink.codes === 'ordinal'
  if (ordinal) call.statements.push(set(codes, word(body, frame.codes)))
  const start = set(codes, addition(word(body, frame.codes), scaled(get(loops.first), 4)))
  return {
    guard: op('i32.ge_s', load('i32.load', get(codes)), i32(0)),
    enter: ordinal ? [] : [start],
    leave: [],
    finish: [],
    cell: (scope) => stepGroup(loops, updates, scope, codes, bases),
    advance: (cells) => [increase(codes, i32(4 * cells))],
  }
}

/** Fields of one width are at one distance from their bases. */
function stepGroup(
  loops: Loops,
  updates: readonly Update[],
  scope: Scope,
  codes: Local,
  bases: readonly Local[],
): void {
  const group = keep(scope, 'i32', addition(get(loops.rowGroup), load('i32.load', get(codes))))
  const distances = { 4: keep(scope, 'i32', scaled(group, 4)), 8: keep(scope, 'i32', scaled(group, 8)) }
  const addresses = updates.map(({ type }, i) =>
    keep(scope, 'i32', addition(get(bases[i] as Local), distances[widthOf(type)])),
  )
  stepCell(updates, scope, addresses)
}
