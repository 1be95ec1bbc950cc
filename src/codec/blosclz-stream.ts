/** One stream of BloscLZ by the kernel, its error codes as errors; for blosc. */
import type { Machine } from '../kernel/machine.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

export function decodeBloscLz(codec: string, source: Span, out: Span, machine: Machine): number {
  const length = machine.kernel.blosclz_decode(source.address, source.length, out.address, out.length)
  if (length >= 0) return length
  if (length === -1) throw damaged(codec, `a BloscLZ stream is truncated at ${source.length} bytes`)
  if (length === -2) throw damaged(codec, `a BloscLZ stream decodes to more than ${out.length} bytes, as were expected`)
  throw damaged(codec, 'a BloscLZ stream refers to bytes before its beginning')
}
