/**
 * The loops of a nest's body: rows, runs, then cells four at a time while there are four, then one at a time.
 * What happens at each cell is the sink's. Called by `compile.ts`.
 */
import { columnWord, type Field, fieldWord, frame, type Nest } from '../model/nest.js'
import { storageBytes } from '../model/schema.js'
import { loadLanes, loadScalar, type Place } from './column-load.js'
import { lanes } from './lanes.js'
import { messagesOf, type Program } from './program.js'
import { scalar } from './scalar.js'
import { createScope, type Inputs, type Scope } from './scope.js'
import {
  addition,
  type Body,
  branch,
  get,
  i32,
  increase,
  type Label,
  type Local,
  load,
  loop,
  newLocal,
  op,
  type Statement,
  scaled,
  set,
  store,
  type Wasm,
  when,
} from './wasm.js'

/** What bodies of sinks see of the loops around them. */
export interface Loops {
  readonly body: Body
  readonly program: Program
  readonly call: Scope
  /** How many times four cells a loop may be unrolled to; 0 = one cell at a time. */
  readonly mostCopies: number
  /** Group of the run: frame.group + row code + run code. */
  readonly group: Local
  /** The same without the run code. */
  readonly rowGroup: Local
  /** The run: its first cell, how many it has, the end, and how many are still to come. */
  readonly first: Local
  readonly cells: Local
  readonly end: Local
  readonly left: Local
}

/** What a sink does; statements for cells are added to the scopes that it is given. */
export interface SinkCode {
  /** Once before and after the cells of a run; it may go through them again. */
  readonly repeat?: { readonly prepare: readonly Statement[]; again(start: Label): readonly Statement[] } | undefined
  /** Around each run. */
  readonly enter: readonly Statement[]
  readonly leave: readonly Statement[]
  /** At the end of the call. */
  readonly finish: readonly Statement[]
  /** One cell. */
  cell(scope: Scope): void
  /** Cells for which this does not hold are passed over, errors included; only where there are no lanes. */
  readonly guard?: Wasm | undefined
  /** After so many cells. */
  advance(cells: number): readonly Statement[]
  readonly lanes?: LaneCode | undefined
}

/** Four cells at a time, several times in one turn of the loop. */
export interface LaneCode {
  readonly unroll: number
  /** Before and after the lanes of a run that has any. */
  readonly enter: readonly Statement[]
  readonly leave: readonly Statement[]
  /** One scope for each four cells, in order. */
  cells(scopes: readonly Scope[]): void
}

export function buildLoops(body: Body, program: Program, sinkOf: (loops: Loops) => SinkCode, mostCopies = 4): void {
  const { nest } = program
  const places = new Map<number, Place>()
  const inputs = inputsOf(body, nest, places)
  const call = createScope(body, 'call', inputs)
  const row = createScope(body, 'row', inputs, call)
  const local = () => newLocal(body, 'i32')
  const loops: Loops = {
    body,
    program,
    call,
    mostCopies,
    group: local(),
    rowGroup: local(),
    first: local(),
    cells: local(),
    end: local(),
    left: local(),
  }
  const sink = sinkOf(loops)
  const rowIndex = newLocal(body, 'i32')
  const turns = cellLoops(loops, sink, row, places, rowIndex)
  // Built before the scopes are laid out: it still adds to them.
  const rows = rowLoop(loops, row, rowIndex, places, runLoop(loops, sink, places, turns))
  const reset = store('i32.store', get(body.frame), i32(0), frame.error)
  body.statements.push(reset, ...call.statements, rows, ...sink.finish)
}

export const word = (body: Body, offset: number) => load('i32.load', get(body.frame), offset)

/** Addresses of state arrays, loaded once a call. */
export function fieldBases({ body, call, program }: Loops, fields: readonly Field[]): Local[] {
  return fields.map((_, field) => {
    const base = newLocal(body, 'i32')
    call.statements.push(set(base, word(body, fieldWord(program.nest.columns.length, field))))
    return base
  })
}

function inputsOf(body: Body, nest: Nest, places: Map<number, Place>): Inputs {
  const placeOf = (index: number): Place => {
    const known = places.get(index)
    if (known) return known
    const column = nest.columns[index]
    if (!column) throw new Error(`input ${index} is not bound`)
    const local = () => newLocal(body, 'i32')
    const place = { storage: column.storage, access: column.access, row: local(), pointer: local(), stride: local() }
    places.set(index, place)
    return place
  }
  return {
    level: (index) => (nest.columns[index]?.access === 'zero' ? 'row' : 'cell'),
    scalar: (index) => loadScalar(placeOf(index)),
    lanes: (index, scope) => loadLanes(placeOf(index), scope),
  }
}

/** Pointers of columns that move; all cell code must be built before. */
function moving(places: ReadonlyMap<number, Place>): Place[] {
  return [...places.values()].filter(({ access }) => access !== 'zero')
}

function rowLoop(
  { body, rowGroup, call }: Loops,
  row: Scope,
  rowIndex: Local,
  places: ReadonlyMap<number, Place>,
  inner: readonly Statement[],
): Statement {
  const rows = newLocal(body, 'i32')
  const count = newLocal(body, 'i32')
  call.statements.push(set(rows, word(body, frame.rows)), set(count, word(body, frame.rowCount)))
  const starts = [...places].map(([column, place]) => {
    const at = op('i32.mul', get(rowIndex), word(body, columnWord(column) + 4))
    return set(place.row, addition(word(body, columnWord(column)), at))
  })
  for (const [column, { stride, access }] of places) {
    if (access === 'strided') call.statements.push(set(stride, word(body, columnWord(column) + 8)))
  }
  return repeat(count, [
    set(rowIndex, load('i32.load', get(rows))),
    set(rowGroup, addition(word(body, frame.group), load('i32.load', get(rows), 4))),
    increase(rows, i32(8)),
    ...starts,
    ...row.statements,
    ...inner,
  ])
}

function runLoop(
  { body, group, rowGroup, first, cells, end, left }: Loops,
  sink: SinkCode,
  places: ReadonlyMap<number, Place>,
  turns: readonly Statement[],
): Statement[] {
  const runs = newLocal(body, 'i32')
  const count = newLocal(body, 'i32')
  const pointers = moving(places).map(({ access, storage, row, pointer, stride }) => {
    const bytes = access === 'unit' ? scaled(get(first), storageBytes[storage]) : op('i32.mul', get(first), get(stride))
    return set(pointer, addition(get(row), bytes))
  })
  const pass = [set(left, get(cells)), ...pointers, ...sink.enter, ...turns]
  const each = repeat(count, [
    set(first, load('i32.load', get(runs))),
    set(cells, load('i32.load', get(runs), 4)),
    set(group, addition(get(rowGroup), load('i32.load', get(runs), 8))),
    set(end, addition(get(first), get(cells))),
    increase(runs, i32(12)),
    ...passes(sink, pass),
    ...sink.leave,
  ])
  return [set(runs, word(body, frame.runs)), set(count, word(body, frame.runCount)), each]
}

function passes({ repeat: more }: SinkCode, pass: readonly Statement[]): readonly Statement[] {
  return more ? [...more.prepare, loop((start) => [...pass, ...more.again(start)])] : pass
}

/** Repeats while the local, counted down, is not 0. */
function repeat(count: Local, body: readonly Statement[]): Statement {
  return when(get(count), [
    loop((again) => [...body, set(count, op('i32.sub', get(count), i32(1))), branch(again, get(count))]),
  ])
}

function cellLoops(
  loops: Loops,
  sink: SinkCode,
  row: Scope,
  places: ReadonlyMap<number, Place>,
  rowIndex: Local,
): Statement[] {
  const done: Label = { target: 'block' }
  const code = loops.mostCopies > 0 ? sink.lanes : undefined
  // The unrolled loop, and a loop of four cells for what it leaves over.
  const copies = code ? [...new Set([code.unroll, 1])] : []
  const laneBodies = copies.map((count) => ({ count, body: code ? laneCells(loops, code, row, count, done) : [] }))
  const single = createScope(loops.body, 'cell', row.inputs, row)
  checkCell(loops, single, rowIndex)
  sink.cell(single)
  const guarded = sink.guard ? [when(sink.guard, single.statements)] : single.statements
  // Only now is it known which columns move.
  const advance = (cells: number) => advanced(loops, sink, places, cells)
  const each = when(get(loops.left), [loop((again) => [...guarded, ...advance(1), branch(again, get(loops.left))])])
  if (!code) return [each]
  const enough = (cells: number) => op('i32.ge_s', get(loops.left), i32(cells))
  const turns = laneBodies.map(({ count, body }) =>
    when(enough(4 * count), [loop((again) => [...body, ...advance(4 * count), branch(again, enough(4 * count))])]),
  )
  return [when(enough(4), [...code.enter, { kind: 'block', label: done, body: turns }, ...code.leave]), each]
}

/** Leaves for the scalar loop at an error, before any state has changed in this turn: that loop finds the exact cell. */
function laneCells({ body, program }: Loops, code: LaneCode, row: Scope, copies: number, done: Label): Statement[] {
  const scopes = Array.from({ length: copies }, (_, i) => createScope(body, 'cell', row.inputs, row, 4 * i))
  for (const scope of scopes) {
    const [mask] = program.anyError ? lanes(program.anyError, scope) : []
    if (mask) scope.statements.push(branch(done, op('v128.any_true', mask)))
  }
  const checks = scopes.flatMap(({ statements }) => statements.splice(0))
  code.cells(scopes)
  return [...checks, ...scopes.flatMap(({ statements }) => statements)]
}

/** Reports the first error and returns: the query has failed. */
function checkCell({ body, end, left, program }: Loops, scope: Scope, rowIndex: Local): void {
  if (!program.anyError) return
  const any = scalar(program.anyError, scope)
  const messages = messagesOf(program)
  const report = program.errors.map(({ when: holds, message }) =>
    when(scalar(holds, scope), [
      store('i32.store', get(body.frame), i32(1 + messages.indexOf(message)), frame.error),
      store('i32.store', get(body.frame), get(rowIndex), frame.errorRow),
      store('i32.store', get(body.frame), op('i32.sub', get(end), get(left)), frame.errorCell),
      { kind: 'return' },
    ]),
  )
  scope.statements.push(when(any, report))
}

function advanced({ left }: Loops, sink: SinkCode, places: ReadonlyMap<number, Place>, cells: number): Statement[] {
  const pointers = moving(places).map(({ access, storage, pointer, stride }) =>
    increase(pointer, access === 'unit' ? i32(cells * storageBytes[storage]) : op('i32.mul', get(stride), i32(cells))),
  )
  return [...pointers, ...sink.advance(cells), set(left, op('i32.sub', get(left), i32(cells)))]
}
