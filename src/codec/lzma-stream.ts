/** LZMA and LZMA2 by the kernel, its error codes as errors; for lzma.ts and xz.ts. */
import type { Machine } from '../kernel/machine.js'
import type { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

/** The decoded length, or the kernel's error. `properties` = lc + 9 lp + 45 pb, `told` the decoded length or -1. */
export function decodeLzma1(source: Span, out: Span, machine: Machine, properties: number, told: number): number {
  const { kernel } = machine
  const mark = machine.mark()
  const scratch = machine.allocate(kernel.lzma_scratch())
  const length = kernel.lzma_decode(
    source.address,
    source.length,
    out.address,
    out.length,
    scratch,
    properties,
    Math.max(-1, told),
  )
  machine.release(mark)
  return length
}

/** The same for LZMA2, and how many bytes of the source it used. */
export function decodeLzma2(source: Span, out: Span, machine: Machine): { length: number; used: number } {
  const { kernel } = machine
  const mark = machine.mark()
  const scratch = machine.allocate(kernel.lzma_scratch())
  const length = kernel.lzma2_decode(source.address, source.length, out.address, out.length, scratch)
  machine.release(mark)
  return { length, used: kernel.lzma2_used() }
}

const failures: Readonly<Record<number, string>> = {
  [-3]: 'the compressed bytes are not valid',
  [-4]: 'bytes follow the end of the stream',
}

export function lzmaFailure(code: number, encoded: number): ChunkQLError {
  if (code === -1) return damaged('lzma', `the stream is truncated at ${encoded} bytes`)
  return damaged('lzma', failures[code] ?? `error ${code}`)
}
