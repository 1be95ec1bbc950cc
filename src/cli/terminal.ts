/** The streams that the command talks to, and what they can do. Made by main.ts from the process, by tests from pipes. */
import type { Readable, Writable } from 'node:stream'

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls the listener at Ctrl-C and when the process is asked to end, until what is returned is called. */
  onInterrupt(listener: (signal: InterruptSignal) => void): () => void
}

export type InterruptSignal = 'SIGINT' | 'SIGTERM'

/** NO_COLOR of any content but the empty one turns colours off: https://no-color.org */
export function hasColour(stream: { readonly isTTY?: boolean }, env: Terminal['env']): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

export function red(text: string): string {
  return `\x1b[1;31m${text}\x1b[0m`
}
