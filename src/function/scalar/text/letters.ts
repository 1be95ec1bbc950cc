/** lower, upper, length, reverse, ascii, chr: functions of the characters of a text. A character is a code point. */
import { ChunkQLError } from '../../../model/error.js'
import { BLOB, INT32, INT64, VARCHAR } from '../../../model/type.js'
import type { ScalarFunction } from '../../definition.js'
import { firstOf } from '../../resolve.js'
import { arrayLength } from '../list/parts.js'
import { textFunction } from './define-text.js'

/** Letter by letter: what would become several letters stays as it is, as in DuckDB. */
export function lowerCase(text: string): string {
  return isPlain(text) ? text.toLowerCase() : mapLetters(text, (letter) => letter.toLowerCase())
}

function upperCase(text: string): string {
  return isPlain(text) ? text.toUpperCase() : mapLetters(text, (letter) => special[letter] ?? letter.toUpperCase())
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const isPlain = (text: string): boolean => /^[\x00-\x7f]*$/.test(text)

/** Unicode has one capital for these, JavaScript two letters. */
const special: Readonly<Record<string, string>> = { ß: 'ẞ' }

function mapLetters(text: string, change: (letter: string) => string): string {
  return [...text]
    .map((letter) => [change(letter)].map((to) => ([...to].length === 1 ? to : simple(letter, to))))
    .join('')
}

/** The dotted capital I has a single small letter, under which JavaScript puts the dot as a second character. */
function simple(letter: string, changed: string): string {
  return letter === 'İ' ? (changed[0] ?? letter) : letter
}

export function characterCount(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

export const lower = textFunction({
  name: 'lower',
  aliases: ['lcase'],
  summary: 'Turns letters into small ones.',
  usage: 'lower(text)',
  parameters: [VARCHAR],
  result: VARCHAR,
  apply: lowerCase,
  examples: [{ sql: "lower('ABC')", result: 'abc' }],
})

export const upper = textFunction({
  name: 'upper',
  aliases: ['ucase'],
  summary: 'Turns letters into capitals.',
  usage: 'upper(text)',
  parameters: [VARCHAR],
  result: VARCHAR,
  apply: upperCase,
  examples: [{ sql: "upper('abc')", result: 'ABC' }],
})

const lengthOfText = textFunction({
  name: 'length',
  aliases: ['len', 'char_length', 'character_length'],
  summary: 'Counts the characters of a text, or the items of a list.',
  usage: 'length(text)',
  parameters: [VARCHAR],
  result: INT64,
  apply: (text: string) => BigInt(characterCount(text)),
  examples: [{ sql: "length('été')", result: '3' }],
})

const encoder = new TextEncoder()

/** Of a text or a list. */
export const length: ScalarFunction = {
  ...lengthOfText,
  resolve: firstOf(arrayLength.resolve, lengthOfText.resolve),
  evaluate: (signature) => (signature.args[0]?.kind === 'list' ? arrayLength : lengthOfText).evaluate(signature),
}

export const octetLength = textFunction({
  name: 'octet_length',
  summary: 'Counts bytes.',
  usage: 'octet_length(bytes)',
  parameters: [BLOB],
  result: INT64,
  apply: (bytes: Uint8Array) => BigInt(bytes.length),
  examples: [{ sql: "octet_length('\\x00ab'::BLOB)", result: '3' }],
})

export const strlen = textFunction({
  name: 'strlen',
  summary: 'Counts the bytes of a text in UTF-8.',
  usage: 'strlen(text)',
  parameters: [VARCHAR],
  result: INT64,
  apply: (text: string) => BigInt(encoder.encode(text).length),
  examples: [{ sql: "strlen('été')", result: '5' }],
})

export const reverse = textFunction({
  name: 'reverse',
  summary: 'Turns a text around.',
  usage: 'reverse(text)',
  parameters: [VARCHAR],
  result: VARCHAR,
  apply: (text: string) => [...text].reverse().join(''),
  examples: [{ sql: "reverse('abc')", result: 'cba' }],
})

export const ascii = textFunction({
  name: 'ascii',
  summary: 'Gives the code point of the first character, 0 for an empty text.',
  usage: 'ascii(text)',
  parameters: [VARCHAR],
  result: INT32,
  apply: (text: string) => text.codePointAt(0) ?? 0,
  examples: [{ sql: "ascii('a')", result: '97' }],
})

export const unicode = textFunction({
  name: 'unicode',
  aliases: ['ord'],
  summary: 'Gives the code point of the first character, -1 for an empty text.',
  usage: 'unicode(text)',
  parameters: [VARCHAR],
  result: INT32,
  apply: (text: string) => text.codePointAt(0) ?? -1,
  examples: [{ sql: "unicode('')", result: '-1' }],
})

function characterOf(code: number): string {
  if (code < 0 || code > 0x10ffff) throw new ChunkQLError('value', `${code} is no code point`)
  return String.fromCodePoint(code)
}

export const chr = textFunction({
  name: 'chr',
  summary: 'Gives the character of a code point.',
  usage: 'chr(code)',
  parameters: [INT32],
  result: VARCHAR,
  apply: characterOf,
  examples: [{ sql: 'chr(97)', result: 'a' }],
})
