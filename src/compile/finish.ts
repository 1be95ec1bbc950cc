/** The bodies that compute results from states, one per aggregate of the query. Called by `compile.ts`. */
import type { Registry } from '../function/registry.js'
import { type Code, codeTypeOf, type Emitted } from '../model/code.js'
import { type Accumulator, type Finish, finishFrame, finishWord } from '../model/nest.js'
import type { Type } from '../model/type.js'
import { isObjectType } from '../model/type.js'
import { only } from './emit.js'
import { createGraph } from './graph.js'
import { word } from './loops.js'
import { scalar } from './scalar.js'
import { createScope, type Inputs, keep, type Scope } from './scope.js'
import { codesOf, type States, statesOf } from './state.js'
import {
  addition,
  type Body,
  branch,
  createBody,
  get,
  i32,
  increase,
  type Local,
  load,
  loop,
  newLocal,
  op,
  type Statement,
  scaled,
  set,
  store,
  when,
  widthOf,
} from './wasm.js'

export interface FinishBodies {
  readonly bodies: readonly Body[]
  readonly errors: readonly string[]
}

/** Undefined where a result has no code. */
export function finishBodies(
  finishes: readonly Finish[],
  accumulators: readonly Accumulator[],
  registry: Registry,
): FinishBodies | undefined {
  const states = statesOf(accumulators, registry)
  const results = states && finishes.map((finish) => resultOf(finish, states, registry))
  if (!results) return undefined
  const known = results.filter((result) => result !== undefined)
  if (known.length < results.length) return undefined
  const errors = [...new Set(known.flatMap((result) => result.errors?.map(({ message }) => message) ?? []))]
  const bodies = known.map((result, i) =>
    bodyOf(`finish${i}`, result, (finishes[i] as Finish).resultType, states, errors),
  )
  return { bodies, errors }
}

function resultOf(finish: Finish, states: States, registry: Registry): Emitted | undefined {
  const { aggregate, argTypes, resultType, parts } = finish
  if (isObjectType(resultType)) return undefined
  const definition = registry.aggregateFunction(aggregate)
  const signature = { args: argTypes, result: resultType }
  const codes = parts.map((part) => {
    const state = states.states[part]
    return state ? codesOf(state.types, state.first) : []
  })
  if (definition?.kind === 'algebraic') return definition.finish(codes, signature)
  if (definition?.kind === 'distributive') return definition.finish(codes[0] ?? [], signature)
  return undefined
}

interface Locals {
  readonly count: Local
  readonly done: Local
  readonly group: Local
  readonly values: Local
  readonly valid: Local
}

function bodyOf(name: string, result: Emitted, type: Type, states: States, errors: readonly string[]): Body {
  const body = createBody(name)
  const local = () => newLocal(body, 'i32')
  const locals: Locals = { count: local(), done: local(), group: local(), values: local(), valid: local() }
  const { count, done, group, values, valid } = locals
  const scope = createScope(body, 'cell', fieldInputs(body, states, group))
  finishGroup(scope, result, type, locals, errors)
  const groups = word(body, finishFrame.groups)
  const chosen = when(groups, [set(group, load('i32.load', addition(groups, scaled(get(done), 4))))])
  body.statements.push(
    store('i32.store', get(body.frame), i32(0), finishFrame.error),
    set(count, word(body, finishFrame.count)),
    set(values, word(body, finishFrame.values)),
    set(valid, word(body, finishFrame.valid)),
    when(get(count), [
      loop((again) => [
        set(group, get(done)),
        chosen,
        ...scope.statements,
        increase(values, i32(bytesOf(type))),
        increase(valid, i32(1)),
        increase(done, i32(1)),
        branch(again, op('i32.lt_u', get(done), get(count))),
      ]),
    ]),
  )
  return body
}

function fieldInputs(body: Body, { fields }: States, group: Local): Inputs {
  return {
    level: () => 'cell',
    scalar: (index) => {
      const type = fields[index]?.type ?? 'i64'
      return load(`${type}.load`, addition(word(body, finishWord(index)), scaled(get(group), widthOf(type))))
    },
    lanes: () => [],
  }
}

/** An error counts where the result is not NULL. */
function finishGroup(scope: Scope, result: Emitted, type: Type, locals: Locals, messages: readonly string[]): void {
  const graph = createGraph()
  const { body } = scope
  for (const { when: holds, message } of only(result.valid, result.errors ?? [])) {
    const report: Statement[] = [
      store('i32.store', get(body.frame), i32(1 + messages.indexOf(message)), finishFrame.error),
      store('i32.store', get(body.frame), get(locals.done), finishFrame.errorGroup),
      { kind: 'return' },
    ]
    scope.statements.push(when(scalar(graph.intern(holds), scope), report))
  }
  const valid = result.valid ? scalar(graph.intern(result.valid), scope) : i32(1)
  const value = scalar(graph.intern(stored(result.value, type)), scope)
  scope.statements.push(
    store(storeOf(type), get(locals.values), keep(scope, storedType(type), value)),
    store('i32.store8', get(locals.valid), valid),
  )
}

function stored(value: Code, type: Type): Code {
  const wanted = codeTypeOf(type)
  return value.type === wanted ? value : { op: 'convert', type: wanted, args: [value] }
}

function storedType(type: Type) {
  const code = codeTypeOf(type)
  return code === 'bool' ? 'i32' : code
}

const bytes: Partial<Record<Type['kind'], 1 | 2>> = { null: 1, boolean: 1, int8: 1, uint8: 1, int16: 2, uint16: 2 }

/** As `allocate` of model/vector.ts lays them out. */
function bytesOf(type: Type): number {
  return bytes[type.kind] ?? (type.kind === 'uint32' ? 4 : widthOf(codeTypeOf(type)))
}

function storeOf(type: Type): string {
  const small = bytes[type.kind]
  if (small) return `i32.store${8 * small}`
  return type.kind === 'uint32' ? 'i64.store32' : `${codeTypeOf(type)}.store`
}
