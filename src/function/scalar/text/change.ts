/** trim, replace, repeat, lpad, rpad, translate: texts made of texts. */
import { ChunkQLError } from '../../../model/error.js'
import { INT32, INT64, VARCHAR } from '../../../model/type.js'
import type { ScalarFunction } from '../../definition.js'
import { textFunction } from './define-text.js'

/** Spaces of all kinds, but no tabs and line ends. */
const isSpace = (character: string): boolean => /^\p{Zs}$/u.test(character)

function trimming(name: string, summary: string, atStart: boolean, atEnd: boolean, result: string): ScalarFunction {
  const trim = (text: string, characters?: string): string => {
    const set = characters === undefined ? undefined : new Set(characters)
    const drops = (character: string | undefined) =>
      character !== undefined && (set ? set.has(character) : isSpace(character))
    const letters = [...text]
    let start = 0
    let end = letters.length
    if (atStart) while (start < end && drops(letters[start])) start++
    if (atEnd) while (end > start && drops(letters[end - 1])) end--
    return letters.slice(start, end).join('')
  }
  return textFunction({
    name,
    summary,
    usage: `${name}(text [, characters])`,
    parameters: [VARCHAR, VARCHAR],
    optional: 1,
    result: VARCHAR,
    apply: trim,
    examples: [{ sql: `'[' || ${name}('  a ') || ']'`, result }],
  })
}

export const trim = trimming('trim', 'Drops spaces, or other characters, at both ends.', true, true, '[a]')
export const ltrim = trimming('ltrim', 'Drops spaces, or other characters, at the start.', true, false, '[a ]')
export const rtrim = trimming('rtrim', 'Drops spaces, or other characters, at the end.', false, true, '[  a]')

export const replace = textFunction({
  name: 'replace',
  summary: 'Puts a text in place of another wherever it occurs.',
  usage: 'replace(text, from, to)',
  parameters: [VARCHAR, VARCHAR, VARCHAR],
  result: VARCHAR,
  apply: (text: string, from: string, to: string) => (from === '' ? text : text.split(from).join(to)),
  examples: [{ sql: "replace('hello', 'l', 'L')", result: 'heLLo' }],
})

/** A text longer than this would not fit a string of JavaScript. */
const longest = 2 ** 29 - 24

function checkedLength(length: number): void {
  if (length > longest) throw new ChunkQLError('value', `a text of ${length} characters is too long`)
}

export const repeat = textFunction({
  name: 'repeat',
  summary: 'Writes a text several times.',
  usage: 'repeat(text, count)',
  parameters: [VARCHAR, INT64],
  result: VARCHAR,
  apply: (text: string, count: bigint) => {
    checkedLength(Number(count) * text.length)
    return count > 0n ? text.repeat(Number(count)) : ''
  },
  examples: [{ sql: "repeat('ab', 3)", result: 'ababab' }],
})

function padding(letters: readonly string[], width: number, pad: string): string {
  const missing = width - letters.length
  const source = [...pad]
  if (source.length === 0) throw new ChunkQLError('value', 'there is nothing to pad with')
  checkedLength(width)
  return Array.from({ length: missing }, (_, i) => source[i % source.length]).join('')
}

function padder(name: string, summary: string, atStart: boolean, result: string): ScalarFunction {
  const apply = (text: string, width: number, pad: string): string => {
    const letters = [...text]
    if (letters.length >= width) return letters.slice(0, Math.max(0, width)).join('')
    const filled = padding(letters, width, pad)
    return atStart ? filled + text : text + filled
  }
  return textFunction({
    name,
    summary,
    usage: `${name}(text, width, pad)`,
    parameters: [VARCHAR, INT32, VARCHAR],
    result: VARCHAR,
    apply,
    examples: [{ sql: `${name}('7', 3, '0')`, result }],
  })
}

export const lpad = padder('lpad', 'Fills a text up at the start, or cuts it, to a width.', true, '007')
export const rpad = padder('rpad', 'Fills a text up at the end, or cuts it, to a width.', false, '700')

export const translate = textFunction({
  name: 'translate',
  summary: 'Puts the n-th character of one set in place of the n-th of another; those without a partner are dropped.',
  usage: 'translate(text, from, to)',
  parameters: [VARCHAR, VARCHAR, VARCHAR],
  result: VARCHAR,
  apply: (text: string, from: string, to: string) => {
    const targets = [...to]
    const map = new Map<string, string>()
    for (const [i, letter] of [...from].entries()) if (!map.has(letter)) map.set(letter, targets[i] ?? '')
    return [...text].map((letter) => map.get(letter) ?? letter).join('')
  },
  examples: [{ sql: "translate('hello', 'el', 'ip')", result: 'hippo' }],
})
