/** Texts measured in the columns that a terminal gives them: wide characters take two, combining ones none. */
import stringWidth from 'string-width'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export type Alignment = 'left' | 'right' | 'centre'

export function displayWidth(text: string): number {
  return stringWidth(text)
}

/** The text, or as much of it as fits with an ellipsis. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let room = width - 1
  for (const { segment } of graphemes.segment(text)) {
    room -= displayWidth(segment)
    if (room < 0) break
    kept += segment
  }
  return width > 0 ? `${kept}…` : ''
}

/** Exactly `width` columns. The odd column of a centred text is at its right. */
export function aligned(text: string, width: number, alignment: Alignment): string {
  const fitting = shorten(text, width)
  const room = width - displayWidth(fitting)
  if (alignment === 'left') return fitting + ' '.repeat(room)
  if (alignment === 'right') return ' '.repeat(room) + fitting
  const before = Math.floor(room / 2)
  return ' '.repeat(before) + fitting + ' '.repeat(room - before)
}
