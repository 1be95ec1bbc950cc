/**
 * The reduce sink where all cells of a run belong to one group: fields are kept in locals during the run, in lanes
 * several times over so that sums need not wait for each other, and go into the group's arrays at its end.
 * Called by `compile.ts`.
 */
import type { Code, CodeType } from '../model/code.js'
import { laneFrom } from './lane-shape.js'
import { hasLanes, lanes, type Vectors } from './lanes.js'
import { fieldBases, type LaneCode, type Loops, type SinkCode } from './loops.js'
import { converted, scalar } from './scalar.js'
import { bindScalars, bindVectors, createScope, keep, type Scope } from './scope.js'
import type { Update } from './update.js'
import {
  addition,
  branch,
  constantOf,
  constantVector,
  get,
  i32,
  increase,
  isWide,
  type Label,
  type Local,
  load,
  newLocal,
  op,
  type Statement,
  scaled,
  set,
  store,
  type Wasm,
  when,
  widthOf,
} from './wasm.js'
import { type Block, type Working, workingsOf } from './working.js'

/** Cells of one mask, counted once for all fields that want them. */
interface Counter {
  readonly mask: Code
  readonly cells: Local
  readonly vector: Local
}

/** A field that does more than count. */
interface Stepped {
  readonly update: Update
  readonly local: Local
  readonly merged: Code
  /** The input of the second of two that are merged. */
  readonly other: Code
}

interface Register {
  readonly loops: Loops
  readonly bases: readonly Local[]
  readonly workings: readonly Working[]
  readonly counters: ReadonlyMap<Code, Counter>
  readonly stepped: readonly Stepped[]
  readonly blocks: readonly (Working & { readonly block: Block })[]
  /** Whether the run has been gone through before. */
  readonly repeated: Local
}

export function registerSink(loops: Loops): SinkCode {
  const register = registerOf(loops)
  return {
    repeat: register.blocks.length > 0 ? repeatOf(register) : undefined,
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
  const workings = workingsOf(program, body)
  const counters = new Map<Code, Counter>()
  for (const { counts, mask } of workings.flatMap(({ updates }) => updates)) {
    if (!counts || !mask || counters.has(mask)) continue
    counters.set(mask, { mask, cells: newLocal(body, 'i32'), vector: newLocal(body, 'v128') })
  }
  return {
    loops,
    bases: fieldBases(loops, program.states.fields),
    workings,
    counters,
    stepped: workings.flatMap(steppedOf),
    blocks: workings.flatMap(({ block, ...working }) => (block ? [{ ...working, block }] : [])),
    repeated: newLocal(body, 'i32'),
  }
}

function steppedOf({ updates, locals, merged, others }: Working): Stepped[] {
  return updates.flatMap((update, i) => {
    if (update.counts) return []
    return [{ update, local: locals[i] as Local, merged: merged[i] as Code, other: others[i] as Code }]
  })
}

function elementOf({ loops, bases }: Register, field: number, type: CodeType): Wasm {
  return addition(get(bases[field] as Local), scaled(get(loops.group), widthOf(type)))
}

/** The fields of the group's state, from its arrays. */
function loadState(register: Register, { part: { state } }: Working, scope: Scope): Wasm[] {
  return state.types.map((_, i) => {
    const { type } = register.loops.program.states.fields[state.first + i] as { type: CodeType }
    return keep(scope, type as 'f64', load(`${type}.load`, elementOf(register, state.first + i, type)))
  })
}

function cellScope({ loops: { body, call } }: Register): Scope {
  return createScope(body, 'cell', call.inputs, call)
}

function enterRun(register: Register): Statement[] {
  const starts = register.workings.flatMap(({ part, updates, locals, block }) =>
    updates.flatMap(({ counts, type, init }, i) => {
      if (counts) return []
      const before = load(`${type}.load`, elementOf(register, part.state.first + i, type))
      return [set(locals[i] as Local, block ? constantOf(type, init) : before)]
    }),
  )
  return [...starts, ...[...register.counters.values()].map(({ cells }) => set(cells, i32(0)))]
}

function leaveRun(register: Register): Statement[] {
  return register.workings.flatMap((working) =>
    working.block ? closeBlock(register, working, working.block) : leaveState(register, working),
  )
}

function cellsOf({ loops, counters }: Register, mask: Code | undefined): Wasm {
  return get(mask ? (counters.get(mask) as Counter).cells : loops.cells)
}

function leaveState(register: Register, { part, updates, locals }: Working): Statement[] {
  return updates.map(({ counts, type, mask }, i) => {
    const address = elementOf(register, part.state.first + i, type)
    if (!counts) return store(`${type}.store`, address, get(locals[i] as Local))
    const cells = converted(cellsOf(register, mask), 'i32', type, true)
    return store(`${type}.store`, address, op(`${type}.add`, load(`${type}.load`, address), cells))
  })
}

/** A scope in which the sums and the center of a block have their values. */
function blockScope(register: Register, { updates, locals }: Working, block: Block): Scope {
  const scope = cellScope(register)
  const sums = updates.map(({ counts, type, mask }, i) =>
    counts ? keep(scope, type, converted(cellsOf(register, mask), 'i32', type, true)) : get(locals[i] as Local),
  )
  bindScalars(scope, [...updates.map(({ state }) => state), block.center], [...sums, get(block.centerLocal)])
  return scope
}

function closeBlock(register: Register, working: Working, block: Block): Statement[] {
  const scope = blockScope(register, working, block)
  bindScalars(scope, block.states, loadState(register, working, scope))
  const after = block.closed.map((code) => scalar(code, scope))
  const stores = after.map((value, i) => {
    const type = block.states[i]?.type ?? 'f64'
    return store(`${type}.store`, elementOf(register, working.part.state.first + i, type), value)
  })
  return [...scope.statements, ...stores]
}

/** Centers before the run; after it, where a block asks for another one, the run is gone through again, once. */
function repeatOf(register: Register): NonNullable<SinkCode['repeat']> {
  const { blocks, repeated } = register
  const prepare = blocks.flatMap((working) => {
    const scope = cellScope(register)
    bindScalars(scope, working.block.states, loadState(register, working, scope))
    const center = scalar(working.block.start, scope)
    return [...scope.statements, set(working.block.centerLocal, center)]
  })
  return { prepare: [...prepare, set(repeated, i32(0))], again: (start) => [retryRun(register, start)] }
}

function retryRun(register: Register, start: Label): Statement {
  const { blocks, repeated } = register
  const scopes = blocks.map((working) => blockScope(register, working, working.block))
  const moves = blocks.map(({ block }, i) => {
    const scope = scopes[i] as Scope
    const [retry, better] = [scalar(block.retry, scope), scalar(block.better, scope)]
    const move = set(block.centerLocal, op('select', better, get(block.centerLocal), retry))
    return { retry, statements: [...scope.statements, move] }
  })
  const any = moves.map(({ retry }) => retry).reduce((a, b) => op('i32.or', a, b))
  return when(op('i32.eqz', get(repeated)), [
    ...moves.flatMap(({ statements }) => statements),
    set(repeated, i32(1)),
    branch(start, any),
  ])
}

function stepCell({ counters, stepped, blocks }: Register, scope: Scope): void {
  const states = stepped.map(({ update }) => update.state)
  bindScalars(
    scope,
    states,
    stepped.map(({ local }) => get(local)),
  )
  bindScalars(
    scope,
    blocks.map(({ block }) => block.center),
    blocks.map(({ block }) => get(block.centerLocal)),
  )
  const nexts = stepped.map(({ update }) => scalar(update.next, scope))
  const counts = [...counters.values()].map(({ mask, cells }) => increase(cells, scalar(mask, scope)))
  scope.statements.push(...stepped.map(({ local }, i) => set(local, nexts[i] as Wasm)), ...counts)
}

/** Copies of all fields, so that a sum need not wait for the one before; as many as registers are likely to hold. */
function copiesFor(stepped: readonly Stepped[], mayFail: boolean): number {
  const vectors = stepped.reduce((sum, { update }) => sum + (isWide(update.type) ? 2 : 1), 0)
  if (mayFail || vectors > 6) return 1
  return vectors > 2 ? 2 : 4
}

function laneCode(register: Register): LaneCode | undefined {
  const { loops, counters, stepped, blocks } = register
  const { program, body } = loops
  const probe = cellScope(register)
  const needed = [...stepped.map(({ update }) => update.next), ...counters.keys()]
  if (program.anyError) needed.push(program.anyError)
  if (loops.mostCopies === 0 || !needed.every((code) => hasLanes(code, probe))) return undefined
  const unroll = Math.min(loops.mostCopies, copiesFor(stepped, program.anyError !== undefined))
  const copies = Array.from({ length: unroll }, () => stepped.map(({ update }) => vectorLocals(loops, update.type)))
  const centers = blocks.map(() => newLocal(body, 'v128'))
  return {
    unroll,
    enter: enterLanes(register, copies, centers),
    leave: leaveLanes(register, copies),
    cells: (scopes) => {
      scopes.forEach((scope, copy) => {
        stepFour(register, scope, copies[copy] as Local[][], centers)
      })
    },
  }
}

function vectorLocals({ body }: Loops, type: CodeType): Local[] {
  return Array.from({ length: isWide(type) ? 2 : 1 }, () => newLocal(body, 'v128'))
}

function enterLanes(
  { loops, counters, stepped, blocks }: Register,
  copies: readonly Local[][][],
  centers: readonly Local[],
): Statement[] {
  const inits = stepped.map(({ update: { type, init } }) => keep(loops.call, 'v128', constantVector(type, init)))
  return [
    ...copies.flatMap((copy) => copy.flatMap((locals, i) => locals.map((local) => set(local, inits[i] as Wasm)))),
    ...[...counters.values()].map(({ vector }) => set(vector, constantVector('i32', 0))),
    ...blocks.map(({ block }, i) => set(centers[i] as Local, op('f64x2.splat', get(block.centerLocal)))),
  ]
}

/** Masks are -1 where they hold: subtracting them counts. */
function stepFour(
  { counters, stepped, blocks }: Register,
  scope: Scope,
  copy: readonly Local[][],
  centers: readonly Local[],
): void {
  bindVectors(
    scope,
    stepped.map(({ update }) => update.state),
    copy.map((locals) => locals.map(get)),
  )
  bindVectors(
    scope,
    blocks.map(({ block }) => block.center),
    centers.map((center) => [get(center), get(center)]),
  )
  const nexts = stepped.map(({ update }) => lanes(update.next, scope))
  const counts = [...counters.values()].map(({ mask, vector }) => {
    const [ones] = lanes(mask, scope) as [Wasm]
    return set(vector, op('i32x4.sub', get(vector), ones))
  })
  const moves = copy.flatMap((locals, i) =>
    locals.map((local, half) => set(local, (nexts[i] as Vectors)[half] as Wasm)),
  )
  scope.statements.push(...moves, ...counts)
}

/** Copies into one, its four lanes into one, that into the fields of the run: always in the same order. */
function leaveLanes(register: Register, copies: readonly Local[][][]): Statement[] {
  const { stepped, counters } = register
  const statements: Statement[] = []
  const vectors: Vectors[][] = copies.map((copy) => copy.map((locals) => locals.map(get)))
  const inLanes = stepped.every(({ merged }) => hasLanes(merged, cellScope(register)))
  const joined = inLanes ? [vectors.reduce((a, b) => mergeVectors(register, a, b, statements))] : vectors
  const parts = joined.flatMap((copy) => [0, 1, 2, 3].map((lane) => extract(register, copy, lane, statements)))
  const run = stepped.map(({ local }) => get(local))
  const all = mergeScalars(
    register,
    run,
    parts.reduce((a, b) => mergeScalars(register, a, b, statements)),
    statements,
  )
  const moves = stepped.map(({ local }, i) => set(local, all[i] as Wasm))
  const counts = [...counters.values()].map(({ cells, vector }) => increase(cells, sumOfLanes(get(vector))))
  return [...statements, ...moves, ...counts]
}

function mergeVectors(register: Register, a: Vectors[], b: Vectors[], statements: Statement[]): Vectors[] {
  const scope = cellScope(register)
  const { stepped } = register
  bindVectors(scope, [...stepped.map(({ update }) => update.state), ...stepped.map(({ other }) => other)], [...a, ...b])
  const merged = stepped.map((one) => lanes(one.merged, scope))
  statements.push(...scope.statements)
  return merged
}

function mergeScalars(register: Register, a: Wasm[], b: Wasm[], statements: Statement[]): Wasm[] {
  const scope = cellScope(register)
  const { stepped } = register
  bindScalars(scope, [...stepped.map(({ update }) => update.state), ...stepped.map(({ other }) => other)], [...a, ...b])
  const merged = stepped.map((one) => scalar(one.merged, scope))
  statements.push(...scope.statements)
  return merged
}

function extract(register: Register, copy: readonly Vectors[], lane: number, statements: Statement[]): Wasm[] {
  const scope = cellScope(register)
  const values = register.stepped.map(({ update: { type } }, i) => {
    return keep(scope, type, laneFrom(type, lane, copy[i] as Vectors))
  })
  statements.push(...scope.statements)
  return values
}

function sumOfLanes(vector: Wasm): Wasm {
  return [0, 1, 2, 3].map((lane) => laneFrom('i32', lane, [vector])).reduce(addition)
}
