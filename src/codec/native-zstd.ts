/**
 * libzstd where Node has it (22.15 and newer), from and into a machine's memory without a copy. Called by zstd-frames.ts.
 *
 * The public functions of node:zlib return buffers of their own, and filling fresh pages and copying them takes as long as
 * decoding. So a stream's handle is called, which nobody documents: it is proven before it is relied on, and what it does
 * not decode without a doubt is left to the kernel.
 */
import * as zlib from 'node:zlib'
import type { Machine } from '../kernel/machine.js'
import type { Span } from './codec.js'

/** Decodes frames that fill `out` exactly; false where it did not, for whatever reason. */
export type NativeZstd = (source: Span, out: Span, machine: Pick<Machine, 'bytes'>) => boolean

interface Handle {
  onerror: () => void
  writeSync(
    flush: number,
    input: Uint8Array,
    inputAt: number,
    inputLength: number,
    output: Uint8Array,
    outputAt: number,
    outputLength: number,
  ): void
  close(): void
}

interface Internals {
  readonly _handle?: Handle
  /** After a call the bytes that are left of the output, and of the input. */
  readonly _writeState?: Uint32Array
}

interface Stream {
  readonly handle: Handle
  readonly left: Uint32Array
  hasFailed: boolean
}

/** Node ends the process where its handles are called as they do not expect: no later one than those that were tried. */
const lastTried = 26

let opened: NativeZstd | undefined | null = null

/** That of this thread; undefined where there is none. */
export function nativeZstd(): NativeZstd | undefined {
  if (opened === null) opened = Number.parseInt(process.versions.node, 10) <= lastTried ? proven() : undefined
  return opened
}

function openNative(): NativeZstd {
  let stream = openStream()
  return (source, out, { bytes }) => {
    const { handle, left } = stream
    let [outputLeft, inputLeft] = [out.length, source.length]
    // A call ends with a frame.
    while (inputLeft > 0) {
      const inputAt = source.address + source.length - inputLeft
      const outputAt = out.address + out.length - outputLeft
      handle.writeSync(0, bytes, inputAt, inputLeft, bytes, outputAt, outputLeft)
      if (stream.hasFailed || left[1] === inputLeft) break
      ;[outputLeft = 0, inputLeft = 0] = left
    }
    if (!stream.hasFailed && inputLeft === 0 && outputLeft === 0) return true
    // One that has failed, or is within a frame, goes on as it is.
    handle.close()
    stream = openStream()
    return false
  }
}

function openStream(): Stream {
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Internals }
  const { _handle: handle, _writeState: left } = createZstdDecompress?.() ?? {}
  if (!handle || !left) throw new TypeError('zlib has no zstd, or streams without a handle')
  const stream = { handle, left, hasFailed: false }
  handle.onerror = () => {
    stream.hasFailed = true
  }
  return stream
}

/** Proven by two frames, which store 'abc' and 'd', and by the first of them cut off. */
function proven(): NativeZstd | undefined {
  const magic = [0x28, 0xb5, 0x2f, 0xfd]
  const frames = [...magic, 0x20, 3, 0x19, 0, 0, 97, 98, 99, ...magic, 0x20, 1, 0x09, 0, 0, 100]
  const at = frames.length
  const bytes = Uint8Array.from([...frames, 0, 0, 0, 0])
  try {
    const native = openNative()
    if (native({ address: 0, length: 11 }, { address: at, length: 3 }, { bytes })) return undefined
    if (!native({ address: 0, length: at }, { address: at, length: 4 }, { bytes })) return undefined
    return String.fromCharCode(...bytes.subarray(at)) === 'abcd' ? native : undefined
  } catch {
    return undefined
  }
}
