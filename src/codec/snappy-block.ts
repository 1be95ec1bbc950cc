/** One Snappy block by the kernel, its error codes as errors; for blosc. */
import type { Machine } from '../kernel/machine.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

const failures: Readonly<Record<number, string>> = {
  [-3]: 'a Snappy block refers to bytes before its beginning',
  [-4]: 'a Snappy block has another length than it tells',
}

export function decodeSnappy(codec: string, source: Span, out: Span, machine: Machine): number {
  const length = machine.kernel.snappy_decode(source.address, source.length, out.address, out.length)
  if (length >= 0) return length
  if (length === -1) throw damaged(codec, `a Snappy block is truncated at ${source.length} bytes`)
  if (length === -2) throw damaged(codec, `a Snappy block decodes to more than ${out.length} bytes, as were expected`)
  throw damaged(codec, failures[length] ?? `error ${length}`)
}
