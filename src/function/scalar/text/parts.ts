/** substring, left, right, split_part: parts of a text, counted in characters. */
import { ChunkQLError } from '../../../model/error.js'
import { INT64, VARCHAR } from '../../../model/type.js'
import { textFunction } from './define-text.js'

/** Places beyond are refused, as in DuckDB: they are no places of a text. */
const farthest = 4294967295n

function checkedPlace(what: string, place: bigint): number {
  if (place > farthest || place < -farthest - 1n) {
    throw new ChunkQLError('value', `the ${what} of a substring is out of range: ${place}`)
  }
  return Number(place)
}

/** Counted from 1; a negative start counts from the end, a negative length takes what stands before the start. */
function substringOf(text: string, start: bigint, length: bigint = farthest): string {
  const characters = [...text]
  const count = checkedPlace('length', length)
  const place = checkedPlace('start', start)
  const from = place > 0 ? place - 1 : place < 0 ? characters.length + place : -1
  // Place 0 lies before the first character, and takes part in the length.
  const [low, high] = count < 0 ? [from + count, from] : [from, from + count]
  return characters.slice(Math.max(0, low), Math.max(0, high)).join('')
}

export const substring = textFunction({
  name: 'substring',
  aliases: ['substr'],
  summary: 'Takes characters from a place on (1 is the first, negative ones count from the end), all or so many.',
  usage: 'substring(text, start [, length])',
  parameters: [VARCHAR, INT64, INT64],
  optional: 1,
  result: VARCHAR,
  apply: substringOf,
  examples: [
    { sql: "substring('hello', 2, 3)", result: 'ell' },
    { sql: "substring('hello', -2)", result: 'lo' },
  ],
})

const limited = (count: bigint): number => Number(count)

export const left = textFunction({
  name: 'left',
  summary: 'Takes the first characters; a negative number says how many to leave out at the end.',
  usage: 'left(text, count)',
  parameters: [VARCHAR, INT64],
  result: VARCHAR,
  apply: (text: string, count: bigint) => {
    const characters = [...text]
    const end = count < 0n ? Math.max(0, characters.length + limited(count)) : limited(count)
    return characters.slice(0, end).join('')
  },
  examples: [{ sql: "left('hello', 2)", result: 'he' }],
})

export const right = textFunction({
  name: 'right',
  summary: 'Takes the last characters; a negative number says how many to leave out at the start.',
  usage: 'right(text, count)',
  parameters: [VARCHAR, INT64],
  result: VARCHAR,
  apply: (text: string, count: bigint) => {
    const characters = [...text]
    const start = count < 0n ? -limited(count) : characters.length - limited(count)
    return characters.slice(Math.max(0, start)).join('')
  },
  examples: [{ sql: "right('hello', 2)", result: 'lo' }],
})

export const splitPart = textFunction({
  name: 'split_part',
  summary: 'Splits a text and takes one part, counted from 1, or from the end by negative numbers.',
  usage: 'split_part(text, separator, index)',
  parameters: [VARCHAR, VARCHAR, INT64],
  result: VARCHAR,
  apply: (text: string, separator: string, index: bigint) => {
    const parts = separator === '' ? [...text] : text.split(separator)
    const place = Number(index)
    return (place === 0 ? undefined : parts.at(place > 0 ? place - 1 : place)) ?? ''
  },
  examples: [{ sql: "split_part('a,b,c', ',', 2)", result: 'b' }],
})

/** As in PostgreSQL and the standard. */
export const overlay = textFunction({
  name: 'overlay',
  summary: 'Replaces characters from a place on by another text: as many as it has, or so many.',
  usage: 'overlay(text PLACING other FROM start [FOR length])',
  parameters: [VARCHAR, VARCHAR, INT64, INT64],
  optional: 1,
  result: VARCHAR,
  apply: (text: string, other: string, start: bigint, length?: bigint) => {
    if (start < 1n) throw new ChunkQLError('value', `overlay starts at 1 or later, not at ${start}`)
    const letters = [...text]
    const from = Number(start) - 1
    const count = length === undefined ? [...other].length : Number(length)
    return [...letters.slice(0, from), other, ...letters.slice(Math.max(0, from + count))].join('')
  },
  examples: [{ sql: "overlay('abcdef' PLACING 'XX' FROM 2 FOR 3)", result: 'aXXef' }],
})
