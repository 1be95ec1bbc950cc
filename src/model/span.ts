/** A range of characters in the text of a query. Every syntax node and most expressions carry one. */
export interface Span {
  /** Offset of the first character, in UTF-16 code units. */
  readonly start: number
  /** Offset just past the last character. */
  readonly end: number
}

export function join(a: Span, b: Span): Span {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}
