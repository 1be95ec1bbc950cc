/** Zstandard frames, from and to a machine's memory; for zstd and blosc. */
import * as zlib from 'node:zlib'
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged, wrongLength } from './damage.js'

/** Node has it from 22.15. */
type Decompress = (
  input: Uint8Array,
  options: { readonly chunkSize?: number; readonly maxOutputLength: number },
) => Buffer
const decompress = (zlib as { zstdDecompressSync?: Decompress }).zstdDecompressSync

export function decodeZstd(codec: string, source: Span, out: Span, machine: Machine): number {
  const buffer = run(codec, source, machine, out.length + 1)
  if (buffer.length > out.length) throw wrongLength(codec, buffer.length, out.length)
  machine.bytes.set(buffer, out.address)
  return buffer.length
}

export function zstdLength(codec: string, source: Span, machine: Machine): number {
  return run(codec, source, machine, 2 ** 30).length
}

function run(codec: string, { address, length }: Span, machine: Machine, most: number): Buffer {
  if (!decompress) throw new ChunkQLError('unsupported', 'zstd on this version of Node')
  try {
    const input = machine.bytes.subarray(address, address + length)
    return decompress(input, { maxOutputLength: most, chunkSize: Math.max(64, Math.min(most, 1 << 26)) })
  } catch (error) {
    throw damaged(codec, error instanceof Error ? error.message : String(error))
  }
}
