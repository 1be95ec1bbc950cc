/** The bitround filter of numcodecs: bits were set to zero, which cannot be undone. */
import type { CodecKind } from './codec.js'

export const bitround: CodecKind = { open: () => null }
