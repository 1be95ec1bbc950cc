/** The blosc codec: a container of blocks, each of one or several compressed streams, usually of shuffled bytes. */
import type { Machine } from '../kernel/machine.js'
import type { Portion } from '../model/portion.js'
import { type BloscHeader, headerBytes, readHeader } from './blosc-header.js'
import { type BlockPart, blockParts } from './blosc-part.js'
import { decodeBloscLz } from './blosclz-stream.js'
import type { CodecKind, Span } from './codec.js'
import { damaged, wrongLength } from './damage.js'
import { inflate } from './inflate.js'
import { decodeLz4 } from './lz4-block.js'
import { decodeSnappy } from './snappy-block.js'
import { decodeZstd } from './zstd-frames.js'

/** Returns the length; that of `out`, too, where it stopped because it had `enough` bytes. */
type StreamDecoder = (codec: string, source: Span, out: Span, machine: Machine, enough: number) => number

/** The compressors inside. */
const decoders: Record<BloscHeader['compressor'], StreamDecoder> = {
  blosclz: decodeBloscLz,
  lz4: decodeLz4,
  snappy: decodeSnappy,
  zlib: (codec, source, out, machine) => inflate(codec, 'zlib', source, out, machine),
  zstd: decodeZstd,
}

/** Blocks are split where the type has at most so many bytes ... */
const mostSplits = 16
/** ... and every stream has at least so many. */
const leastSplit = 128

export const blosc: CodecKind = {
  open: ({ cname }) => ({
    kind: 'transform',
    name: 'blosc',
    isSlow: cname === 'zstd' || cname === 'zlib',
    decode(source, out, machine) {
      const header = readHeader(source, machine)
      if (header.decodedLength > out.length) throw wrongLength('blosc', header.decodedLength, out.length)
      decodeBlocks(header, source, out, machine, {})
      return header.decodedLength
    },
    decodePart(source, out, machine, portion) {
      const header = readHeader(source, machine)
      if (header.decodedLength !== out.length) throw wrongLength('blosc', header.decodedLength, out.length)
      return decodeBlocks(header, source, out, machine, portion)
    },
    blockBytes(source, machine) {
      const { stored, blockLength } = readHeader(source, machine)
      return stored ? undefined : blockLength
    },
    measure: (source, machine) => readHeader(source, machine).decodedLength,
  }),
}

/** Leaves out what the portion does not name. Returns how many bytes were decoded. */
function decodeBlocks(header: BloscHeader, source: Span, out: Span, machine: Machine, portion: Portion): number {
  const { blocks, blockLength, decodedLength } = header
  if (header.stored) return copyStored(header, source, out, machine)
  if (source.length < headerBytes + 4 * blocks) {
    throw damaged('blosc', `${source.length} bytes are too few for ${blocks} blocks`)
  }
  const mark = machine.mark()
  // Bits are put into planes of bytes first: one place more.
  const places = { none: 0, byte: 1, bit: 2 }[header.shuffle]
  const scratch = places === 0 ? undefined : machine.allocate(places * Math.min(blockLength, decodedLength))
  const partOf = blockParts(header, portion)
  const [from, past] = [portion.ranges?.[0]?.[0] ?? 0, portion.ranges?.at(-1)?.[1] ?? decodedLength]
  let decoded = 0
  for (let block = Math.floor(from / blockLength); block * blockLength < past; block++) {
    const first = block * blockLength
    const to = { address: out.address + first, length: Math.min(blockLength, decodedLength - first) }
    const part = partOf(first, to.length)
    if (!part) continue
    const start = machine.view.getUint32(source.address + headerBytes + 4 * block, true)
    if (scratch === undefined) decodeStreams(header, source, start, to, machine, part)
    else unshuffleBlock(header, source, start, scratch, to, machine, part)
    decoded += part.bytes
  }
  machine.release(mark)
  return decoded
}

function copyStored(header: BloscHeader, source: Span, out: Span, machine: Machine): number {
  const found = source.length - headerBytes
  if (found !== header.decodedLength) {
    throw damaged('blosc', `${found} bytes are stored, the header tells ${header.decodedLength}`)
  }
  machine.bytes.copyWithin(out.address, source.address + headerBytes, source.address + source.length)
  return found
}

/** A last block that is shorter is never split. */
function streamCount({ split, typeSize, blockLength }: BloscHeader, length: number): number {
  const isSplit = split && length === blockLength && typeSize <= mostSplits && length / typeSize >= leastSplit
  return isSplit ? typeSize : 1
}

function unshuffleBlock(
  header: BloscHeader,
  source: Span,
  start: number,
  scratch: number,
  to: Span,
  machine: Machine,
  part: BlockPart,
): void {
  const { shuffle, typeSize } = header
  const shuffled = { address: scratch, length: to.length }
  const streams = decodeStreams(header, source, start, shuffled, machine, part)
  const planes = streams.length === 1 ? planesIn(shuffled, typeSize) : streams
  if (shuffle === 'bit') {
    machine.kernel.bit_unshuffle(typeSize, to.length, scratch, to.address, scratch + to.length)
  } else if (!part.isWholeCells || !weave(planes, part, to, machine)) {
    const [from, past] = part.cells
    for (const [first, end] of part.planes) {
      machine.kernel.unshuffle_planes(typeSize, first, end, to.length, from, past, scratch, to.address)
    }
  }
}

/** Where the planes of a block lie that was one stream; none where they leave a rest. */
function planesIn({ address, length }: Span, typeSize: number): readonly number[] {
  if (length % typeSize !== 0) return []
  return Array.from({ length: typeSize }, (_, plane) => address + (plane * length) / typeSize)
}

/** Puts planes together that lie where they may; false where the kernel has no code for so many. */
function weave(planes: readonly number[], { cells: [from, past] }: BlockPart, to: Span, machine: Machine): boolean {
  const { weave2, weave4, weave8 } = machine.kernel
  const count = past - from
  const at = planes.map((plane) => plane + from)
  const out = to.address + from * planes.length
  const [a = 0, b = 0, c = 0, d = 0] = at
  if (planes.length === 2) weave2(count, a, b, out)
  else if (planes.length === 4) weave4(count, a, b, c, d, out)
  else if (planes.length === 8) weave8(count, ...at, out)
  else return false
  return true
}

/**
 * Decodes the streams of one block to `to`, each a length and its bytes, as far as they are needed; one that did not shrink
 * is stored. Returns where each stream lies: stored planes that can be woven stay where they are, a copy less.
 */
function decodeStreams(
  header: BloscHeader,
  source: Span,
  start: number,
  to: Span,
  machine: Machine,
  part: BlockPart,
): number[] {
  const count = streamCount(header, to.length)
  const length = Math.floor(to.length / count)
  if (length * count !== to.length) throw damaged('blosc', `a block of ${to.length} bytes in ${count} streams`)
  const leave = header.shuffle === 'byte' && part.isWholeCells && (count === 2 || count === 4 || count === 8)
  const planes: number[] = []
  let at = start
  for (let i = 0; i < count; i++) {
    const stream = streamAt(source, at, machine)
    at = stream.address + stream.length - source.address
    const out = { address: to.address + i * length, length }
    const stays = leave && stream.length === length
    planes.push(stays ? stream.address : out.address)
    const enough = part.enough(i * length, length)
    if (!stays && enough > 0) decodeStream(header, stream, out, machine, enough)
  }
  return planes
}

function decodeStream({ compressor }: BloscHeader, stream: Span, out: Span, machine: Machine, enough: number): void {
  if (stream.length === out.length) {
    machine.bytes.copyWithin(out.address, stream.address, stream.address + stream.length)
    return
  }
  const found = decoders[compressor]('blosc', stream, out, machine, enough)
  if (found !== out.length) throw wrongLength('blosc', found, out.length)
}

/** The stream whose length stands at `at`, which must lie inside the source. */
function streamAt(source: Span, at: number, machine: Machine): Span {
  const room = source.length - at - 4
  const length = room < 0 ? 0 : machine.view.getUint32(source.address + at, true)
  if (room < length) throw damaged('blosc', `a stream at byte ${at} passes the end at ${source.length}`)
  return { address: source.address + at + 4, length }
}
