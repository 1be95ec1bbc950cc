/** What an output format is: one file of this folder with an `encode`, and one entry in registry.ts. */
import type { Batch, Header } from '../model/vector.js'

/** A result as it comes from execution. */
export interface ResultStream {
  readonly header: Header
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>
}

/** How a format may be asked to look; only `table` looks at these. */
export interface FormatOptions {
  /** Columns of the terminal; a wider table is shortened. */
  readonly width?: number | undefined
  /** Rows shown before the middle is left out. */
  readonly maxRows?: number | undefined
  /** Whether escape sequences for colours may be written. */
  readonly colour?: boolean | undefined
}

/** The file's content piece by piece, pulled as fast as it can be written: memory holds one piece. */
export type Encode = (result: ResultStream, options: FormatOptions) => AsyncIterable<Uint8Array | string>

export interface OutputFormat {
  readonly name: string
  /** File extensions without the dot, lower case. */
  readonly extensions: readonly string[]
  /** One line for the help text. */
  readonly summary: string
  /** Whether people cannot read it: a terminal is then a bad place for it. */
  readonly binary: boolean
  /** Loaded when first used: apache-arrow alone takes longer to load than most queries to run. */
  load(): Promise<Encode>
}
