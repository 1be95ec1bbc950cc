/** Reads forward through the bytes of an .xz container; every step checks the end. For xz.ts. */
import type { Machine } from '../kernel/machine.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

export interface Cursor {
  readonly source: Span
  readonly machine: Machine
  /** From the beginning of the source. */
  at: number
}

/** In groups of four, between streams and at the end. */
export function skipPadding(cursor: Cursor): void {
  const begin = cursor.at
  while (cursor.at < cursor.source.length && peek(cursor) === 0) cursor.at++
  if ((cursor.at - begin) % 4 !== 0)
    throw damaged('lzma', `${cursor.at - begin} bytes of padding, expected whole fours`)
}

export function take(cursor: Cursor, length: number): number {
  if (length > cursor.source.length - cursor.at) throw truncated(cursor)
  const address = cursor.source.address + cursor.at
  cursor.at += length
  return address
}

export function peek(cursor: Cursor): number {
  if (cursor.at >= cursor.source.length) throw truncated(cursor)
  return cursor.machine.view.getUint8(cursor.source.address + cursor.at)
}

export function readByte(cursor: Cursor): number {
  const byte = peek(cursor)
  cursor.at++
  return byte
}

export function expectZero(cursor: Cursor): void {
  if (readByte(cursor) !== 0) throw damaged('lzma', `a byte of padding at ${cursor.at - 1} is not zero`)
}

/** Seven bits a byte, the least first. */
export function readNumber(cursor: Cursor): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = readByte(cursor)
    value += (byte & 127) * scale
    if (byte < 128) return value
    if (scale > 2 ** 56) throw damaged('lzma', `a number at ${cursor.at} is too long`)
  }
}

export function truncated({ source }: Cursor) {
  return damaged('lzma', `the stream is truncated at ${source.length} bytes`)
}
