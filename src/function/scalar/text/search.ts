/** starts_with, ends_with, contains, strpos: where a text stands in another. */
import { BOOLEAN, INT64, VARCHAR } from '../../../model/type.js'
import { textFunction } from './define-text.js'
import { characterCount } from './letters.js'

export const startsWith = textFunction({
  name: 'starts_with',
  aliases: ['prefix', '^@'],
  summary: 'Tests whether a text begins with another.',
  usage: 'starts_with(text, start)',
  parameters: [VARCHAR, VARCHAR],
  result: BOOLEAN,
  apply: (text: string, start: string) => text.startsWith(start),
  examples: [{ sql: "starts_with('hello', 'he')", result: 'true' }],
})

export const endsWith = textFunction({
  name: 'ends_with',
  aliases: ['suffix'],
  summary: 'Tests whether a text ends with another.',
  usage: 'ends_with(text, end)',
  parameters: [VARCHAR, VARCHAR],
  result: BOOLEAN,
  apply: (text: string, end: string) => text.endsWith(end),
  examples: [{ sql: "ends_with('hello', 'lo')", result: 'true' }],
})

export const contains = textFunction({
  name: 'contains',
  summary: 'Tests whether a text holds another.',
  usage: 'contains(text, part)',
  parameters: [VARCHAR, VARCHAR],
  result: BOOLEAN,
  apply: (text: string, part: string) => text.includes(part),
  examples: [{ sql: "contains('hello', 'ell')", result: 'true' }],
})

export const strpos = textFunction({
  name: 'strpos',
  aliases: ['instr', 'position'],
  summary: 'Finds the place of a text in another, counted from 1; 0 where it is not there.',
  usage: 'strpos(text, part)',
  parameters: [VARCHAR, VARCHAR],
  result: INT64,
  apply: (text: string, part: string) => {
    const index = text.indexOf(part)
    return index < 0 ? 0n : BigInt(characterCount(text.slice(0, index)) + 1)
  },
  examples: [{ sql: "strpos('hello', 'l')", result: '3' }],
})
