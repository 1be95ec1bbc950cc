/** The part of a decoded chunk that a query looks at: what lies beside it may stay undecoded. Made by `execute`, heeded by codecs. */
import type { IndexRange } from './job.js'

export interface Portion {
  /** Bytes of the chunk, ascending and apart from each other; absent: all. */
  readonly ranges?: readonly IndexRange[] | undefined
  /** Which bytes of every cell, likewise; absent: all. */
  readonly ofCell?: { readonly bytes: number; readonly ranges: readonly IndexRange[] } | undefined
}
