/** What the command needs of the library: the shape of ../index.js, so that tests can put another in its place. */

export interface Engine {
  readonly version: string
  connect(options: ConnectOptions): Promise<Database>
  /** The statements of a text, without their semicolons; comments and empty ones are left out. */
  splitStatements(text: string): readonly StatementText[]
  /** Whether a text ends with the semicolon of a statement: a REPL then runs it. */
  isComplete(text: string): boolean
  readonly formats: readonly Format[]
  formatNamed(name: string): Format
  formatOfPath(path: string): Format
  writeResult(result: Result, format: Format, sink: Sink, options?: TableOptions): Promise<void>
  openFileSink(path: string): Promise<Sink>
}

export interface ConnectOptions {
  readonly threads?: number
  readonly attach: Readonly<Record<string, string>>
  /** As SET takes them, before anything is attached. */
  readonly settings: Readonly<Record<string, string>>
}

export interface StatementText {
  readonly sql: string
  /** Offset of `sql` in the text. */
  readonly start: number
}

export type Parameter = null | boolean | number | bigint | string
export type Parameters = readonly Parameter[] | Readonly<Record<string, Parameter>>

export interface Database {
  run(sql: string, params?: Parameters, options?: RunOptions): Promise<Result>
  close(): Promise<void>
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** Chunks done and in all, and bytes read so far. */
export interface Progress {
  readonly done: number
  readonly total: number
  readonly bytes: number
}

export interface Result {
  readonly header: { readonly columns: readonly { readonly name: string }[] }
  readonly batches: AsyncIterable<Batch>
  /** The tree of an EXPLAIN. */
  readonly text?: string | undefined
}

export interface Batch {
  readonly length: number
  readonly columns: readonly { readonly values: ArrayLike<unknown> }[]
}

export interface Format {
  readonly name: string
  readonly extensions: readonly string[]
  readonly summary: string
  readonly binary: boolean
}

export interface Sink {
  write(part: Uint8Array | string): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

export interface TableOptions {
  readonly width?: number | undefined
  readonly colour?: boolean | undefined
}

/** An error of the library, known by what it can do: it may come from another bundle. */
export interface EngineError extends Error {
  readonly code: string
  render(): string
}

export function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && 'render' in error && typeof error.render === 'function' && 'code' in error
}

export function isCancelled(error: unknown): boolean {
  return (isEngineError(error) && error.code === 'cancelled') || (error instanceof Error && error.name === 'AbortError')
}
