/** How fields change with a cell, as code over the fields themselves, masked. Called by the reduce sinks. */
import { add, and, type Code, type CodeType, constant, convert, input, lt, select } from '../model/code.js'
import type { Field } from '../model/nest.js'
import type { Part, Program } from './program.js'
import { conjunctsOf, isNotNaNTest } from './simplify.js'
import { codesOf, storedCodes } from './state.js'

export interface Update {
  readonly type: Field['type']
  readonly init: number | bigint
  /** The field's value as an input of the code. */
  readonly state: Code
  /** The cells that count; absent = all. */
  readonly mask?: Code | undefined
  /** The value after a cell, with the mask in it. */
  readonly next: Code
  /** Adds one for each cell of the mask, and nothing else reads it: loops may count cells in their own way. */
  readonly counts: boolean
}

/** What updates are made from: some fields, their inputs, and how they step and merge. */
export interface Stepping {
  readonly fields: readonly Pick<Field, 'type' | 'init'>[]
  /** Input of the first field. */
  readonly first: number
  readonly mask?: Code | undefined
  readonly nexts: readonly Code[]
}

/** The updates of all fields of all states; inputs of fields begin at `base`. */
export function updatesOf({ parts, states, graph }: Program, base: number): Update[] {
  return parts.flatMap((part) => {
    const first = base + part.state.first
    const fields = states.fields.slice(part.state.first, part.state.first + part.state.types.length)
    return internedUpdates({ fields, first, mask: part.mask, nexts: stepOf(part, first) }, graph.intern)
  })
}

export function stepOf({ state: { definition, types, signature }, args }: Part, first: number): Code[] {
  return storedCodes(definition.step(codesOf(types, first), args, signature))
}

export function internedUpdates({ fields, first, mask, nexts }: Stepping, intern: (code: Code) => Code): Update[] {
  return fields.map(({ type, init }, i) => {
    const index = first + i
    const next = intern(nexts[i] as Code)
    const alone = nexts.every((other, j) => j === i || !reads(other, index))
    const counts = alone && isCount(next, index) && Number(init) === 0
    const update = intern(masked(index, next, mask, type, init))
    return { type, init, state: intern(input(type, index)), mask, next: update, counts }
  })
}

function isInput(code: Code | undefined, index: number): boolean {
  return code?.op === 'input' && code.index === index
}

function isCount(next: Code, index: number): boolean {
  if (next.op !== 'add') return false
  const [a, b] = next.args
  const one = isInput(a, index) ? b : isInput(b, index) ? a : undefined
  return one?.op === 'const' && Number(one.value) === 1
}

export function reads(code: Code, index: number, seen = new Set<Code>()): boolean {
  if (isInput(code, index)) return true
  if (!('args' in code) || seen.has(code)) return false
  seen.add(code)
  return code.args.some((arg) => reads(arg, index, seen))
}

/** The largest parts of the updates that do not depend on any field: what a cell brings with it. */
export function cellPartsOf(updates: readonly Update[]): Code[] {
  const states = new Set(updates.map(({ state }) => state))
  const dependent = new Map<Code, boolean>()
  const depends = (code: Code): boolean => {
    const known = dependent.get(code)
    if (known !== undefined) return known
    const result = states.has(code) || ('args' in code && code.args.map(depends).includes(true))
    dependent.set(code, result)
    return result
  }
  const found = new Set<Code>()
  const visited = new Set<Code>()
  const visit = (code: Code): void => {
    if (visited.has(code)) return
    visited.add(code)
    if (!depends(code)) found.add(code)
    else if ('args' in code) code.args.forEach(visit)
  }
  for (const { next } of updates) visit(next)
  return [...found].filter((code) => code.op !== 'const')
}

/**
 * The next state where the mask holds, the old one elsewhere. Sums add a masked zero instead: one operation, and often
 * out of the chain from cell to cell. (-0 cannot stand in a sum that began with 0, so that adding 0 changes nothing.)
 */
function masked(index: number, next: Code, mask: Code | undefined, type: CodeType, init: number | bigint): Code {
  if (!mask) return next
  if (next.op === 'add' && Object.is(Number(init), 0)) {
    const [a, b] = next.args
    if (isInput(a, index)) return add(a, orZero(mask, b))
    if (isInput(b, index)) return add(b, orZero(mask, a))
  }
  if (next.op === 'select') {
    const [condition, a, b] = next.args
    if (isInput(b, index)) return select(and(mask, condition), a, b)
  }
  if (next.op === 'max') {
    const [a, b] = next.args
    // The machine's maximum looks for NaN; where the mask leaves none, comparing is enough.
    if (isInput(a, index) && conjunctsOf(mask).some((test) => isNotNaNTest(test, b))) {
      return select(and(mask, lt(a, b)), b, a)
    }
  }
  return select(mask, next, input(type, index))
}

/** The zero is chosen before widening, where lanes are narrow. */
function orZero(mask: Code, value: Code): Code {
  if (value.op === 'convert' && isWidening(value.args[0], value)) {
    return convert(value.type, orZero(mask, value.args[0]), value.unsigned)
  }
  return select(mask, value, constant(value.type, 0))
}

function isWidening(from: Code, to: Code): boolean {
  const narrow = from.type === 'i32' || from.type === 'f32'
  return narrow && (to.type === 'i64' || to.type === 'f64')
}
