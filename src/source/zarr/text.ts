/** Text in chunks: cells of a fixed size, or the layout of vlen-utf8. Called by read.ts. */
import { ChunkQLError } from '../../model/error.js'
import { VARCHAR } from '../../model/type.js'
import { type Vector, vectorOf } from '../../model/vector.js'
import type { DataType } from './array.js'

/** Texts of `size` bytes, `step` bytes apart from `start` on. */
export function fixedText(
  { encoding, size }: Extract<DataType, { kind: 'fixedText' }>,
  missing: string | undefined,
  bytes: Uint8Array,
  start: number,
  step: number,
  cells: number,
): Vector {
  const read = encoding === 'utf32' ? utf32 : narrow
  const texts = Array.from({ length: cells }, (_, i) => read(bytes.subarray(start + i * step, start + i * step + size)))
  return withMissing(texts, missing)
}

/** Every cell of a chunk that does not exist. */
export function sameText(fill: string, missing: string | undefined, cells: number): Vector {
  return withMissing(new Array<string>(cells).fill(fill), missing)
}

function withMissing(texts: readonly string[], missing: string | undefined): Vector {
  return vectorOf(VARCHAR, missing === undefined ? texts : texts.map((text) => (text === missing ? null : text)))
}

function damaged(what: string): ChunkQLError {
  return new ChunkQLError('store', `the chunk has ${what}`)
}

/** Trailing zeros are padding; zeros inside belong to the text. */
function utf32(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let length = bytes.byteLength / 4
  while (length > 0 && view.getUint32(4 * length - 4, true) === 0) length--
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCodePoint(view.getUint32(4 * i, true))
  return text
}

function narrow(bytes: Uint8Array): string {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return utf8(bytes.subarray(0, length))
}

/** A count, then for each text its length in bytes and the bytes. */
export function variableText(missing: string | undefined, bytes: Uint8Array, cells: number): Vector {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length >= 4 ? view.getUint32(0, true) : -1
  if (count !== cells) throw damaged(`a count of ${count}, expected ${cells} texts`)
  const texts: string[] = []
  let at = 4
  for (let i = 0; i < cells; i++) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Infinity
    if (at + 4 + length > bytes.length) throw damaged(`an end inside of text ${i} of ${cells}`)
    texts.push(utf8(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return withMissing(texts, missing)
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes that are not UTF-8 would have to be guessed. */
function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new ChunkQLError('unsupported', 'bytes that are not UTF-8 cannot be read as text')
  }
}
