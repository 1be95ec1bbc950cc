/** Text in chunks: cells of a fixed size, or the layout of vlen-utf8. Called by read.ts. */
import { ChunkQLError } from '../../model/error.js'
import { VARCHAR, type Value } from '../../model/type.js'
import { type Vector, vectorOf } from '../../model/vector.js'
import type { DataType } from './array.js'

/** `bytes` are the caller's to keep: nothing else writes to them. */
export function fixedText(type: DataType, missing: string | undefined, bytes: Uint8Array): Vector {
  if (type.kind !== 'fixedText') throw new ChunkQLError('internal', `${type.kind} is no text of a fixed size`)
  const { size, encoding } = type
  if (size === 0) return vectorOf(VARCHAR, [''])
  const cells: Value[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const text = (encoding === 'utf32' ? utf32 : narrow)(bytes.subarray(at, at + size))
    cells.push(text === missing ? null : text)
  }
  return vectorOf(VARCHAR, cells)
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

/** Bytes are UTF-8; others would have to be guessed. */
function narrow(bytes: Uint8Array): string {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length))
  } catch {
    throw new ChunkQLError('unsupported', 'bytes that are not UTF-8 cannot be read as text')
  }
}

/** A count, then for each text its length in bytes and the bytes. */
export function variableText(missing: string | undefined, bytes: Uint8Array, cells: number): Vector {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  try {
    if (view.getUint32(0, true) !== cells) throw new RangeError('count')
    let at = 4
    const texts: Value[] = []
    for (let i = 0; i < cells; i++) {
      const length = view.getUint32(at, true)
      if (at + 4 + length > bytes.length) throw new RangeError('length')
      const text = decoder.decode(bytes.subarray(at + 4, at + 4 + length))
      texts.push(text === missing ? null : text)
      at += 4 + length
    }
    return vectorOf(VARCHAR, texts)
  } catch {
    throw new ChunkQLError('store', `vlen-utf8: the chunk is damaged, it does not hold ${cells} texts`)
  }
}
