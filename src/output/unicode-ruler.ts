/** Wide characters take two columns, combining ones none, and what looks like one character is not torn. Loaded by ruler.ts. */
import stringWidth from 'string-width'
import type { Ruler } from './ruler.js'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export const unicodeRuler: Ruler = {
  width: (text) => stringWidth(text),
  shorten(text, width) {
    if (stringWidth(text) <= width) return text
    let kept = ''
    let room = width - 1
    for (const { segment } of graphemes.segment(text)) {
      room -= stringWidth(segment)
      if (room < 0) break
      kept += segment
    }
    return width > 0 ? `${kept}…` : ''
  },
}
