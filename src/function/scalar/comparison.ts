/** = <> < <= > >= and IS [NOT] DISTINCT FROM: every type, NaN equal to itself and above all numbers. */
import { and, type Code, constant, convert, type Emitted, lt, not, or } from '../../model/code.js'
import type { Interval } from '../../model/interval.js'
import { BOOLEAN, isInteger, isObjectType, type Type, type Value } from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { comparesEqual, comparesLess, comparesLessOrEqual, notInterval, swapped } from '../interval-logic.js'
import {
  compareValues,
  equalCode,
  equalValues,
  greaterCode,
  greaterOrEqualCode,
  lessCode,
  lessOrEqualCode,
} from '../order.js'
import { commonType, comparisonType } from '../unify.js'

/** Both sides in one type; UBIGINT beside a signed integer stays as it is, since BIGINT does not hold it. */
export function resolveComparison(args: readonly Argument[]): Signature | undefined {
  const [a, b] = args
  if (!a || !b || args.length !== 2) return undefined
  if (mixesSigns(a.type, b.type) && !isAdapting(a) && !isAdapting(b)) return { args: [a.type, b.type], result: BOOLEAN }
  const type = comparisonType(a, b)
  return type && { args: [type, type], result: BOOLEAN }
}

/** Before and after are only asked of what meets in one type: a text column is no number there. */
function resolveOrder(args: readonly Argument[]): Signature | undefined {
  const [a, b] = args
  const strict = a && b && (mixesSigns(a.type, b.type) || commonType(a, b))
  return strict ? resolveComparison(args) : undefined
}

/** A written number becomes a UBIGINT, unless it is negative. */
const isAdapting = ({ adaptable, literal }: Argument): boolean =>
  adaptable === true && (literal as number | bigint) >= 0

function mixesSigns(a: Type, b: Type): boolean {
  if (a.kind === b.kind || !isInteger(a) || !isInteger(b)) return false
  return (a.kind === 'uint64' && !b.kind.startsWith('u')) || (b.kind === 'uint64' && !a.kind.startsWith('u'))
}

/** UBIGINT and a smaller signed integer as JavaScript compares them: bigint with bigint. */
function aligned(signature: Signature, test: (a: Value, b: Value) => boolean): (a: Value, b: Value) => boolean {
  const [a, b] = signature.args
  if (!a || !b || !mixesSigns(a, b)) return test
  return (x, y) => test(toBig(x), toBig(y))
}

const toBig = (value: Value): Value => (typeof value === 'number' ? BigInt(value) : value)

type Relation = (a: Code, b: Code, type: Type) => Code

interface Rule {
  readonly relation: Relation
  /** The answer where the left side is known to be the lesser, or the greater. */
  readonly whenLess: boolean
  readonly whenGreater: boolean
}

/** Beside a UBIGINT, a negative number decides the answer alone. */
function emitRelation(args: readonly Emitted[], signature: Signature, rule: Rule): Emitted | undefined {
  const { relation, whenLess, whenGreater } = rule
  const [a, b] = args
  const [aType, bType] = signature.args
  if (!a || !b || !aType || !bType || isObjectType(aType)) return undefined
  if (!mixesSigns(aType, bType)) return { value: relation(a.value, b.value, aType) }
  const [x, y] = [widened(a.value), widened(b.value)]
  const unsigned: Type = { kind: 'uint64' }
  const [negative, answer] = aType.kind === 'uint64' ? [lt(y, zero64), whenGreater] : [lt(x, zero64), whenLess]
  const compared = relation(x, y, unsigned)
  return { value: answer ? or(negative, compared) : and(not(negative), compared) }
}

const zero64 = constant('i64', 0n)
const widened = (code: Code): Code => convert('i64', code)

interface Comparison extends Rule {
  readonly name: string
  readonly summary: string
  readonly test: (a: Value, b: Value) => boolean
  readonly bounds: (a: Interval, b: Interval) => Interval
  readonly examples: ScalarFunction['examples']
}

function comparison(definition: Comparison): ScalarFunction {
  const { name, summary, test, bounds, examples } = definition
  return {
    name,
    summary,
    usage: `a ${name} b`,
    category: 'comparison',
    resolve: name === '=' || name === '<>' ? resolveComparison : resolveOrder,
    evaluate: (signature) => aligned(signature, test) as (...args: Value[]) => Value,
    emit: (args, signature) => emitRelation(args, signature, definition),
    bounds: ([a, b], signature) => (a && b ? bounds(exact(a, signature), exact(b, signature)) : undefined),
    examples,
  }
}

/** Interval ends of mixed integer types are compared as bigint. */
function exact(interval: Interval, { args: [a, b] }: Signature): Interval {
  if (!a || !b || !mixesSigns(a, b)) return interval
  const end = (value: Value | undefined) => (value === undefined ? undefined : toBig(value))
  return { ...interval, lo: end(interval.lo), hi: end(interval.hi) }
}

const equalsRule: Rule = { relation: (a, b) => equalCode(a, b), whenLess: false, whenGreater: false }

export const equals = comparison({
  ...equalsRule,
  name: '=',
  summary: 'Tests whether two values are equal; NaN equals NaN.',
  test: equalValues,
  bounds: comparesEqual,
  examples: [
    { sql: '1 = 1.0', result: 'true' },
    { sql: "CAST('nan' AS DOUBLE) = CAST('nan' AS DOUBLE)", result: 'true' },
    { sql: 'NULL = 1', result: 'NULL' },
  ],
})

export const notEquals = comparison({
  name: '<>',
  summary: 'Tests whether two values differ.',
  test: (a, b) => !equalValues(a, b),
  relation: (a, b) => not(equalCode(a, b)),
  whenLess: true,
  whenGreater: true,
  bounds: (a, b) => notInterval(comparesEqual(a, b)),
  examples: [{ sql: "'a' <> 'b'", result: 'true' }],
})

export const less = comparison({
  name: '<',
  summary: 'Tests whether the left value comes before the right one.',
  test: (a, b) => compareValues(a, b) < 0,
  relation: lessCode,
  whenLess: true,
  whenGreater: false,
  bounds: comparesLess,
  examples: [
    { sql: '1 < 2', result: 'true' },
    { sql: "1 < CAST('nan' AS DOUBLE)", result: 'true' },
  ],
})

export const lessOrEqual = comparison({
  name: '<=',
  summary: 'Tests whether the left value comes before the right one or equals it.',
  test: (a, b) => compareValues(a, b) <= 0,
  relation: lessOrEqualCode,
  whenLess: true,
  whenGreater: false,
  bounds: comparesLessOrEqual,
  examples: [{ sql: "DATE '2020-01-01' <= DATE '2020-01-01'", result: 'true' }],
})

export const greater = comparison({
  name: '>',
  summary: 'Tests whether the left value comes after the right one.',
  test: (a, b) => compareValues(a, b) > 0,
  relation: greaterCode,
  whenLess: false,
  whenGreater: true,
  bounds: swapped(comparesLess),
  examples: [{ sql: "'b' > 'a'", result: 'true' }],
})

export const greaterOrEqual = comparison({
  name: '>=',
  summary: 'Tests whether the left value comes after the right one or equals it.',
  test: (a, b) => compareValues(a, b) >= 0,
  relation: greaterOrEqualCode,
  whenLess: false,
  whenGreater: true,
  bounds: swapped(comparesLessOrEqual),
  examples: [{ sql: '2 >= 3', result: 'false' }],
})

function distinctValues(test: (a: Value, b: Value) => boolean): (a: Value, b: Value) => boolean {
  return (a, b) => (a === null || b === null ? a !== b : !test(a, b))
}

/** Both valid and different, or one of them NULL and the other not. */
function emitDistinct(args: readonly Emitted[], signature: Signature): Emitted | undefined {
  const [a, b] = args
  const same = emitRelation(args, signature, equalsRule)
  if (!a || !b || !same) return undefined
  const differ = not(same.value)
  if (!a.valid && !b.valid) return { value: differ }
  const left = a.valid ?? constant('bool', true)
  const right = b.valid ?? constant('bool', true)
  const both = and(left, right)
  return { value: or(and(both, differ), and(not(both), or(left, right))) }
}

export const isDistinct: ScalarFunction = {
  name: 'is distinct from',
  summary: 'Tests whether two values differ, where NULL equals NULL; never NULL itself.',
  usage: 'a IS DISTINCT FROM b',
  category: 'comparison',
  nulls: 'own',
  resolve: resolveComparison,
  evaluate: (signature) => distinctValues(aligned(signature, equalValues)) as (...args: Value[]) => Value,
  emit: emitDistinct,
  bounds: ([a, b], signature) => {
    if (!a || !b || a.mayBeNull || b.mayBeNull) return undefined
    return notInterval(comparesEqual(exact(a, signature), exact(b, signature)))
  },
  examples: [
    { sql: '1 IS DISTINCT FROM NULL', result: 'true' },
    { sql: 'NULL IS DISTINCT FROM NULL', result: 'false' },
  ],
}

export const isNotDistinct: ScalarFunction = {
  name: 'is not distinct from',
  summary: 'Tests whether two values are equal, where NULL equals NULL; never NULL itself.',
  usage: 'a IS NOT DISTINCT FROM b',
  category: 'comparison',
  nulls: 'own',
  resolve: resolveComparison,
  evaluate: (signature) => {
    const distinct = isDistinct.evaluate(signature)
    return (a, b) => !distinct(a ?? null, b ?? null)
  },
  emit: (args, signature) => {
    const distinct = emitDistinct(args, signature)
    return distinct && { value: not(distinct.value) }
  },
  bounds: (args, signature) => {
    const distinct = isDistinct.bounds?.(args, signature)
    return distinct && notInterval(distinct)
  },
  examples: [{ sql: 'NULL IS NOT DISTINCT FROM NULL', result: 'true' }],
}
