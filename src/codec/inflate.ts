/** DEFLATE through Node's own zlib, from and to a machine's memory; for gzip, zlib and blosc. */
import { gunzipSync, inflateSync, type ZlibOptions } from 'node:zlib'
import type { Machine } from '../kernel/machine.js'
import type { Span } from './codec.js'
import { damaged, wrongLength } from './damage.js'

export type DeflateFormat = 'gzip' | 'zlib'

/** What the functions return with `info`, which the types of Node do not tell. */
interface Inflated {
  readonly buffer: Buffer
  /** Bytes of the source that were used. */
  readonly engine: { readonly bytesWritten: number }
}

/** A gigabyte: `measure` meets streams of unknown size only. */
const mostMeasured = 2 ** 30

/** Decodes all of `source` into `out`; returns the length. `codec` is for errors. */
export function inflate(codec: string, format: DeflateFormat, source: Span, out: Span, machine: Machine): number {
  // One more than expected: then a stream that fits needs one buffer, and one that does not is told by its length.
  const { buffer } = run(codec, format, source, machine, out.length + 1)
  if (buffer.length > out.length) throw wrongLength(codec, buffer.length, out.length)
  machine.bytes.set(buffer, out.address)
  return buffer.length
}

export function inflatedLength(codec: string, format: DeflateFormat, source: Span, machine: Machine): number {
  return run(codec, format, source, machine, mostMeasured).buffer.length
}

function run(codec: string, format: DeflateFormat, source: Span, machine: Machine, most: number): Inflated {
  const { address, length } = source
  const input = machine.bytes.subarray(address, address + length)
  const options: ZlibOptions = { info: true, maxOutputLength: most, chunkSize: Math.max(64, Math.min(most, 1 << 26)) }
  let result: Inflated
  try {
    result = (format === 'gzip' ? gunzipSync : inflateSync)(input, options) as unknown as Inflated
  } catch (error) {
    throw failure(codec, error, length, most)
  }
  const rest = input.subarray(result.engine.bytesWritten)
  // Zeros after the end are padding by the rules of gzip.
  if (rest.some((byte) => byte !== 0)) throw damaged(codec, `${rest.length} bytes follow the end of the stream`)
  return result
}

function failure(codec: string, error: unknown, length: number, most: number) {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ERR_BUFFER_TOO_LARGE') return damaged(codec, `decodes to more than ${most - 1} bytes, as were expected`)
  if (code === 'Z_BUF_ERROR') return damaged(codec, `the stream is truncated at ${length} bytes`)
  return damaged(codec, error instanceof Error ? error.message : String(error))
}
