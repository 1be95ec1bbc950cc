/** The units of time as date_part, date_trunc and date_diff name them, and as DuckDB abbreviates them. */
import { ChunkQLError, suggest } from '../../model/error.js'

const words = {
  year: ['years', 'yr', 'yrs', 'y'],
  month: ['months', 'mon', 'mons'],
  day: ['days', 'd', 'dayofmonth'],
  decade: ['decades', 'dec', 'decs'],
  century: ['centuries', 'cent', 'c'],
  millennium: ['millennia', 'millenniums', 'millenium', 'mil', 'mils'],
  quarter: ['quarters'],
  week: ['weeks', 'w', 'weekofyear'],
  isoyear: [],
  dayofweek: ['dow', 'weekday'],
  isodow: [],
  dayofyear: ['doy'],
  yearweek: [],
  era: [],
  hour: ['hours', 'hr', 'hrs', 'h'],
  minute: ['minutes', 'min', 'mins', 'm'],
  second: ['seconds', 'sec', 'secs', 's'],
  millisecond: ['milliseconds', 'ms', 'msec', 'msecs', 'msecond', 'mseconds'],
  microsecond: ['microseconds', 'us', 'usec', 'usecs', 'usecond', 'useconds'],
  epoch: [],
  julian: ['jd'],
} as const

export type Unit = keyof typeof words

const byWord = new Map<string, Unit>(
  (Object.entries(words) as [Unit, readonly string[]][]).flatMap(([unit, others]) =>
    [unit, ...others].map((word): [string, Unit] => [word, unit]),
  ),
)

/** The unit of a word, if there is one. */
export function unitOf(word: string): Unit | undefined {
  return byWord.get(word.toLowerCase())
}

/** The unit that a text names; an error lists what is close to it. */
export function unitNamed(text: string): Unit {
  const unit = unitOf(text)
  if (unit) return unit
  const near = suggest(text, byWord.keys())
  const units = Object.keys(words).join(', ')
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Units: ${units}.`
  throw new ChunkQLError('value', `there is no unit of time '${text}'`, { hint })
}
