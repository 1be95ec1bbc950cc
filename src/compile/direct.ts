/**
 * The sink that finds groups by arithmetic: keys that are whole numbers within a window each have a place there, and so has
 * their combination. What lies outside is left to the hash table. Called by `compile.ts`; the windows are those of
 * `operator/direct-table.ts`, which numbers the places.
 */
import { type Code, convert, type Emitted, eq } from '../model/code.js'
import { directWord, frame, noPlace } from '../model/nest.js'
import { laneFrom } from './lane-shape.js'
import { hasLanes, lanes } from './lanes.js'
import { type LaneCode, type Loops, type SinkCode, word } from './loops.js'
import type { Program } from './program.js'
import { scalar } from './scalar.js'
import { createScope, keep, levelOf, type Scope } from './scope.js'
import { constantVector, get, i32, increase, type Local, newLocal, op, set, store, type Wasm } from './wasm.js'

/** A key as a whole number; `fits` is absent where every value is one. */
interface Whole {
  readonly value: Code
  readonly fits?: Code | undefined
  readonly valid?: Code | undefined
}

/** Of one key: its least number, how many numbers there are, and the places from one to the next. */
interface Window {
  readonly least: Wasm
  readonly extent: Wasm
  readonly stride: Wasm
}

interface Direct {
  readonly loops: Loops
  readonly keys: readonly Whole[]
  readonly windows: readonly Window[]
  readonly codes: Local
  /** All places of single cells, or-ed, and those of the lanes. */
  readonly seen: Local
  readonly seenLanes: Local
}

/** The same arithmetic for one cell and for four. */
interface Form {
  of(code: Code, scope: Scope): Wasm
  spread(value: Wasm, scope: Scope): Wasm
  readonly type: 'i32' | 'v128'
  readonly shape: 'i32' | 'i32x4'
  choose(condition: Wasm, a: Wasm, b: Wasm): Wasm
  not(mask: Wasm): Wasm
}

const single: Form = {
  of: scalar,
  spread: (value) => value,
  type: 'i32',
  shape: 'i32',
  choose: (condition, a, b) => op('select', a, b, condition),
  not: (mask) => op('i32.eqz', mask),
}

const four: Form = {
  of: (code, scope) => lanes(code, scope)[0] as Wasm,
  spread: (value, scope) => keep(scope, 'v128', op('i32x4.splat', value)),
  type: 'v128',
  shape: 'i32x4',
  choose: (condition, a, b) => op('v128.bitselect', a, b, condition),
  not: (mask) => op('v128.not', mask),
}

export function directSink(loops: Loops): SinkCode {
  const { body, call, program } = loops
  const columns = program.nest.columns.length
  const words = (key: number) => [0, 4, 8].map((at) => keep(call, 'i32', word(body, directWord(columns, key) + at)))
  const direct: Direct = {
    loops,
    keys: program.keys.map((key) => wholeOf(key, program)),
    windows: program.keys.map((_, key) => {
      const [least, extent, stride] = words(key) as [Wasm, Wasm, Wasm]
      return { least, extent, stride }
    }),
    codes: newLocal(body, 'i32'),
    seen: newLocal(body, 'i32'),
    seenLanes: newLocal(body, 'v128'),
  }
  const { codes, seen, seenLanes } = direct
  call.statements.push(set(codes, word(body, frame.codes)), set(seen, i32(0)), set(seenLanes, constantVector('i32', 0)))
  return {
    enter: [],
    leave: [],
    finish: [store('i32.store', get(body.frame), orAll(get(seen), seenLanes), frame.count)],
    advance: (cells) => [increase(codes, i32(4 * cells))],
    cell: (scope) => {
      const place = placeOf(direct, scope, single, direct.windows)
      scope.statements.push(store('i32.store', get(codes), place), set(seen, op('i32.or', get(seen), place)))
    },
    lanes: laneCode(direct),
  }
}

function wholeOf({ value, valid }: Emitted, { graph: { intern } }: Program): Whole {
  const whole = intern(convert('i32', value))
  const exact = value.type === 'bool' || value.type === 'i32'
  return { value: whole, fits: exact ? undefined : intern(eq(convert(value.type, whole), value)), valid }
}

/** Of the combination of keys. */
function placeOf({ loops, keys }: Direct, scope: Scope, form: Form, windows: readonly Window[]): Wasm {
  const places = keys.map((key, i) => placeOfKey(key, windows[i] as Window, scope, form))
  const sum = places.map(({ places }) => places).reduce((a, b) => op(`${form.shape}.add`, a, b))
  const known = places.map(({ known }) => known).reduce((a, b) => op(`${form.type}.and`, a, b))
  const { call, program } = loops
  const found = form.choose(known, sum, form.spread(i32(noPlace.unknown), call))
  if (!program.active) return keep(scope, form.type, found)
  const inactive = form.spread(i32(noPlace.inactive), call)
  return keep(scope, form.type, form.choose(form.of(program.active, scope), found, inactive))
}

/** NULL has the place behind the window. What does not change from cell to cell is computed outside of the loop. */
function placeOfKey({ value, fits, valid }: Whole, window: Window, cell: Scope, form: Form) {
  const parts = [value, fits, valid].filter((code) => code !== undefined)
  const fixed = parts.every((code) => levelOf(code, cell) !== 'cell')
  const scope = fixed ? (cell.outer ?? cell) : cell
  const place = keep(scope, form.type, op(`${form.shape}.sub`, form.of(value, scope), window.least))
  const inside = op(`${form.shape}.lt_u`, place, window.extent)
  const known = fits ? op(`${form.type}.and`, form.of(fits, scope), inside) : inside
  if (!valid) return { places: scaledPlace(place), known: keep(scope, form.type, known) }
  const present = form.of(valid, scope)
  return {
    places: scaledPlace(form.choose(present, place, window.extent)),
    known: keep(scope, form.type, op(`${form.type}.or`, known, form.not(present))),
  }

  function scaledPlace(index: Wasm): Wasm {
    return keep(scope, form.type, op(`${form.shape}.mul`, index, window.stride))
  }
}

function orAll(single: Wasm, lanes: Local): Wasm {
  return [0, 1, 2, 3].reduce((all, lane) => op('i32.or', all, laneFrom('i32', lane, [get(lanes)])), single)
}

function laneCode(direct: Direct): LaneCode | undefined {
  const { body, call, program, mostCopies } = direct.loops
  const probe = createScope(body, 'cell', call.inputs, call)
  const needed = [...direct.keys.flatMap(({ value, fits, valid }) => [value, fits, valid]), program.active]
  if (program.anyError) needed.push(program.anyError)
  if (!needed.every((code) => code === undefined || hasLanes(code, probe))) return undefined
  const windows = direct.windows.map(({ least, extent, stride }) => ({
    least: four.spread(least, call),
    extent: four.spread(extent, call),
    stride: four.spread(stride, call),
  }))
  return {
    unroll: Math.min(2, mostCopies),
    enter: [],
    leave: [],
    cells: (scopes) => {
      for (const scope of scopes) {
        const places = placeOf(direct, scope, four, windows)
        scope.statements.push(
          store('v128.store', get(direct.codes), places, 4 * scope.offset),
          set(direct.seenLanes, op('v128.or', get(direct.seenLanes), places)),
        )
      }
    },
  }
}
