/** Expressions to code, by the definitions of the functions: validity, CASE, IN and which errors count. Called by `program.ts`. */
import { castMeaning } from '../function/cast.js'
import type { ScalarFunction } from '../function/definition.js'
import type { Registry } from '../function/registry.js'
import { allValid, and, type Code, codeTypeOf, constant, type Emitted, not, or, select } from '../model/code.js'
import {
  type Call,
  type Case,
  type Cast,
  type ColumnId,
  type Expression,
  type InList,
  isNullConstant,
  type Literal,
} from '../model/expression.js'
import { BOOLEAN, isObjectType, type Type } from '../model/type.js'

export interface Emitter {
  readonly registry: Registry
  column(id: ColumnId): Emitted | undefined
}

type Errors = NonNullable<Emitted['errors']>

/** Longer lists would make longer code than it is worth. */
const longestList = 64

const TRUE = constant('bool', true)
const FALSE = constant('bool', false)

/** The code of an expression; undefined where any part of it has none. */
export function emit(expression: Expression, emitter: Emitter): Emitted | undefined {
  switch (expression.kind) {
    case 'literal':
      return literal(expression)
    case 'column':
      return emitter.column(expression.column)
    case 'call':
      return call(expression, emitter)
    case 'case':
      return searchedCase(expression, emitter)
    case 'cast':
      return cast(expression, emitter)
    case 'in':
      return inList(expression, emitter)
    default:
      return expression satisfies never
  }
}

/** All or nothing. */
export function emitAll(expressions: readonly Expression[], emitter: Emitter): Emitted[] | undefined {
  const emitted: Emitted[] = []
  for (const expression of expressions) {
    const part = emit(expression, emitter)
    if (!part) return undefined
    emitted.push(part)
  }
  return emitted
}

function literal({ type, value }: Literal): Emitted | undefined {
  if (isObjectType(type) || typeof value === 'string') return undefined
  const code = codeTypeOf(type)
  if (value === null) return { value: constant(code, code === 'bool' ? false : 0), valid: FALSE }
  if (typeof value === 'object') return undefined
  return { value: constant(code, value) }
}

function call({ function: name, args, type }: Call, emitter: Emitter): Emitted | undefined {
  const definition = emitter.registry.scalarFunction(name)
  if (!definition?.emit || isObjectType(type)) return undefined
  const emitted = emitAll(args, emitter)
  if (!emitted) return undefined
  const signature = { args: args.map((arg) => arg.type), result: type }
  const bare = emitted.map(({ value, valid }) => ({ value, valid }))
  const own = definition.emit(bare, signature)
  if (!own) return undefined
  const isNull = definition.nulls !== 'own' && args.some(isNullConstant)
  const errors = isNull ? [] : argumentErrors(definition.lazy, emitted)
  if (definition.nulls === 'own') return { ...own, errors: [...errors, ...(own.errors ?? [])] }
  return propagated(own, bare, errors)
}

/** NULL where an argument is; there the function's own errors do not count. */
function propagated(own: Emitted, args: readonly Emitted[], before: Errors): Emitted {
  const given = allValid(...args.map(({ valid }) => valid))
  return {
    value: own.value,
    valid: allValid(given, own.valid),
    errors: [...before, ...only(given, own.errors ?? [])],
  }
}

/** Errors that count only under a condition. */
export function only(condition: Code | undefined, errors: Errors): Errors {
  return condition ? errors.map(({ when, message }) => ({ when: and(condition, when), message })) : errors
}

/** `x > 0 AND f(x) > 1` asks for f only where the first part leaves it open: it may be there to prevent an error. */
function argumentErrors(lazy: ScalarFunction['lazy'], args: readonly Emitted[]): Errors {
  let open: Code | undefined
  const errors: Errors[number][] = []
  for (const arg of args) {
    errors.push(...only(open, arg.errors ?? []))
    if (lazy) open = allValid(open, undecided(lazy, arg))
  }
  return errors
}

function undecided(lazy: NonNullable<ScalarFunction['lazy']>, { value, valid }: Emitted): Code {
  if (lazy === 'until-value') return valid ? not(valid) : FALSE
  const goesOn = lazy === 'until-false' ? value : not(value)
  return valid ? or(goesOn, not(valid)) : goesOn
}

/** Where a condition is true: neither false nor NULL. */
export function isTrue({ value, valid }: Emitted): Code {
  return valid ? and(valid, value) : value
}

/** All branches are computed; the first whose condition holds is chosen, and only its errors count. */
function searchedCase({ branches, otherwise, type }: Case, emitter: Emitter): Emitted | undefined {
  if (isObjectType(type)) return undefined
  const conditions = emitAll(
    branches.map(({ when }) => when),
    emitter,
  )
  const results = emitAll([...branches.map(({ result }) => result), otherwise], emitter)
  const last = results?.pop()
  if (!conditions || !results || !last) return undefined
  const { errors, rest } = branchErrors(conditions, results)
  let chosen: Emitted = { value: last.value, valid: last.valid }
  for (let i = results.length - 1; i >= 0; i--) {
    chosen = either(isTrue(conditions[i] as Emitted), results[i] as Emitted, chosen)
  }
  return { ...chosen, errors: [...errors, ...only(rest, last.errors ?? [])] }
}

function either(condition: Code, a: Emitted, b: Emitted): Emitted {
  const valid = a.valid || b.valid ? select(condition, a.valid ?? TRUE, b.valid ?? TRUE) : undefined
  return { value: select(condition, a.value, b.value), valid }
}

function branchErrors(conditions: readonly Emitted[], results: readonly Emitted[]) {
  const errors: Errors[number][] = []
  let rest: Code | undefined
  conditions.forEach((condition, i) => {
    const holds = isTrue(condition)
    errors.push(...only(rest, condition.errors ?? []))
    errors.push(...only(allValid(rest, holds), results[i]?.errors ?? []))
    rest = allValid(rest, not(holds))
  })
  return { errors, rest }
}

function cast({ arg, type, attempt }: Cast, emitter: Emitter): Emitted | undefined {
  if (isObjectType(type) || isObjectType(arg.type)) return undefined
  const from = emit(arg, emitter)
  if (!from) return undefined
  if (arg.type.kind === 'null') return literal({ kind: 'literal', type, value: null })
  const bare = { value: from.value, valid: from.valid }
  const own = castMeaning(arg.type, type, attempt === true)?.emit(bare)
  return own && propagated(own, [bare], from.errors ?? [])
}

/** A match is TRUE; without one, a NULL in the list leaves it open. */
function inList({ arg, values }: InList, emitter: Emitter): Emitted | undefined {
  const known = values.filter((value) => value !== null)
  const given = emit(arg, emitter)
  if (!given || known.length > longestList) return undefined
  const item = { value: given.value }
  const matches: Code[] = []
  for (const value of known) {
    const constantItem = literal({ kind: 'literal', type: arg.type, value })
    const match = constantItem && equality(item, constantItem, arg.type, emitter)
    if (!match) return undefined
    matches.push(match)
  }
  const found = matches.length > 0 ? matches.reduce(or) : FALSE
  const valid = known.length < values.length ? allValid(given.valid, found) : given.valid
  return { value: found, valid, errors: given.errors }
}

function equality(a: Emitted, b: Emitted, type: Type, emitter: Emitter): Code | undefined {
  const definition = emitter.registry.scalarFunction('=')
  return definition?.emit?.([a, b], { args: [type, type], result: BOOLEAN })?.value
}
