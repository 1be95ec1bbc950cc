/** Implicit casts: which type two arguments meet in, and which casts need not be written. Called by `resolve` and the binder. */
import {
  BOOLEAN,
  elementOf,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  integerFacts,
  isFloat,
  isInteger,
  isNumeric,
  listOf,
  sameType,
  TIMESTAMP,
  type Type,
  VARCHAR,
  type Value,
} from '../model/type.js'
import type { Argument } from './definition.js'

/** The type in which CASE, COALESCE, IN and set operations meet, or undefined where there is none. */
export function commonType(a: Argument, b: Argument): Type | undefined {
  if (sameType(a.type, b.type) || b.type.kind === 'null') return a.type
  if (a.type.kind === 'null') return b.type
  if (a.type.kind === 'list' && b.type.kind === 'list') return listMeets(a.type, b.type)
  if (isText(a) || isText(b)) return textMeets(a, b)
  if (isNumeric(a.type) && isNumeric(b.type)) return numericType(a, b, closestInteger)
  if (isTemporal(a.type) && isTemporal(b.type)) return TIMESTAMP
  if (isWrittenDate(a, b.type)) return b.type
  if (isWrittenDate(b, a.type)) return a.type
  return booleanMeets(a.type, b.type) ?? booleanMeets(b.type, a.type)
}

/** `commonType` of any number of arguments: numbers written in the query come last, so that they adapt to all others. */
export function commonTypeOf(args: readonly Argument[]): Type | undefined {
  const fixed = args.filter((arg) => !isWritten(arg))
  const [first, ...rest] = [...fixed, ...args.filter(isWritten)]
  if (!first) return undefined
  let met: Argument = first
  for (const arg of rest) {
    const type = commonType(met, arg)
    if (!type) return undefined
    met = isWritten(met) && sameType(type, met.type) && isWritten(arg) ? met : { type }
  }
  return met.type
}

/** The type in which = and < compare. Text meets a number, date or boolean in the other's type. */
export function comparisonType(a: Argument, b: Argument): Type | undefined {
  const common = commonType(a, b)
  if (common) return common
  if (a.type.kind === 'varchar') return b.type
  if (b.type.kind === 'varchar') return a.type
  const pair = [a.type, b.type]
  return pair.some((type) => type.kind === 'boolean') ? pair.find(isFloat) : undefined
}

/** The type in which + - * // % compute; undefined where an argument is no number. Mixed signs that fit neither meet in BIGINT. */
export function arithmeticType(a: Argument, b: Argument): Type | undefined {
  if (isNumeric(a.type) && isNumeric(b.type)) return numericType(a, b, integerOrBig)
  const other = adaptsTo(a) ? b : adaptsTo(b) ? a : undefined
  if (!other) return undefined
  if (other.type.kind === 'null') return INT64
  return isNumeric(other.type) ? other.type : undefined
}

/** Whether a function that wants `to` takes this argument without a written cast. */
export function canCastImplicitly(from: Argument, to: Type): boolean {
  if (sameType(from.type, to) || from.type.kind === 'null') return true
  if (to.kind === 'list') {
    if (isText(from)) return from.literal !== undefined
    const items = { type: elementOf(from.type) }
    return from.type.kind === 'list' && to.size === undefined && canCastImplicitly(items, elementOf(to))
  }
  if (isText(from)) return from.literal !== undefined
  if (to.kind === 'timestamp') return from.type.kind === 'date'
  if (isWrittenDate(from, to)) return true
  if (!isNumeric(from.type)) return false
  if (from.adaptable && fits(from.literal ?? null, to)) return true
  if (isFloat(to)) return isInteger(from.type) || to.kind === 'float64' || from.type.kind === 'float32'
  const source = integerFacts(from.type)
  const target = integerFacts(to)
  return source !== undefined && target !== undefined && source.min >= target.min && source.max <= target.max
}

/** Whether a number written in the query keeps its value in the type (floats: it stays finite). */
export function fits(value: Value, type: Type): boolean {
  const facts = integerFacts(type)
  if (facts) {
    if (typeof value === 'number' && !Number.isInteger(value)) return false
    if (typeof value !== 'number' && typeof value !== 'bigint') return false
    return BigInt(value) >= facts.min && BigInt(value) <= facts.max
  }
  if (!isFloat(type) || (typeof value !== 'number' && typeof value !== 'bigint')) return false
  return type.kind === 'float64' || Number.isFinite(Math.fround(Number(value))) || !Number.isFinite(Number(value))
}

export function isTemporal(type: Type): boolean {
  return type.kind === 'date' || type.kind === 'timestamp'
}

/** A date that the query writes takes the calendar that it meets. */
function isWrittenDate({ type, literal }: Argument, to: Type): boolean {
  return to.kind === 'calendar' && isTemporal(type) && literal !== undefined
}

type IntegerRule = (a: Type, b: Type) => Type

function numericType(a: Argument, b: Argument, integers: IntegerRule): Type {
  const adapted = adapt(a, b) ?? adapt(b, a)
  if (adapted) return adapted
  if (isFloat(a.type) || isFloat(b.type)) {
    return a.type.kind === 'float64' || b.type.kind === 'float64' ? FLOAT64 : FLOAT32
  }
  return integers(a.type, b.type)
}

/** The type of `to` where `from` is a written number that takes it. */
function adapt(from: Argument, to: Argument): Type | undefined {
  if (!from.adaptable || to.adaptable || from.literal === undefined) return undefined
  if (isFloat(from.type) && isInteger(to.type)) return undefined
  return fits(from.literal, to.type) ? to.type : undefined
}

const closestInteger: IntegerRule = (a, b) =>
  sameSign(a, b) ?? signedOver(a, b) ?? signedOver(b, a) ?? next(a.kind.startsWith('u') ? a : b)

const integerOrBig: IntegerRule = (a, b) => sameSign(a, b) ?? signedOver(a, b) ?? signedOver(b, a) ?? INT64

function sameSign(a: Type, b: Type): Type | undefined {
  const first = integerFacts(a)
  const second = integerFacts(b)
  if (!first || !second || first.signed !== second.signed) return undefined
  return first.bits >= second.bits ? a : b
}

/** `a` where it is signed and holds all values of the unsigned `b`. */
function signedOver(a: Type, b: Type): Type | undefined {
  const wide = integerFacts(a)
  const narrow = integerFacts(b)
  return wide?.signed && narrow && !narrow.signed && wide.bits > narrow.bits ? a : undefined
}

/** The smallest signed type that holds an unsigned one; UBIGINT has none and meets BIGINT. */
function next(unsigned: Type): Type {
  switch (unsigned.kind) {
    case 'uint8':
      return INT16
    case 'uint16':
      return INT32
    default:
      return INT64
  }
}

function isText(arg: Argument): boolean {
  return arg.type.kind === 'varchar'
}

function textMeets(a: Argument, b: Argument): Type | undefined {
  if (isText(a) && isText(b)) return VARCHAR
  const [text, other] = isText(a) ? [a, b] : [b, a]
  return text.literal === undefined ? undefined : other.type
}

/** Lists meet where their items do, whatever their sizes. */
function listMeets(a: Type, b: Type): Type | undefined {
  const element = commonType({ type: elementOf(a) }, { type: elementOf(b) })
  return element && listOf(element)
}

function booleanMeets(a: Type, b: Type): Type | undefined {
  return a.kind === BOOLEAN.kind && isInteger(b) ? b : undefined
}

/** NULL and quoted text take the type of what they meet. */
function adaptsTo(arg: Argument): boolean {
  return arg.type.kind === 'null' || (isText(arg) && arg.literal !== undefined)
}

function isWritten(arg: Argument): boolean {
  return arg.adaptable === true
}
