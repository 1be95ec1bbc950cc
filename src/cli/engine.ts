/** What the command needs of the library, and no more: tests put another in its place. */
import type * as library from '../index.js'

type Library = typeof library

export interface Engine
  extends Pick<
    Library,
    'splitStatements' | 'isComplete' | 'formats' | 'formatNamed' | 'formatOfPath' | 'writeResult' | 'openFileSink'
  > {
  readonly version: string
  connect(options: library.ConnectOptions): Promise<Database>
}

export type Database = Pick<library.Database, 'run' | 'close'>
export type Parameters = library.QueryParameters
export type Progress = library.Progress
export type Result = library.Result
export type Format = Engine['formats'][number]
export type Sink = globalThis.Parameters<Engine['writeResult']>[2]

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
