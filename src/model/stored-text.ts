/** Texts as stores keep them, as JavaScript has them. Called by readers of cells and by what numbers texts. */
import { ChunkQLError } from './error.js'
import type { Utf8 } from './vector.js'

/** UTF-32 in the machine's byte order, or UTF-8; padded with zeros behind. */
export type TextEncoding = 'utf32' | 'bytes'

/** Makes the text of the bytes of a cell. Throws ChunkQLError('unsupported') where they are none. */
export function decoderOf(encoding: TextEncoding): (bytes: Uint8Array) => string {
  return encoding === 'utf32' ? utf32 : narrow
}

/** The bytes of a text without padding. */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array {
  if (encoding === 'bytes') return new TextEncoder().encode(text)
  return new Uint8Array(Uint32Array.from(text, (character) => character.codePointAt(0) as number).buffer)
}

/** Trailing zeros are padding; zeros inside belong to the text. */
function utf32(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let length = bytes.byteLength / 4
  while (length > 0 && view.getUint32(4 * length - 4, true) === 0) length--
  let text = ''
  for (let i = 0; i < length; i++) text += character(view.getUint32(4 * i, true))
  return text
}

function character(point: number): string {
  if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) return String.fromCodePoint(point)
  throw new ChunkQLError('unsupported', `0x${point.toString(16)} is no character: it cannot be read as text`)
}

function narrow(bytes: Uint8Array): string {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return utf8(bytes.subarray(0, length))
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes that are not UTF-8 would have to be guessed. */
export function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new ChunkQLError('unsupported', 'bytes that are not UTF-8 cannot be read as text')
  }
}

/** Throws where one of the texts is not UTF-8. */
export function requireUtf8({ offsets, bytes }: Utf8): void {
  for (let i = 0; i + 1 < offsets.length; i++) utf8(bytes.subarray(offsets[i], offsets[i + 1]))
}
