/** Lengths of time read from text, as DuckDB reads them: `1 year 2 months`, `3 days 04:05:06.5`, `90`, `2 weeks ago`. */
import { type Duration, fitsDuration } from '../../model/duration.js'
import { type Unit, unitOf } from '../scalar/date-units.js'

/** What one of a unit is made of. What a fraction leaves over goes to the next part once. */
interface Length {
  readonly months?: number
  readonly days?: number
  readonly micros?: number
}

const lengths: Partial<Record<Unit, Length>> = {
  millennium: { months: 12000 },
  century: { months: 1200 },
  decade: { months: 120 },
  year: { months: 12 },
  quarter: { months: 3 },
  month: { months: 1 },
  week: { days: 7 },
  day: { days: 1 },
  hour: { micros: 3_600_000_000 },
  minute: { micros: 60_000_000 },
  second: { micros: 1_000_000 },
  millisecond: { micros: 1000 },
  microsecond: { micros: 1 },
}

const clockPattern = /^(-?)(\d+):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?(?=\s|$)/
const countPattern = /^(-?)(\d+)(?:\.(\d*))?\s*([a-z]*)/i

/** Undefined where the text is none; 'range' where a part does not fit. */
export function parseDuration(text: string): Duration | 'format' | 'range' {
  const parts: Duration[] = []
  let rest = text.trim().replace(/^@\s*/, '')
  while (rest !== '') {
    if (/^ago$/i.test(rest) && parts.length > 0) return within(sum(parts, -1))
    const found = clock(rest) ?? count(rest)
    if (!found) return 'format'
    parts.push(found.duration)
    rest = rest.slice(found.length).trimStart()
  }
  return parts.length === 0 ? 'format' : within(sum(parts, 1))
}

interface Found {
  readonly duration: Duration
  readonly length: number
}

function clock(text: string): Found | undefined {
  const match = clockPattern.exec(text)
  if (!match) return undefined
  const [whole, minus, hours = '', minutes = '', seconds = '0', fraction = ''] = match
  if (Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const size = (BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)) * 1_000_000n + sixDigits(fraction)
  return { duration: { months: 0, days: 0, micros: minus ? -size : size }, length: whole.length }
}

/** A number without a unit counts seconds, at the end of the text. */
function count(text: string): Found | undefined {
  const match = countPattern.exec(text)
  if (!match) return undefined
  const [whole, minus, digits = '', fraction = '', word = ''] = match
  const isLast = whole.length === text.length
  const unit = word === '' && isLast ? 'second' : unitOf(word)
  const length = unit && lengths[unit]
  if (!length) return undefined
  return { duration: times(length, BigInt(`${minus}${digits}`), `${minus}`, fraction), length: whole.length }
}

const sixDigits = (fraction: string): bigint => BigInt(fraction.slice(0, 6).padEnd(6, '0'))

function times({ months = 0, days = 0, micros = 0 }: Length, whole: bigint, minus: string, fraction: string): Duration {
  const part = Number(sixDigits(fraction)) * (minus ? -1 : 1)
  const [partMonths, partDays] = [(part * months) / 1e6, (part * days) / 1e6]
  // Of years only months are taken, of months and quarters also days, of weeks and days also the time.
  const dayPart = months <= 3 ? (partMonths % 1) * 30 : 0
  const timePart = days > 0 ? (partDays % 1) * 86_400e6 : (part * micros) / 1e6
  return {
    months: Number(whole) * months + Math.trunc(partMonths),
    days: Number(whole) * days + Math.trunc(partDays + dayPart),
    micros: whole * BigInt(micros) + BigInt(Math.trunc(Math.round(timePart * 1e3) / 1e3)),
  }
}

function sum(parts: readonly Duration[], sign: 1 | -1): Duration {
  const add = (a: Duration, b: Duration): Duration => ({
    months: a.months + sign * b.months,
    days: a.days + sign * b.days,
    micros: a.micros + BigInt(sign) * b.micros,
  })
  return parts.reduce(add, { months: 0, days: 0, micros: 0n })
}

function within(duration: Duration): Duration | 'range' {
  return fitsDuration(duration) ? duration : 'range'
}
