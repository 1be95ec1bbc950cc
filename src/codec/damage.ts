/** The errors of codecs: which codec, what was found, what was expected. */
import { ChunkQLError } from '../model/error.js'

/** Encoded bytes that are not what the codec writes. */
export function damaged(codec: string, what: string): ChunkQLError {
  return new ChunkQLError('store', `${codec}: ${what}`)
}

/** Decoded bytes of another number than the array's metadata tell. */
export function wrongLength(codec: string, found: number, expected: number): ChunkQLError {
  return damaged(codec, `decodes to ${found} bytes, expected ${expected}`)
}
