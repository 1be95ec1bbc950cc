/** Values as text, spelled as DuckDB spells them: read by casts to VARCHAR, by every text output and by the tests. */
import { calendarText } from './calendar.js'
import { type Duration, durationText } from './duration.js'
import { calendarOf, elementOf, type Type, type Value } from './type.js'
import type { Vector } from './vector.js'

const dayMicros = 86_400_000_000n
const noTimestamp = 2n ** 63n - 1n
const noDate = 2 ** 31 - 1

/** The text of a value that is not NULL. */
export function valueText(type: Type, value: Exclude<Value, null>): string {
  switch (type.kind) {
    case 'float32':
      return float32Text(value as number)
    case 'float64':
      return float64Text(value as number)
    case 'date':
      return dateText(value as number)
    case 'timestamp':
      return timestampText(value as bigint)
    case 'calendar':
      return calendarText(calendarOf(type), value as bigint)
    case 'duration':
      return durationText(value as Duration)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'varchar':
      return value as string
    case 'blob':
      return blobText(value as Uint8Array)
    case 'list':
      return listText(elementOf(type), value as readonly Value[])
    default:
      return String(value)
  }
}

/** Printable ASCII as it is, other bytes and what has a meaning in such texts as \\xAA. */
function blobText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x27 && byte !== 0x5c
    text += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`
  }
  return text
}

function listText(element: Type, items: readonly Value[]): string {
  return `[${Array.from(items, (item) => (item === null ? 'NULL' : itemText(element, item))).join(', ')}]`
}

/** Texts that would be read as something else stand in quotes. */
function itemText(element: Type, item: Exclude<Value, null>): string {
  const text = valueText(element, item)
  if (element.kind !== 'varchar') return text
  const isPlain = text !== '' && !/^\s|\s$|[[\]{}(),:;='"\\]/.test(text) && text.toLowerCase() !== 'null'
  return isPlain ? text : `'${text.replace(/['\\]/g, '\\$&')}'`
}

/** The text of one row of a vector; undefined where the row is NULL. */
export function textAt(vector: Vector, row: number): string | undefined {
  if (vector.type.kind === 'null' || vector.valid?.[row] === 0) return undefined
  const value = vector.values[row]
  return value === undefined ? undefined : valueText(vector.type, value)
}

/** The shortest digits that read back as the same double: 1.0, 0.0001, 1e-05, 1e+16, -0.0, inf, nan. */
export function float64Text(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (Number.isNaN(value)) return 'nan'
  if (size === Infinity) return value > 0 ? 'inf' : '-inf'
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/**
 * The shortest digits that read back as the same float; as in DuckDB, those of a double where two texts of that length
 * are equally near, or the only one lies midway between two floats: 128.015625, though 128.01563 would do.
 */
export function float32Text(value: number): string {
  const size = Math.abs(value)
  if (!Number.isFinite(value) || size === 0) return float64Text(value)
  if (size < 1e-4 || size >= 1e15) return float64Text(byDigits(value))
  const short = shortest(size)
  return float64Text(value < 0 ? -short : short)
}

/** For what is too small or large for exact arithmetic. Below the normal range floats may have fewer than six digits. */
function byDigits(value: number): number {
  for (let digits = Math.abs(value) < 1.2e-38 ? 1 : 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

/** Six digits tell all shorter texts apart, and nine tell all floats apart. */
function shortest(size: number): number {
  let exponent = -5
  if (size < 1) while (size * power(-exponent - 5) < 1) exponent--
  else while (size >= power(exponent + 6)) exponent++
  const reach = reachOf(size)
  for (let digits = 6; digits <= 9; digits++) {
    const found = nearestMultiple(size, exponent--, reach)
    if (found !== undefined) return found
  }
  return size
}

/**
 * The multiple of 10^exponent that reads back as the float; the float itself where two are equally near or it is doubtful;
 * undefined where there is none. A float times a power of ten up to 10^12 is exact in a double, as is a remainder.
 */
function nearestMultiple(size: number, exponent: number, reach: Reach): number | undefined {
  const scale = exponent < 0 ? power(-exponent) : 1
  const unit = exponent > 0 ? power(exponent) : 1
  const scaled = size * scale
  const below = scaled % unit
  const above = unit - below
  if (below === 0) return size
  const isBelow = below <= reach.below * scale
  const isAbove = above <= reach.above * scale
  if (!isBelow && !isAbove) return undefined
  const goesDown = isBelow && (!isAbove || below < above)
  const isTie = isBelow && isAbove && below === above
  const isMidway = goesDown ? below === reach.below * scale : above === reach.above * scale
  return isTie || isMidway ? size : (scaled - below + (goesDown ? 0 : unit)) / scale
}

const powers = Float64Array.from({ length: 20 }, (_, exponent) => 10 ** exponent)

function power(exponent: number): number {
  return powers[exponent] as number
}

/** How far a number may lie from a float to be read as it: half way to its neighbours. */
interface Reach {
  readonly below: number
  readonly above: number
}

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

function reachOf(size: number): Reach {
  float[0] = size
  const pattern = bits[0] as number
  bits[0] = pattern + 1
  const above = ((float[0] as number) - size) / 2
  bits[0] = pattern - 1
  return { above, below: (size - (float[0] as number)) / 2 }
}

/** Days since 1970 as YYYY-MM-DD in the proleptic Gregorian calendar; years before 1 count back from 1 (BC). */
export function dateText(days: number): string {
  if (days === noDate) return 'infinity'
  if (days === -noDate) return '-infinity'
  const { year, month, day } = civil(days)
  const text = `${pad(year > 0 ? year : 1 - year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
  return year > 0 ? text : `${text} (BC)`
}

/** Microseconds since 1970 as YYYY-MM-DD HH:MM:SS[.ffffff], without trailing zeros. */
export function timestampText(micros: bigint): string {
  if (micros === noTimestamp) return 'infinity'
  if (micros === -noTimestamp) return '-infinity'
  const rest = micros % dayMicros
  const days = Number(micros / dayMicros) - (rest < 0n ? 1 : 0)
  if (days !== latest.days) latest = { days, text: dateText(days) }
  return `${latest.text} ${timeText(Number(rest < 0n ? rest + dayMicros : rest))}`
}

/** Neighbouring timestamps mostly share their day. */
let latest = { days: 0, text: '1970-01-01' }

function timeText(microsOfDay: number): string {
  const fraction = microsOfDay % 1e6
  const seconds = (microsOfDay - fraction) / 1e6
  const minutes = Math.floor(seconds / 60)
  const clock = `${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}:${pad(seconds % 60, 2)}`
  return fraction === 0 ? clock : `${clock}.${pad(fraction, 6).replace(/0+$/, '')}`
}

function pad(value: number, width: number): string {
  if (width === 2) return value < 10 ? `0${value}` : String(value)
  return String(value).padStart(width, '0')
}

/** Howard Hinnant's civil_from_days: eras of 400 years that begin on the first of March. */
function civil(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}
