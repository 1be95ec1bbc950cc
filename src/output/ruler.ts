/** Texts measured in the columns that a terminal gives them. Called by the files that lay out and draw tables. */

export interface Ruler {
  width(text: string): number
  /** The text, or as much of it as fits with an ellipsis. */
  shorten(text: string, width: number): string
}

export type Alignment = 'left' | 'right' | 'centre'

/** What the table itself draws is as wide as it is long, too. */
const oneColumnEach = /^[\x20-\x7e·…]*$/

export const plainRuler: Ruler = {
  width: (text) => text.length,
  shorten: (text, width) => (text.length <= width ? text : width > 0 ? `${text.slice(0, width - 1)}…` : ''),
}

/** The rules of Unicode are loaded where a text needs them: that takes longer than a small query. */
export async function rulerFor(texts: Iterable<string>): Promise<Ruler> {
  for (const text of texts) if (!oneColumnEach.test(text)) return (await import('./unicode-ruler.js')).unicodeRuler
  return plainRuler
}

/** Exactly `width` columns. The odd column of a centred text is at its right. */
export function aligned(ruler: Ruler, text: string, width: number, alignment: Alignment): string {
  const fitting = ruler.shorten(text, width)
  const room = width - ruler.width(fitting)
  if (alignment === 'left') return fitting + ' '.repeat(room)
  if (alignment === 'right') return ' '.repeat(room) + fitting
  const before = Math.floor(room / 2)
  return ' '.repeat(before) + fitting + ' '.repeat(room - before)
}
