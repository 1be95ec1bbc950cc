/** Casts between calendars: the same date and time of day, where the other calendar has such a day. Called by cast.ts. */
import { type Calendar, calendarNamed } from '../../model/calendar.js'
import { ChunkQLError } from '../../model/error.js'
import { calendarOf, type Type, typeName, type Value } from '../../model/type.js'
import { valueText } from '../../model/value-text.js'
import { civilFromDays, daysFromCivil, daysInMonth, microsecondsPerDay } from '../calendar.js'
import { momentOf } from '../moment.js'

/** The proleptic Gregorian calendar, which DATE and TIMESTAMP show. */
const gregorian: Pick<Calendar, 'dateOf' | 'daysOf'> = {
  dateOf: civilFromDays,
  daysOf: (year, month, day) => (day <= daysInMonth(year, month) ? daysFromCivil(year, month, day) : undefined),
}

function calendarIn(type: Type): Pick<Calendar, 'dateOf' | 'daysOf'> {
  return type.kind === 'calendar' ? calendarNamed(calendarOf(type)) : gregorian
}

/** One of the types is a calendar, the other a calendar, DATE or TIMESTAMP. */
export function changeCalendar(from: Type, to: Type): (value: Value) => Value {
  const [source, target] = [calendarIn(from), calendarIn(to)]
  return (value) => {
    const moment = value === null ? undefined : momentOf(value, from)
    const date = moment && source.dateOf(moment.days)
    const days = date && target.daysOf(date.year, date.month, date.day)
    if (!moment || days === undefined) throw failure(value, from, to, 'it has no such day')
    if (to.kind === 'date') return days
    const microseconds = BigInt(days) * microsecondsPerDay + BigInt(moment.time)
    if (BigInt.asIntN(64, microseconds) !== microseconds) throw failure(value, from, to, 'it is out of range')
    return microseconds
  }
}

function failure(value: Value, from: Type, to: Type, why: string): ChunkQLError {
  const text = value === null ? 'NULL' : valueText(from, value)
  return new ChunkQLError('value', `cannot cast ${typeName(from)} '${text}' to ${typeName(to)}: ${why}`, {
    hint: 'TRY_CAST gives NULL there.',
  })
}
