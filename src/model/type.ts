/** SQL types, their names, and the values and typed arrays that hold them. */
import { type CalendarName, calendarNames } from './calendar.js'
import type { Duration } from './duration.js'

export type TypeKind =
  | 'null'
  | 'boolean'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'varchar'
  | 'blob'
  | 'list'
  | 'date'
  | 'timestamp'
  | 'calendar'
  | 'duration'

/** An object, so that types with parameters can join without changing the rest. */
export interface Type {
  readonly kind: TypeKind
  /** Of the kind 'calendar': the calendar in which a moment is counted. */
  readonly calendar?: CalendarName | undefined
  /** Of a list: the type of its elements. */
  readonly element?: Type | undefined
  /** Of a list that has as many elements in every row. */
  readonly size?: number | undefined
}

/** The kinds of types that their kind alone describes. */
export type PlainKind = Exclude<TypeKind, 'list'>

/**
 * One value of a type: int64, uint64, timestamp and calendar (microseconds since 1970) are bigint;
 * date is days since 1970 as a number; smaller integers and floats are numbers; INTERVAL is an object of its parts.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Duration | readonly Value[]

export const NULL: Type = { kind: 'null' }
export const BOOLEAN: Type = { kind: 'boolean' }
export const INT8: Type = { kind: 'int8' }
export const INT16: Type = { kind: 'int16' }
export const INT32: Type = { kind: 'int32' }
export const INT64: Type = { kind: 'int64' }
export const UINT8: Type = { kind: 'uint8' }
export const UINT16: Type = { kind: 'uint16' }
export const UINT32: Type = { kind: 'uint32' }
export const UINT64: Type = { kind: 'uint64' }
export const FLOAT32: Type = { kind: 'float32' }
export const FLOAT64: Type = { kind: 'float64' }
export const VARCHAR: Type = { kind: 'varchar' }
export const BLOB: Type = { kind: 'blob' }
export const DATE: Type = { kind: 'date' }
export const TIMESTAMP: Type = { kind: 'timestamp' }
export const INTERVAL: Type = { kind: 'duration' }

/** Moments of a calendar other than TIMESTAMP's. */
export function calendarType(calendar: CalendarName): Type {
  return { kind: 'calendar', calendar }
}

/** The calendar of a type of that kind. */
export function calendarOf({ calendar }: Type): CalendarName {
  if (!calendar) throw new Error('a moment without a calendar')
  return calendar
}

/** The name that SQL shows for each kind, as DuckDB spells it. */
const names: Readonly<Record<PlainKind, string>> = {
  null: 'NULL',
  boolean: 'BOOLEAN',
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  uint8: 'UTINYINT',
  uint16: 'USMALLINT',
  uint32: 'UINTEGER',
  uint64: 'UBIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  varchar: 'VARCHAR',
  blob: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  // Each calendar has a name of its own.
  calendar: 'TIMESTAMP_NOLEAP',
  duration: 'INTERVAL',
}

const aliases: Readonly<Record<string, PlainKind>> = {
  bool: 'boolean',
  logical: 'boolean',
  int1: 'int8',
  int2: 'int16',
  short: 'int16',
  int: 'int32',
  int4: 'int32',
  signed: 'int32',
  int8: 'int64',
  long: 'int64',
  float4: 'float32',
  real: 'float32',
  float8: 'float64',
  'double precision': 'float64',
  text: 'varchar',
  string: 'varchar',
  char: 'varchar',
  bpchar: 'varchar',
  bytea: 'blob',
  binary: 'blob',
  varbinary: 'blob',
  datetime: 'timestamp',
  'timestamp without time zone': 'timestamp',
}

const byName = new Map<string, Type>([
  ...Object.entries(aliases).map(([name, kind]): [string, Type] => [name, { kind }]),
  ...(Object.entries(names) as [PlainKind, string][])
    .filter(([kind]) => kind !== 'null' && kind !== 'calendar')
    .map(([kind, name]): [string, Type] => [name.toLowerCase(), { kind }]),
  ...calendarNames.map((calendar): [string, Type] => [`timestamp_${calendar}`, calendarType(calendar)]),
])

export function typeName(type: Type): string {
  if (type.kind === 'list') return `${typeName(elementOf(type))}[${type.size ?? ''}]`
  return type.calendar ? `TIMESTAMP_${type.calendar.toUpperCase()}` : names[type.kind]
}

/** The type that SQL text names, or undefined. Case and inner white space do not matter. */
export function typeNamed(name: string): Type | undefined {
  const list = /^(.*?)\s*\[\s*(\d*)\s*\]$/s.exec(name)
  if (list) {
    const [, inner = '', size] = list
    const element = typeNamed(inner)
    return element && listOf(element, size ? Number(size) : undefined)
  }
  return byName.get(name.toLowerCase().replace(/\s+/g, ' '))
}

export function typeNames(): string[] {
  return [...byName.keys()].map((name) => name.toUpperCase())
}

export function listOf(element: Type, size?: number): Type {
  return size === undefined ? { kind: 'list', element } : { kind: 'list', element, size }
}

/** Whether values are objects of JavaScript, one by one: text, bytes, lists, lengths of time. Compiled code has no such values. */
export function isObjectType({ kind }: Type): boolean {
  return kind === 'varchar' || kind === 'blob' || kind === 'list' || kind === 'duration'
}

/** The type of a list's elements. */
export function elementOf(type: Type): Type {
  return type.element ?? NULL
}

/** NULL has a type only where it meets others: alone it is an INTEGER, as in DuckDB. */
export function withoutNull(type: Type): Type {
  if (type.kind === 'null') return INT32
  return type.kind === 'list' ? listOf(withoutNull(elementOf(type)), type.size) : type
}

export function sameType(a: Type, b: Type): boolean {
  if (a.kind !== 'list' || b.kind !== 'list') return a.kind === b.kind && a.calendar === b.calendar
  return a.size === b.size && sameType(elementOf(a), elementOf(b))
}

const signedBits: Partial<Record<TypeKind, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 }
const unsignedBits: Partial<Record<TypeKind, number>> = { uint8: 8, uint16: 16, uint32: 32, uint64: 64 }

export interface IntegerFacts {
  readonly bits: number
  readonly signed: boolean
  readonly min: bigint
  readonly max: bigint
}

/** Width and range of an integer type; undefined for all others. */
export function integerFacts(type: Type): IntegerFacts | undefined {
  const signed = signedBits[type.kind]
  if (signed)
    return { bits: signed, signed: true, min: -(1n << BigInt(signed - 1)), max: (1n << BigInt(signed - 1)) - 1n }
  const unsigned = unsignedBits[type.kind]
  if (unsigned) return { bits: unsigned, signed: false, min: 0n, max: (1n << BigInt(unsigned)) - 1n }
  return undefined
}

export function isInteger(type: Type): boolean {
  return type.kind in signedBits || type.kind in unsignedBits
}

export function isFloat(type: Type): boolean {
  return type.kind === 'float32' || type.kind === 'float64'
}

export function isNumeric(type: Type): boolean {
  return isInteger(type) || isFloat(type)
}

/** True where a value of the type is a bigint in JavaScript. */
export function isBig(type: Type): boolean {
  return type.kind === 'int64' || type.kind === 'uint64' || isMoment(type)
}

/** Microseconds since 1970, in whatever calendar. */
export function isMoment({ kind }: Type): boolean {
  return kind === 'timestamp' || kind === 'calendar'
}
