/** The zstd codec: one or more frames. */
import type { CodecKind } from './codec.js'
import { decodeZstd, zstdLength } from './zstd-frames.js'

export const zstd: CodecKind = {
  open: () => ({
    kind: 'transform',
    name: 'zstd',
    isSlow: true,
    decode: (source, out, machine) => decodeZstd('zstd', source, out, machine),
    measure: (source, machine) => zstdLength('zstd', source, machine),
  }),
}
