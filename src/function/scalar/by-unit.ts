/** date_part, date_trunc, date_diff: functions whose first argument names a unit of time. */
import { ChunkQLError } from '../../model/error.js'
import type { Expression } from '../../model/expression.js'
import {
  FLOAT64,
  INT64,
  isMoment,
  sameType,
  TIMESTAMP,
  type Type,
  typeName,
  VARCHAR,
  type Value,
} from '../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../definition.js'
import { type Moment, momentOf, momentType } from '../moment.js'
import { accepts } from '../resolve.js'
import { commonType } from '../unify.js'
import { dateParts } from './date-part.js'
import { truncatingUnits, truncations, truncName } from './date-trunc.js'
import { type Unit, unitNamed } from './date-units.js'
import { epoch, julian } from './epoch.js'

const partsByName = new Map([...dateParts, epoch, julian].map((part) => [part.name, part]))

function partFor(unit: Unit): ScalarFunction {
  const part = partsByName.get(unit)
  if (!part) throw new ChunkQLError('value', `there is no part '${unit}' of a date`)
  return part
}

/** The unit where the query writes it; columns of units are read row by row. */
function writtenUnit(arg: Argument | Expression | undefined): Unit | undefined {
  const literal = arg && ('kind' in arg ? arg.kind === 'literal' && arg.value : arg.literal)
  return typeof literal === 'string' ? unitNamed(literal) : undefined
}

function resolveWith(result: (unit: Unit | undefined, moment: Type) => Type, require: typeof requireUnit) {
  return ([unit, moment, ...rest]: readonly Argument[]): Signature | undefined => {
    const type = moment && anyMomentType(moment)
    if (!type || rest.length > 0 || !accepts(unit, VARCHAR)) return undefined
    const written = writtenUnit(unit)
    if (written) require(written, type)
    return { args: [VARCHAR, type], result: result(written, type) }
  }
}

function anyMomentType(arg: Argument): Type | undefined {
  return arg.type.kind === 'calendar' || arg.type.kind === 'duration' ? arg.type : momentType(arg)
}

/** A text that is written beside a moment is one of its type. */
function besideMoment(arg: Argument | undefined, other: Argument | undefined): Type | undefined {
  const isWritten = arg?.type.kind === 'varchar' && arg.literal !== undefined
  const moment = isWritten ? other : arg
  return moment && anyMomentType(moment)
}

/** Weeks, Julian days and seconds since 1970 are said of days that all calendars but these agree on. */
function requireUnit(unit: Unit, type: Type): void {
  if ((type.kind !== 'calendar' && type.kind !== 'duration') || partFor(unit).resolve([{ type }])) return
  throw new ChunkQLError('value', `${typeName(type)} has no '${unit}'`)
}

/** The call of a function of the moment alone, where the unit is written; else of the general function. */
function expandTo(general: string, nameOf: (unit: Unit) => string) {
  return ([given, moment]: readonly Expression[], { args: [, type], result }: Signature): Expression => {
    if (!given || !moment || !type) throw new Error(`${general} takes a unit and a moment`)
    const cast: Expression = sameType(moment.type, type) ? moment : { kind: 'cast', arg: moment, type }
    const unit = writtenUnit(given)
    return unit
      ? { kind: 'call', function: nameOf(unit), args: [cast], type: result }
      : { kind: 'call', function: general, args: [given, cast], type: result }
  }
}

const isFloatPart = (unit: Unit | undefined): boolean => unit === 'epoch' || unit === 'julian'

export const datePart: ScalarFunction = {
  name: 'date_part',
  aliases: ['datepart'],
  summary: 'Gives a part of a date, timestamp or INTERVAL: year, month, day, hour and so on, by name.',
  usage: "date_part('month', date or timestamp)",
  category: 'date',
  resolve: resolveWith((unit) => (isFloatPart(unit) ? FLOAT64 : INT64), requireUnit),
  evaluate: ({ args: [, type = TIMESTAMP], result }) => {
    return (unit, moment = null) => {
      const part = partFor(unitNamed(unit as string))
      requireUnit(part.name as Unit, type)
      const value = part.evaluate({ args: [type], result })(moment)
      return result.kind === 'int64' && typeof value === 'number' ? BigInt(Math.trunc(value)) : value
    }
  },
  expand: expandTo('date_part', (unit) => partFor(unit).name),
  examples: [{ sql: "date_part('month', DATE '2020-05-17')", result: '5' }],
}

export const dateTrunc: ScalarFunction = {
  name: 'date_trunc',
  aliases: ['datetrunc'],
  summary: 'Gives the start of the year, month, hour and so on in which a moment lies, as TIMESTAMP.',
  usage: "date_trunc('month', date or timestamp)",
  category: 'date',
  resolve: resolveWith(
    (_, type) => (type.kind === 'calendar' || type.kind === 'duration' ? type : TIMESTAMP),
    requireTruncation,
  ),
  evaluate: ({ args: [, type = TIMESTAMP], result }) => {
    return (unit, moment = null) => {
      const named = truncatable(unitNamed(unit as string))
      requireTruncation(named, type)
      const truncation = truncations.find(({ name }) => name === truncName(named))
      return truncation?.evaluate({ args: [type], result })(moment) ?? null
    }
  },
  expand: expandTo('date_trunc', (unit) => truncName(truncatable(unit))),
  examples: [{ sql: "date_trunc('month', TIMESTAMP '2020-05-17 12:34:56')", result: '2020-05-01 00:00:00' }],
}

/** Lengths of time are truncated to all units. */
function requireTruncation(unit: Unit, type: Type): void {
  if (type.kind !== 'duration') requireUnit(unit, type)
}

function truncatable(unit: Unit): Unit {
  if (truncatingUnits.includes(unit)) return unit
  throw new ChunkQLError('value', `a date is not truncated to '${unit}'`, {
    hint: `Units: ${truncatingUnits.join(', ')}.`,
  })
}

/** The number of a unit since some beginning; differences count the borders between two moments. */
function ordinal(unit: Unit, { days, time }: Moment, value: Value, type: Type): bigint {
  const part = (name: Unit) => partFor(name).evaluate({ args: [type], result: INT64 })(value) as bigint
  const microseconds = BigInt(days) * 86_400_000_000n + BigInt(time)
  switch (unit) {
    case 'year':
    case 'isoyear':
      return part(unit)
    // Unlike the parts of these names, which begin with the years 1, 101, 1001.
    case 'decade':
      return part('year') / 10n
    case 'century':
      return part('year') / 100n
    case 'millennium':
      return part('year') / 1000n
    case 'quarter':
      return part('year') * 4n + part('quarter')
    case 'month':
      return part('year') * 12n + part('month')
    case 'hour':
      return floorDivide(microseconds, 3_600_000_000n)
    case 'minute':
      return floorDivide(microseconds, 60_000_000n)
    case 'second':
    case 'epoch':
      return floorDivide(microseconds, 1_000_000n)
    case 'millisecond':
      return floorDivide(microseconds, 1000n)
    case 'microsecond':
      return microseconds
    default:
      return BigInt(days)
  }
}

/** As DuckDB: borders of all units are counted, but of weeks whole ones. */
const isWeek = (unit: Unit): boolean => unit === 'week' || unit === 'yearweek'

const floorDivide = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b)

export const dateDiff: ScalarFunction = {
  name: 'date_diff',
  aliases: ['datediff'],
  summary:
    'Counts the borders of a unit (midnights, beginnings of months ...) between two moments; of weeks the whole ones.',
  usage: "date_diff('day', from, to)",
  category: 'date',
  resolve: ([unit, from, to, ...rest]) => {
    const [a, b] = [besideMoment(from, to), besideMoment(to, from)]
    if (!from || !to || !a || !b || rest.length > 0 || !accepts(unit, VARCHAR)) return undefined
    const type = commonType({ ...from, type: a }, { ...to, type: b })
    if (type?.kind !== 'date' && (!type || !isMoment(type))) return undefined
    return { args: [VARCHAR, type, type], result: INT64 }
  },
  evaluate: ({ args: [, type = TIMESTAMP] }) => {
    return (unit, from = null, to = null): Value => {
      const [a, b] = [momentOf(from, type), momentOf(to, type)]
      const named = unitNamed(unit as string)
      requireUnit(named === 'epoch' ? 'second' : named, type)
      if (!a || !b) return null
      if (isWeek(named)) return BigInt(Math.trunc((b.days - a.days) / 7))
      return ordinal(named, b, to, type) - ordinal(named, a, from, type)
    }
  },
  examples: [{ sql: "date_diff('month', DATE '2020-01-31', DATE '2020-02-01')", result: '1' }],
}
