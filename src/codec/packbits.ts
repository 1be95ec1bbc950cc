/** The packbits filter of numcodecs: a byte that counts the bits of padding, then eight booleans to a byte. */

import type { Machine } from '../kernel/machine.js'
import type { CodecKind, Span } from './codec.js'
import { damaged, wrongLength } from './damage.js'

export const packbits: CodecKind = {
  encodedElement: () => 1,
  open: () => ({
    kind: 'transform',
    name: 'packbits',
    decode(source, out, machine) {
      const count = measure(source, machine)
      if (count > out.length) throw wrongLength('packbits', count, out.length)
      machine.kernel.unpack_bits(count, source.address + 1, out.address)
      return count
    },
    encodedLength: (length) => 1 + Math.ceil(length / 8),
    measure,
  }),
}

function measure({ address, length }: Span, { bytes }: Machine): number {
  const padding = length > 0 ? (bytes[address] as number) : 255
  const bits = 8 * (length - 1) - padding
  if (padding > 7 || bits < 0) throw damaged('packbits', `${length} bytes with ${padding} bits of padding`)
  return bits
}
