/** What a date or time written in part stands for: `'2020-01'` is all of January. Called by `slice.ts`. */
import type { Literal } from '../model/expression.js'

/** From the first moment to the last, or to one that no longer belongs to it. */
export interface Period {
  readonly first: Literal
  readonly last: { readonly value: Literal; readonly inclusive: boolean }
}

const parts = /^\s*(\d{4,})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T](\d{1,2})(?::(\d{2})(?::(\d{2}))?)?)?)?)?\s*$/

/** Undefined where the text is a moment in full, or none at all. */
export function periodOf(literal: Literal, text: string): Period | undefined {
  const found = parts.exec(text)
  if (!found) return undefined
  const [year = '', month, day, hour, minute, second] = found.slice(1)
  const at = (value: string): Literal => ({ ...literal, value })
  const until = (first: string, next: string): Period => ({
    first: at(first),
    last: { value: at(next), inclusive: false },
  })
  if (month === undefined) return until(`${year}-01-01`, `${Number(year) + 1}-01-01`)
  if (day === undefined) {
    const next = Number(month) === 12 ? `${Number(year) + 1}-01-01` : `${year}-${Number(month) + 1}-01`
    return until(`${year}-${month}-01`, next)
  }
  const date = `${year}-${month}-${day}`
  const first = `${date} ${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}`
  const last = `${date} ${hour ?? '23'}:${minute ?? '59'}:${second ?? '59'}.999999`
  return { first: at(first), last: { value: at(last), inclusive: true } }
}
