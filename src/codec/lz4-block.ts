/** One LZ4 block by the kernel, its error codes as errors; for blosc and the lz4 codec. */
import type { Machine } from '../kernel/machine.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

/** Stops when it has `enough` bytes: then it tells the length that was expected, as nobody knows better. */
export function decodeLz4(codec: string, source: Span, out: Span, machine: Machine, enough = out.length): number {
  // To know that nothing follows it must have looked.
  const stop = enough < out.length ? enough : out.length + 1
  const length = machine.kernel.lz4_decode(source.address, source.length, out.address, out.length, stop)
  if (length < 0) throw failure(codec, length, source.length, out.length)
  return enough < out.length && length >= enough ? out.length : length
}

function failure(codec: string, code: number, length: number, expected: number) {
  if (code === -1) return damaged(codec, `an LZ4 block is truncated at ${length} bytes`)
  if (code === -2) return damaged(codec, `an LZ4 block decodes to more than ${expected} bytes, as were expected`)
  return damaged(codec, 'an LZ4 block refers to bytes before its beginning')
}
