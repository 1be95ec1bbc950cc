/** The zlib codec of numcodecs. */
import type { CodecKind } from './codec.js'
import { inflate, inflatedLength } from './inflate.js'

export const zlib: CodecKind = {
  open: () => ({
    kind: 'transform',
    name: 'zlib',
    isSlow: true,
    decode: (source, out, machine) => inflate('zlib', 'zlib', source, out, machine),
    measure: (source, machine) => inflatedLength('zlib', 'zlib', source, machine),
  }),
}
