/** The gzip codec: one or more members. */
import type { CodecKind } from './codec.js'
import { inflate, inflatedLength } from './inflate.js'

export const gzip: CodecKind = {
  open: () => ({
    kind: 'transform',
    name: 'gzip',
    isSlow: true,
    decode: (source, out, machine) => inflate('gzip', 'gzip', source, out, machine),
    measure: (source, machine) => inflatedLength('gzip', 'gzip', source, machine),
  }),
}
