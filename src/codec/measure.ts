/** The decoded length of bytes that do not tell it, by decoding them. For zstd, DEFLATE, bz2 and lzma. */
import type { Machine } from '../kernel/machine.js'
import type { Span } from './codec.js'

/** The kernel's result where `out` is too small. */
export const overlong = -2

/** `decode` gives a length, or one of the kernel's errors: doubles the room until the error is not for want of it. */
export function lengthByTrying(source: Span, machine: Machine, decode: (out: Span) => number): number {
  for (let room = Math.max(1 << 17, source.length * 4); ; room *= 2) {
    const mark = machine.mark()
    const length = decode({ address: machine.allocate(room), length: room })
    machine.release(mark)
    if (length !== overlong) return length
  }
}
