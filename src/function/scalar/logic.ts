/** AND, OR, NOT and IS NULL in three-valued logic. */
import { allValid, and, type Code, constant, type Emitted, not, or } from '../../model/code.js'
import { BOOLEAN, isNumeric, type Value } from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { andIntervals, intervalOf, notInterval, orIntervals } from '../interval-logic.js'

/** What DuckDB takes as a condition: numbers (not zero), text that spells a boolean, booleans, NULL. */
export function isCondition({ type }: Argument): boolean {
  return type.kind === 'boolean' || type.kind === 'null' || type.kind === 'varchar' || isNumeric(type)
}

function resolveConditions(args: readonly Argument[]): Signature | undefined {
  return args.length > 0 && args.every(isCondition) ? { args: args.map(() => BOOLEAN), result: BOOLEAN } : undefined
}

const surely = ({ value, valid }: Emitted): Code => (valid ? and(value, valid) : value)
const surelyNot = ({ value, valid }: Emitted): Code => (valid ? and(not(value), valid) : not(value))

/** The conjunction; negating all arguments and the result makes it the disjunction. */
function emitAnd(args: readonly Emitted[]): Emitted {
  const value = args.map(surely).reduce(and)
  const valid = allValid(...args.map((arg) => arg.valid))
  if (!valid) return { value }
  // Known where all are known, or where one is surely false.
  return { value, valid: or(valid, args.map(surelyNot).reduce(or)) }
}

function emitOr(args: readonly Emitted[]): Emitted {
  const value = args.map(surely).reduce(or)
  const valid = allValid(...args.map((arg) => arg.valid))
  return valid ? { value, valid: or(valid, value) } : { value }
}

function evaluateAnd(...args: Value[]): Value {
  if (args.includes(false)) return false
  return args.includes(null) ? null : true
}

function evaluateOr(...args: Value[]): Value {
  if (args.includes(true)) return true
  return args.includes(null) ? null : false
}

export const conjunctionFunction: ScalarFunction = {
  name: 'and',
  summary: 'Is TRUE where all conditions are, FALSE where one is FALSE, else NULL.',
  usage: 'a AND b',
  category: 'logic',
  nulls: 'own',
  lazy: 'until-false',
  resolve: resolveConditions,
  evaluate: () => evaluateAnd,
  emit: emitAnd,
  bounds: andIntervals,
  examples: [
    { sql: 'TRUE AND NULL', result: 'NULL' },
    { sql: 'FALSE AND NULL', result: 'false' },
  ],
}

export const disjunctionFunction: ScalarFunction = {
  name: 'or',
  summary: 'Is TRUE where one condition is, FALSE where all are FALSE, else NULL.',
  usage: 'a OR b',
  category: 'logic',
  nulls: 'own',
  lazy: 'until-true',
  resolve: resolveConditions,
  evaluate: () => evaluateOr,
  emit: emitOr,
  bounds: orIntervals,
  examples: [
    { sql: 'TRUE OR NULL', result: 'true' },
    { sql: 'FALSE OR NULL', result: 'NULL' },
  ],
}

export const negationFunction: ScalarFunction = {
  name: 'not',
  summary: 'Turns TRUE into FALSE and FALSE into TRUE.',
  usage: 'NOT a',
  category: 'logic',
  resolve: (args) => (args.length === 1 ? resolveConditions(args) : undefined),
  evaluate: () => (value) => value !== true,
  emit: ([arg]) => arg && { value: not(arg.value) },
  bounds: ([arg]) => arg && notInterval(arg),
  examples: [{ sql: 'NOT TRUE', result: 'false' }],
}

export const isNull: ScalarFunction = {
  name: 'is_null',
  summary: 'Tests whether a value is NULL; IS NOT NULL is its negation.',
  usage: 'a IS NULL',
  category: 'logic',
  nulls: 'own',
  resolve: ([arg, ...rest]) => (arg && rest.length === 0 ? { args: [arg.type], result: BOOLEAN } : undefined),
  evaluate: () => (value) => value === null,
  emit: ([arg]) => arg && { value: arg.valid ? not(arg.valid) : constant('bool', false) },
  bounds: ([arg]) =>
    arg && intervalOf({ mayBeTrue: arg.mayBeNull, mayBeFalse: !arg.empty || arg.mayBeNaN, mayBeNull: false }),
  examples: [
    { sql: 'NULL IS NULL', result: 'true' },
    { sql: '0 IS NULL', result: 'false' },
  ],
}
