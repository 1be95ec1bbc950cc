/**
 * What the register sink keeps in locals while it goes through a run: the fields of a state themselves, or the sums of
 * its block form. Called by `register.ts`.
 */
import { add, type Code, type CodeType, input } from '../model/code.js'
import { mergedState } from './merge.js'
import type { Part, Program } from './program.js'
import { codesOf, storedCodes, storedType } from './state.js'
import { internedUpdates, reads, stepOf, type Update } from './update.js'
import { type Body, type Local, newLocal } from './wasm.js'

export interface Working {
  readonly part: Part
  readonly updates: readonly Update[]
  /** One per update. */
  readonly locals: readonly Local[]
  /** The fields of two of these together, over their own inputs and those of `others`. */
  readonly merged: readonly Code[]
  /** The inputs of a second one, for `merged`. */
  readonly others: readonly Code[]
  readonly block?: Block | undefined
}

export interface Block {
  /** Fixed while the run lasts. */
  readonly center: Code
  readonly centerLocal: Local
  /** The center for the state before the run, over `states`. */
  readonly start: Code
  /** The state after the run, over `states`, the sums and the center. */
  readonly closed: readonly Code[]
  readonly retry: Code
  readonly better: Code
  /** The inputs that stand for the fields of the group's state. */
  readonly states: readonly Code[]
}

/** Inputs are handed out in order, after those of the columns. */
export function workingsOf(program: Program, body: Body): Working[] {
  let next = program.nest.columns.length
  const take = (count: number) => {
    next += count
    return next - count
  }
  return program.parts.map((part) =>
    part.state.definition.block ? blocked(part, program, body, take) : plain(part, program, body, take),
  )
}

type Take = (count: number) => number

function plain(part: Part, { states, graph: { intern } }: Program, body: Body, take: Take): Working {
  const { first: start, types } = part.state
  const fields = states.fields.slice(start, start + types.length)
  const [first, second] = [take(types.length), take(types.length)]
  const updates = internedUpdates({ fields, first, mask: part.mask, nexts: stepOf(part, first) }, intern)
  const merged = mergedState(part.state, first, second).map(intern)
  // A field that is only counted has no value in the locals for others to merge with.
  const alone = (i: number) =>
    merged.every((code, j) => j === i || !(reads(code, first + i) || reads(code, second + i)))
  return {
    part,
    updates: updates.map((update, i) => ({ ...update, counts: update.counts && alone(i) })),
    locals: fields.map(({ type }) => newLocal(body, type)),
    merged,
    others: inputs(types, second).map(intern),
  }
}

function inputs(types: readonly CodeType[], first: number): Code[] {
  return types.map((type, i) => input(storedType(type), first + i))
}

function blocked(part: Part, { graph: { intern } }: Program, body: Body, take: Take): Working {
  const { definition, signature, types } = part.state
  const form = definition.block
  if (!form) throw new Error(`${definition.name} has no block form`)
  const fields = form.sums(signature).map(({ type, init }) => ({ type: storedType(type), init }))
  const sumTypes = fields.map(({ type }) => type)
  const [first, second, at, state] = [take(fields.length), take(fields.length), take(1), take(types.length)]
  const center = intern(input('f64', at))
  const sums = codesOf(sumTypes, first)
  const nexts = form.step(sums, part.args, center)
  const retry = form.retry(sums, center)
  const before = codesOf(types, state)
  const closed = definition.combine(before, form.close(sums, center), signature)
  return {
    part,
    updates: internedUpdates({ fields, first, mask: part.mask, nexts }, intern),
    locals: fields.map(({ type }) => newLocal(body, type)),
    merged: sums.map((sum, i) => intern(add(sum, codesOf(sumTypes, second)[i] as Code))),
    others: inputs(sumTypes, second).map(intern),
    block: {
      center,
      centerLocal: newLocal(body, 'f64'),
      start: intern(form.center(before)),
      closed: storedCodes(closed).map(intern),
      retry: intern(retry.when),
      better: intern(retry.center),
      states: inputs(types, state).map(intern),
    },
  }
}
