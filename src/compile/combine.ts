/** The body that merges arrays of states. Called by `compile.ts`. */
import type { Registry } from '../function/registry.js'
import { type Accumulator, combineFrame, combineWord, type Field } from '../model/nest.js'
import { createGraph } from './graph.js'
import { hasLanes, lanes, type Vectors } from './lanes.js'
import { word } from './loops.js'
import { type Merge, mergeOf } from './merge.js'
import { scalar } from './scalar.js'
import { bindScalars, bindVectors, createScope, type Inputs, keep, type Scope } from './scope.js'
import { statesOf } from './state.js'
import {
  addition,
  type Body,
  branch,
  createBody,
  get,
  i32,
  increase,
  isWide,
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
  widthOf,
} from './wasm.js'

interface Combine {
  readonly body: Body
  /** Constants, before the loops. */
  readonly call: Scope
  readonly fields: readonly Field[]
  readonly merge: Merge
  /** Pointers into the arrays of a and b. */
  readonly a: readonly Local[]
  readonly b: readonly Local[]
  /** Groups still to come, and where their codes are. */
  readonly left: Local
  readonly codes: Local
}

/** All inputs are bound before they are asked for. */
const inputs: Inputs = {
  level: () => 'cell',
  scalar: (index) => unbound(index),
  lanes: (index) => unbound(index),
}

function unbound(index: number): never {
  throw new Error(`field ${index} is not bound`)
}

export function combineBody(accumulators: readonly Accumulator[], registry: Registry): Body | undefined {
  const states = statesOf(accumulators, registry)
  if (!states) return undefined
  const body = createBody('combine')
  const local = () => newLocal(body, 'i32')
  const { fields } = states
  const merge = mergeOf(states, createGraph())
  const pointers = () => fields.map(local)
  const call = createScope(body, 'call', inputs)
  const combine: Combine = { body, call, fields, merge, a: pointers(), b: pointers(), left: local(), codes: local() }
  const loops = [...consecutive(combine), scattered(combine)]
  body.statements.push(...call.statements, ...start(combine), ...loops)
  return body
}

function start({ body, fields, a, b, left, codes }: Combine): Statement[] {
  const addresses = fields.flatMap((_, i) => [
    set(a[i] as Local, word(body, combineWord(i))),
    set(b[i] as Local, word(body, combineWord(i) + 4)),
  ])
  return [...addresses, set(left, word(body, combineFrame.count)), set(codes, word(body, combineFrame.codes))]
}

/** Without codes: four groups at a time, then one. */
function consecutive(combine: Combine): Statement[] {
  const { body, call, merge, left, codes } = combine
  const scope = createScope(body, 'cell', inputs, call)
  const quads = merge.merged.every((code) => hasLanes(code, scope))
    ? [repeatWhile(combine, 4, fourGroups(combine, scope))]
    : []
  const single = createScope(body, 'cell', inputs, call)
  const ones = repeatWhile(combine, 1, oneGroup(combine, single, combine.a))
  return [when(op('i32.eqz', get(codes)), [...quads, ones, set(left, i32(0))])]
}

function repeatWhile({ fields, a, b, left }: Combine, groups: number, body: readonly Statement[]): Statement {
  const enough = op('i32.ge_s', get(left), i32(groups))
  const advance = fields.flatMap(({ type }, i) =>
    [a[i] as Local, b[i] as Local].map((pointer) => increase(pointer, i32(groups * widthOf(type)))),
  )
  const counted = set(left, op('i32.sub', get(left), i32(groups)))
  return when(enough, [loop((again) => [...body, ...advance, counted, branch(again, enough)])])
}

function oneGroup({ fields, merge, b }: Combine, scope: Scope, targets: readonly Local[]): Statement[] {
  const loaded = (pointers: readonly Local[]) =>
    fields.map(({ type }, i) => keep(scope, type, load(`${type}.load`, get(pointers[i] as Local))))
  bindScalars(scope, [...merge.a, ...merge.b], [...loaded(targets), ...loaded(b)])
  const merged = merge.merged.map((code) => scalar(code, scope))
  const stores = fields.map(({ type }, i) => store(`${type}.store`, get(targets[i] as Local), merged[i] as Wasm))
  return [...scope.statements, ...stores]
}

function fourGroups({ fields, merge, a, b }: Combine, scope: Scope): Statement[] {
  const loaded = (pointers: readonly Local[]): Vectors[] =>
    fields.map(({ type }, i) =>
      (isWide(type) ? [0, 16] : [0]).map((offset) =>
        keep(scope, 'v128', load('v128.load', get(pointers[i] as Local), offset)),
      ),
    )
  bindVectors(scope, [...merge.a, ...merge.b], [...loaded(a), ...loaded(b)])
  const merged = merge.merged.map((code) => lanes(code, scope))
  const stores = merged.flatMap((vectors, i) =>
    vectors.map((vector, half) => store('v128.store', get(a[i] as Local), vector, 16 * half)),
  )
  return [...scope.statements, ...stores]
}

/** With codes: each group of b into the group that its code names. */
function scattered(combine: Combine): Statement {
  const { body, call, fields, a, b, left, codes } = combine
  const code = newLocal(body, 'i32')
  const targets = fields.map(() => newLocal(body, 'i32'))
  const aim = fields.map(({ type }, i) =>
    set(targets[i] as Local, addition(get(a[i] as Local), scaled(get(code), widthOf(type)))),
  )
  const scope = createScope(body, 'cell', inputs, call)
  const step = when(op('i32.ge_s', get(code), i32(0)), [...aim, ...oneGroup(combine, scope, targets)])
  const advance = fields.map(({ type }, i) => increase(b[i] as Local, i32(widthOf(type))))
  return when(get(left), [
    loop((again) => [
      set(code, load('i32.load', get(codes))),
      increase(codes, i32(4)),
      step,
      ...advance,
      set(left, op('i32.sub', get(left), i32(1))),
      branch(again, get(left)),
    ]),
  ])
}
