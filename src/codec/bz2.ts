/** The bz2 codec of numcodecs: one or more streams of bzip2, by the kernel. */
import type { Machine } from '../kernel/machine.js'
import type { CodecKind, Span } from './codec.js'
import { damaged } from './damage.js'
import { lengthByTrying, overlong } from './measure.js'

export const bz2: CodecKind = {
  open: () => ({
    kind: 'transform',
    name: 'bz2',
    isSlow: true,
    decode: (source, out, machine) => checked(run(source, out, machine), source.length, out.length),
    measure: (source, machine) =>
      checked(
        lengthByTrying(source, machine, (out) => run(source, out, machine)),
        source.length,
      ),
  }),
}

function run(source: Span, out: Span, machine: Machine): number {
  const mark = machine.mark()
  const scratch = machine.allocate(machine.kernel.bz2_scratch())
  const length = machine.kernel.bz2_decode(source.address, source.length, out.address, out.length, scratch)
  machine.release(mark)
  return length
}

const failures: Readonly<Record<number, string>> = {
  [-3]: 'the compressed bytes are not valid',
  [-4]: 'no stream begins where one should',
  [-5]: 'the checksum of a block or of the stream is wrong',
}

function checked(length: number, encoded: number, expected?: number): number {
  if (length >= 0) return length
  if (length === -1) throw damaged('bz2', `the stream is truncated at ${encoded} bytes`)
  if (length === overlong) throw damaged('bz2', `decodes to more than ${expected} bytes, as were expected`)
  throw damaged('bz2', failures[length] ?? `error ${length}`)
}
