/** Standard output as a place for results. Called by statement.ts. */
import type { Writable } from 'node:stream'
import type { Sink } from './engine.js'

/** The reader has gone, as `head` does when it has seen enough: no error for anybody. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe'
}

export function standardOutput(stream: Writable): Sink {
  return {
    write: (part) => writeTo(stream, part),
    // Standard output outlives a result.
    close: async () => {},
    abort: async () => {},
  }
}

/** Resolves once the stream has taken the part: nothing piles up in memory before a slow reader. */
function writeTo(stream: Writable, part: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.destroyed) return reject(new BrokenPipe())
    stream.write(part, (error) => {
      if (!error) return resolve()
      const { code } = error as NodeJS.ErrnoException
      reject(code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' ? new BrokenPipe() : error)
    })
  })
}
