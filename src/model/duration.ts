/** Lengths of time, the values of INTERVAL: months, days and microseconds stand side by side, as none has a fixed length in the next. */

/** Each part has a sign of its own. */
export interface Duration {
  readonly months: number
  readonly days: number
  readonly micros: bigint
}

const dayMicros = 86_400_000_000n
const monthDays = 30

export function isDuration(value: unknown): value is Duration {
  return typeof value === 'object' && value !== null && 'micros' in value
}

/** Microseconds as whole days and the rest, as the difference of two moments is shown. */
export function durationOfMicros(micros: bigint): Duration {
  return { months: 0, days: Number(micros / dayMicros), micros: micros % dayMicros }
}

/** Full days and months are carried over: a month counts as 30 days, a day as 24 hours. */
export function normalized({ months, days, micros }: Duration): Duration {
  const [wholeDays, ownMonths] = [micros / dayMicros, Math.trunc(days / monthDays)]
  const moreMonths = wholeDays / BigInt(monthDays)
  return {
    months: months + ownMonths + Number(moreMonths),
    days: days - ownMonths * monthDays + Number(wholeDays % BigInt(monthDays)),
    micros: micros % dayMicros,
  }
}

/** As DuckDB orders them: '1 month' equals '30 days'. */
export function compareDurations(a: Duration, b: Duration): number {
  const [x, y] = [normalized(a), normalized(b)]
  if (x.months !== y.months) return x.months - y.months
  if (x.days !== y.days) return x.days - y.days
  return x.micros < y.micros ? -1 : x.micros > y.micros ? 1 : 0
}

/** The same for durations that are equal. */
export function keyOfDuration(duration: Duration): string {
  const { months, days, micros } = normalized(duration)
  return `${months},${days},${micros}`
}

/** `1 year 2 months -3 days 04:05:06.5`, as DuckDB writes it. */
export function durationText({ months, days, micros }: Duration): string {
  const counts: readonly (readonly [number, string])[] = [
    [Math.trunc(months / 12), 'year'],
    [months % 12, 'month'],
    [days, 'day'],
  ]
  const parts = counts
    .filter(([count]) => count !== 0)
    .map(([count, unit]) => `${count} ${unit}${Math.abs(count) === 1 ? '' : 's'}`)
  if (micros !== 0n || parts.length === 0) parts.push(clockText(micros))
  return parts.join(' ')
}

function clockText(micros: bigint): string {
  const size = micros < 0n ? -micros : micros
  const two = (value: bigint) => value.toString().padStart(2, '0')
  const seconds = size / 1_000_000n
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':')
  const fraction = (size % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '')
  return `${micros < 0n ? '-' : ''}${clock}${fraction && `.${fraction}`}`
}

/** Months and days have 32 bits, microseconds 64. */
export function fitsDuration({ months, days, micros }: Duration): boolean {
  return months === (months | 0) && days === (days | 0) && BigInt.asIntN(64, micros) === micros
}
