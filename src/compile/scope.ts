/**
 * Scopes: straight pieces of a body in which values are kept in locals once they are computed. Code that does not
 * change from cell to cell is placed outside the loop by belonging to an outer scope. Called by all that build bodies.
 */
import type { Code } from '../model/code.js'
import { type Body, get, newLocal, type Statement, set, type Wasm, type WasmType } from './wasm.js'

/** How often a value changes: never during the call, with the row, with the cell. */
export type Level = 'call' | 'row' | 'cell'

/** Where the inputs of the code are found. */
export interface Inputs {
  level(index: number): Level
  scalar(index: number, scope: Scope): Wasm
  /** One vector, or two for 64-bit types. */
  lanes(index: number, scope: Scope): readonly Wasm[]
}

export interface Scope {
  readonly body: Body
  readonly level: Level
  readonly outer?: Scope | undefined
  readonly statements: Statement[]
  readonly inputs: Inputs
  /** Cells from the pointers to the first cell of this copy of an unrolled loop. */
  readonly offset: number
  readonly scalars: Map<Code, Wasm>
  readonly vectors: Map<Code, readonly Wasm[]>
  /** Bools as vectors of 64-bit masks. */
  readonly wideMasks: Map<Code, readonly Wasm[]>
  /** Shared by all scopes of a body. */
  readonly levels: Map<Code, Level>
  /** Bools that come as masks of 64 bits a lane by themselves; shared by all scopes of a body. */
  readonly wideBools: Map<Code, boolean>
}

export function createScope(body: Body, level: Level, inputs: Inputs, outer?: Scope, offset = 0): Scope {
  return {
    body,
    level,
    outer,
    inputs,
    offset,
    statements: [],
    scalars: new Map(),
    vectors: new Map(),
    wideMasks: new Map(),
    levels: outer?.levels ?? new Map(),
    wideBools: outer?.wideBools ?? new Map(),
  }
}

/** Says what inputs stand for in this scope, one cell at a time. */
export function bindScalars(scope: Scope, codes: readonly Code[], values: readonly Wasm[]): void {
  codes.forEach((code, i) => {
    scope.scalars.set(code, values[i] as Wasm)
  })
}

/** The same for four cells. */
export function bindVectors(scope: Scope, codes: readonly Code[], values: readonly (readonly Wasm[])[]): void {
  codes.forEach((code, i) => {
    scope.vectors.set(code, values[i] as readonly Wasm[])
  })
}

/** Stores a value in a new local of the scope's body, once. */
export function keep(scope: Scope, type: WasmType, value: Wasm): Wasm {
  const local = newLocal(scope.body, type)
  scope.statements.push(set(local, value))
  return get(local)
}

/** The outermost scope in which the code can be computed. */
export function homeOf(code: Code, scope: Scope): Scope {
  const level = levelOf(code, scope)
  let home = scope
  while (home.outer && rank[home.outer.level] >= rank[level]) home = home.outer
  return home
}

const rank: Readonly<Record<Level, number>> = { call: 0, row: 1, cell: 2 }

export function levelOf(code: Code, scope: Scope): Level {
  const known = scope.levels.get(code)
  if (known) return known
  const level = computeLevel(code, scope)
  scope.levels.set(code, level)
  return level
}

function computeLevel(code: Code, scope: Scope): Level {
  if (code.op === 'const') return 'call'
  if (code.op === 'input') return scope.inputs.level(code.index)
  const levels = code.args.map((arg) => levelOf(arg, scope))
  return levels.includes('cell') ? 'cell' : levels.includes('row') ? 'row' : 'call'
}
