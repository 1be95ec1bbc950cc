/** Zstandard frames by libzstd where it is to be had, else by the kernel, its error codes as errors; for zstd and blosc. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'
import { lengthByTrying, overlong } from './measure.js'
import { nativeZstd } from './native-zstd.js'

/** The result of the kernel where a frame does not tell its length. */
const unknownLength = -7

export function decodeZstd(codec: string, source: Span, out: Span, machine: Machine): number {
  if (runNative(source, out, machine)) return out.length
  const length = run(source, out, machine)
  if (length === overlong) throw damaged(codec, `decodes to more than ${out.length} bytes, as were expected`)
  if (length < 0) throw failure(codec, length, source.length)
  return length
}

/** The decoded length; where frames do not tell it, found by decoding. */
export function zstdLength(codec: string, source: Span, machine: Machine): number {
  const told = Number(machine.kernel.zstd_length(source.address, source.length))
  const length = told === unknownLength ? lengthByTrying(source, machine, (out) => run(source, out, machine)) : told
  if (length < 0) throw failure(codec, length, source.length)
  return length
}

/** Only frames that are whole and tell that they fill `out`: all else is for the kernel to judge. */
function runNative(source: Span, out: Span, machine: Machine): boolean {
  const native = nativeZstd()
  if (!native || Number(machine.kernel.zstd_length(source.address, source.length)) !== out.length) return false
  return native(source, out, machine)
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
