/** DEFLATE by the kernel, its error codes as errors; for gzip, zlib, blosc and the entries of zip archives. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'
import { lengthByTrying, overlong } from './measure.js'

/** What is around the compressed blocks; `blocks`: nothing. */
export type DeflateFormat = 'gzip' | 'zlib' | 'blocks'

/** Decodes all of `source` into `out`; returns the length. `codec` is for errors. */
export function inflate(codec: string, format: DeflateFormat, source: Span, out: Span, machine: Machine): number {
  const length = run(format, source, out, machine)
  if (length === overlong) throw damaged(codec, `decodes to more than ${out.length} bytes, as were expected`)
  if (length < 0) throw failure(codec, length, source.length)
  return length
}

export function inflatedLength(codec: string, format: DeflateFormat, source: Span, machine: Machine): number {
  const length = lengthByTrying(source, machine, (out) => run(format, source, out, machine))
  if (length < 0) throw failure(codec, length, source.length)
  return length
}

function run(format: DeflateFormat, source: Span, out: Span, machine: Machine): number {
  const { gzip_decode, zlib_decode, inflate_decode, inflate_scratch } = machine.kernel
  const decode = { gzip: gzip_decode, zlib: zlib_decode, blocks: inflate_decode }[format]
  const mark = machine.mark()
  const scratch = machine.allocate(inflate_scratch())
  const length = decode(source.address, source.length, out.address, out.length, scratch)
  machine.release(mark)
  return length
}

/** By the codes of kernel/assembly/inflate/status.ts. */
const failures: Readonly<Record<number, string>> = {
  [-3]: 'no header begins where one should',
  [-4]: 'a header tells of another compression than DEFLATE',
  [-5]: 'a header has flags that mean nothing',
  [-6]: 'the header tells of a window of more than 32 kB',
  [-8]: 'the checksum of a header is wrong',
  [-9]: 'a block is of no kind that there is',
  [-10]: 'the length of a stored block does not fit its complement',
  [-11]: 'the lengths of codes that a block begins with are not valid',
  [-12]: 'a code means nothing',
  [-13]: 'a match begins before the output',
  [-14]: 'the checksum of the content is wrong',
  [-15]: 'the content has another length than the stream tells',
  [-16]: 'bytes follow the end of the stream',
}

function failure(codec: string, code: number, length: number): ChunkQLError {
  if (code === -1) return damaged(codec, `the stream is truncated at ${length} bytes`)
  if (code === -7) return new ChunkQLError('unsupported', `${codec}: streams that need a dictionary`)
  return damaged(codec, failures[code] ?? `error ${code}`)
}
