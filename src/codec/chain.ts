/** The codecs of one array as a single decoder: opened once by a source, run for each chunk. */
import type { Machine } from '../kernel/machine.js'
import type { Portion } from '../model/portion.js'
import type { Codec, CodecConfig, CodecTarget, Span, TransformCodec } from './codec.js'
import { wrongLength } from './damage.js'
import { openCodecs } from './registry.js'

export interface Chain {
  /** Names of the codecs that do anything, in order of encoding. */
  readonly names: readonly string[]
  /** Decoding takes longer than looking at every number does. */
  readonly isSlow: boolean
  /** Decodes a chunk to exactly `out.length` bytes. Intermediate results are in memory that is given back. */
  decode(source: Span, out: Span, machine: Machine): void
  /**
   * As `decode`; what is no part of the portion may be left as it is. Returns how many bytes were decoded. Absent where
   * the codecs need all bytes.
   */
  decodePart?(source: Span, out: Span, machine: Machine, portion: Portion): number
  /** As that of a codec; absent where nothing can be decoded block by block without doing something else again. */
  blockBytes?: NonNullable<TransformCodec['blockBytes']>
  /** Decodes a chunk whose length only its bytes tell (text) to memory that `machine` allocates; the caller gives it back. */
  decodeAny(source: Span, machine: Machine): Span
}

/**
 * Opens the codecs of an array, given in order of encoding: v2 filters then compressor, or v3 `codecs` without those
 * that work on arrays (transpose, sharding), which are the source's. No codecs = raw bytes.
 */
export async function openChain(configs: readonly CodecConfig[], target: CodecTarget): Promise<Chain> {
  const codecs = await openCodecs(configs, target)
  const steps = codecs.toReversed()
  const last = steps.at(-1)
  return {
    names: codecs.map((codec) => codec.name),
    isSlow: codecs.some((codec) => codec.kind === 'transform' && codec.isSlow === true),
    ...(last?.kind === 'transform' && last.decodePart ? { decodePart: partly(steps.slice(0, -1), last) } : {}),
    ...(steps.length === 1 && last?.kind === 'transform' && last.blockBytes ? { blockBytes: last.blockBytes } : {}),
    decode(source, out, machine) {
      const mark = machine.mark()
      const last = run(steps, source, out, machine)
      if (last.length !== out.length) throw wrongLength(steps.at(-1)?.name ?? 'raw', last.length, out.length)
      if (last.address !== out.address) copy(last, out, machine)
      machine.release(mark)
    },
    decodeAny: (source, machine) => run(steps, source, undefined, machine),
  }
}

/** What comes before the last step is decoded whole. */
function partly(before: readonly Codec[], last: TransformCodec): NonNullable<Chain['decodePart']> {
  return (source, out, machine, portion) => {
    const mark = machine.mark()
    const decoded = last.decodePart?.(run(before, source, undefined, machine), out, machine, portion)
    machine.release(mark)
    return decoded ?? 0
  }
}

/** Where the decoded bytes are in the end: in `out`, or elsewhere where nothing had to be moved. */
function run(steps: readonly Codec[], source: Span, out: Span | undefined, machine: Machine): Span {
  const sizes = decodedSizes(steps, out?.length)
  const lastTransform = steps.findLastIndex((step) => step.kind === 'transform')
  // The last bytes that are made go to `out` at once, where they need no more than that.
  const destination = (i: number, length: number): Span =>
    out && i >= lastTransform && length === out.length ? out : { address: machine.allocate(length), length }
  let span = source
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'check') {
      span = step.verify(span, machine)
    } else if (step.kind === 'transform') {
      const size = sizes[i]
      span = transform(step, span, size, destination(i, size ?? step.measure(span, machine)), machine)
    } else {
      // The encoded bytes are the caller's: not to be changed.
      if (within(span, source)) span = copy(span, destination(i, span.length), machine)
      step.apply(span, machine)
    }
  }
  return span
}

function transform(step: TransformCodec, source: Span, size: number | undefined, to: Span, machine: Machine): Span {
  const length = step.decode(source, to, machine)
  if (size !== undefined && length !== size) throw wrongLength(step.name, length, size)
  return { address: to.address, length }
}

/** Bytes after each step, counted back from the decoded chunk; undefined before a compressor. */
function decodedSizes(steps: readonly Codec[], decoded: number | undefined): (number | undefined)[] {
  const sizes: (number | undefined)[] = []
  let size = decoded
  for (const step of steps.toReversed()) {
    sizes.unshift(size)
    if (step.kind !== 'inPlace') size = size === undefined ? undefined : step.encodedLength?.(size)
  }
  return sizes
}

function copy(from: Span, to: Span, machine: Machine): Span {
  machine.bytes.copyWithin(to.address, from.address, from.address + from.length)
  return to
}

function within(part: Span, whole: Span): boolean {
  return part.address >= whole.address && part.address + part.length <= whole.address + whole.length
}
