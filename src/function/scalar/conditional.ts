/** coalesce, nullif and if: CASE in other words. */
import { type Code, type Emitted, or, select } from '../../model/code.js'
import type { Expression } from '../../model/expression.js'
import type { Interval } from '../../model/interval.js'
import { BOOLEAN, isObjectType, sameType, type Type, typeName, VARCHAR, type Value } from '../../model/type.js'
import { either } from '../bounds-union.js'
import { castMeaning } from '../cast.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { firstType } from '../resolve.js'
import { commonTypeOf } from '../unify.js'
import { equals, resolveComparison } from './comparison.js'
import { resolveCommon } from './greatest.js'
import { isCondition } from './logic.js'

/** The first argument that is valid. */
function emitFirst(args: readonly Emitted[]): Emitted | undefined {
  return args.reduceRight<Emitted | undefined>((rest, arg) => {
    if (!rest || !arg.valid) return arg
    const valid: Code | undefined = rest.valid && or(arg.valid, rest.valid)
    return { value: select(arg.valid, arg.value, rest.value), valid }
  }, undefined)
}

function firstBounds(args: readonly Interval[]): Interval | undefined {
  const needed = args.slice(0, 1 + firstIndex(args))
  const [first, ...rest] = needed
  if (!first) return undefined
  return { ...rest.reduce(either, first), mayBeNull: needed.every((arg) => arg.mayBeNull) }
}

function firstIndex(args: readonly Interval[]): number {
  const index = args.findIndex((arg) => !arg.mayBeNull)
  return index < 0 ? args.length : index
}

export const coalesce: ScalarFunction = {
  name: 'coalesce',
  aliases: ['ifnull'],
  summary: 'Gives the first value that is not NULL; those after it are not computed.',
  usage: 'coalesce(a, b, ...)',
  category: 'conditional',
  nulls: 'own',
  lazy: 'until-value',
  resolve: resolveCommon,
  evaluate:
    () =>
    (...args) =>
      args.find((arg) => arg !== null) ?? null,
  emit: (args, { result }) => (isObjectType(result) ? undefined : emitFirst(args)),
  bounds: firstBounds,
  examples: [
    { sql: 'coalesce(NULL, 2, 3)', result: '2' },
    { sql: "ifnull('a', 'b')", result: 'a' },
  ],
}

function castTo(expression: Expression, type: Type): Expression {
  return sameType(expression.type, type) ? expression : { kind: 'cast', arg: expression, type }
}

/** The types in which `=` compares the two. */
function comparedAs(args: readonly Argument[]): readonly [Type, Type] | undefined {
  const [a, b] = resolveComparison(args)?.args ?? []
  return a && b && [a, b]
}

export const nullif: ScalarFunction = {
  name: 'nullif',
  summary: 'Is NULL where two values are equal, else the first.',
  usage: 'nullif(a, b)',
  category: 'conditional',
  nulls: 'own',
  resolve: ([a, b, ...rest]) =>
    a && b && rest.length === 0 && comparedAs([a, b]) ? { args: [a.type, b.type], result: a.type } : undefined,
  evaluate: ({ args: [a, b] }) => {
    const types = a && b ? comparedAs([{ type: a }, { type: b }]) : undefined
    if (!a || !b || !types) return (x = null) => x
    const [left, right] = [converter(a, types[0]), converter(b, types[1])]
    const equal = equals.evaluate({ args: types, result: BOOLEAN })
    return (x = null, y = null) => (x !== null && y !== null && equal(left(x), right(y)) === true ? null : x)
  },
  expand: ([a, b], { result }) => {
    const pair = a && b ? comparedAs([argumentOf(a), argumentOf(b)]) : undefined
    if (!a || !b || !pair) throw new Error('nullif takes two arguments')
    const args = [castTo(a, pair[0]), castTo(b, pair[1])]
    const when: Expression = { kind: 'call', function: '=', args, type: BOOLEAN }
    const otherwise = castTo(a, result)
    return {
      kind: 'case',
      branches: [{ when, result: { kind: 'literal', type: result, value: null } }],
      otherwise,
      type: result,
    }
  },
  examples: [
    { sql: 'nullif(1, 1)', result: 'NULL' },
    { sql: 'nullif(1, 2)', result: '1' },
  ],
}

function converter(from: Type, to: Type): (value: Value) => Value {
  return castMeaning(from, to)?.evaluate ?? ((value) => value)
}

function argumentOf(expression: Expression): Argument {
  if (expression.kind !== 'literal') return { type: expression.type }
  return { type: expression.type, literal: expression.value, adaptable: expression.adaptable }
}

function resolveIf([condition, a, b, ...rest]: readonly Argument[]): Signature | undefined {
  if (!condition || !isCondition(condition) || !a || !b || rest.length > 0) return undefined
  const type = commonTypeOf([a, b])
  return type && { args: [BOOLEAN, type, type], result: type }
}

export const ifFunction: ScalarFunction = {
  name: 'if',
  summary: 'Gives the second value where a condition is TRUE, else the third.',
  usage: 'if(condition, a, b)',
  category: 'conditional',
  nulls: 'own',
  resolve: resolveIf,
  evaluate:
    () =>
    (condition, a = null, b = null) =>
      condition === true ? a : b,
  expand: ([condition, a, b], { result }) => {
    if (!condition || !a || !b) throw new Error('if takes three arguments')
    const branch = { when: castTo(condition, BOOLEAN), result: castTo(a, result) }
    return { kind: 'case', branches: [branch], otherwise: castTo(b, result), type: result }
  },
  examples: [{ sql: "if(1 > 2, 'yes', 'no')", result: 'no' }],
}

export const typeOf: ScalarFunction = {
  name: 'typeof',
  summary: 'Names the type of a value.',
  usage: 'typeof(x)',
  category: 'conditional',
  nulls: 'own',
  resolve: ([x, ...rest]) => (x && rest.length === 0 ? { args: [x.type], result: VARCHAR } : undefined),
  evaluate: (signature) => {
    const name = typeName(firstType(signature))
    return () => name
  },
  expand: (_, signature) => ({ kind: 'literal', type: VARCHAR, value: typeName(firstType(signature)) }),
  examples: [{ sql: 'typeof(1 / 2)', result: 'DOUBLE' }],
}
