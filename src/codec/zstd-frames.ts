/** Zstandard frames by the kernel, its error codes as errors; for zstd and blosc. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

/** The result of the kernel where a frame does not tell its length. */
const unknownLength = -7
const overlong = -2

export function decodeZstd(codec: string, source: Span, out: Span, machine: Machine): number {
  const length = run(source, out, machine)
  if (length === overlong) throw damaged(codec, `decodes to more than ${out.length} bytes, as were expected`)
  if (length < 0) throw failure(codec, length, source.length)
  return length
}

/** The decoded length; where frames do not tell it, found by decoding. */
export function zstdLength(codec: string, source: Span, machine: Machine): number {
  const length = Number(machine.kernel.zstd_length(source.address, source.length))
  if (length === unknownLength) return tryLengths(codec, source, machine)
  if (length < 0) throw failure(codec, length, source.length)
  return length
}

/** Doubles the room until all fits, or memory ends. */
function tryLengths(codec: string, source: Span, machine: Machine): number {
  for (let room = Math.max(1 << 17, source.length * 4); ; room *= 2) {
    const mark = machine.mark()
    const length = run(source, { address: machine.allocate(room), length: room }, machine)
    machine.release(mark)
    if (length >= 0) return length
    if (length !== overlong) throw failure(codec, length, source.length)
  }
}

function run(source: Span, out: Span, machine: Machine): number {
  const mark = machine.mark()
  const scratch = machine.allocate(machine.kernel.zstd_scratch())
  const length = machine.kernel.zstd_decode(source.address, source.length, out.address, out.length, scratch)
  machine.release(mark)
  return length
}

const failures: Readonly<Record<number, string>> = {
  [-3]: 'the compressed bytes are not valid',
  [-4]: 'no frame begins where one should',
  [-5]: 'the checksum of the content is wrong',
}

function failure(codec: string, code: number, length: number): ChunkQLError {
  if (code === -1) return damaged(codec, `the frames are truncated at ${length} bytes`)
  if (code === -6) return new ChunkQLError('unsupported', `${codec}: frames that need a dictionary`)
  return damaged(codec, failures[code] ?? `error ${code}`)
}
