/** The blosc codec: a container of blocks, each of one or several compressed streams, usually of shuffled bytes. */
import type { Machine } from '../kernel/machine.js'
import { type BloscHeader, headerBytes, readHeader } from './blosc-header.js'
import { decodeBloscLz } from './blosclz-stream.js'
import type { CodecKind, Span } from './codec.js'
import { damaged, wrongLength } from './damage.js'
import { inflate } from './inflate.js'
import { decodeLz4 } from './lz4-block.js'
import { decodeSnappy } from './snappy-block.js'
import { decodeZstd } from './zstd-frames.js'

type StreamDecoder = (codec: string, source: Span, out: Span, machine: Machine) => number

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
    decode,
    measure: (source, machine) => readHeader(source, machine).decodedLength,
  }),
}

function decode(source: Span, out: Span, machine: Machine): number {
  const header = readHeader(source, machine)
  if (header.decodedLength > out.length) throw wrongLength('blosc', header.decodedLength, out.length)
  if (header.stored) copyStored(header, source, out, machine)
  else decodeBlocks(header, source, out, machine)
  return header.decodedLength
}

function copyStored(header: BloscHeader, source: Span, out: Span, machine: Machine): void {
  const found = source.length - headerBytes
  if (found !== header.decodedLength) {
    throw damaged('blosc', `${found} bytes are stored, the header tells ${header.decodedLength}`)
  }
  machine.bytes.copyWithin(out.address, source.address + headerBytes, source.address + source.length)
}

function decodeBlocks(header: BloscHeader, source: Span, out: Span, machine: Machine): void {
  const { blocks, blockLength, decodedLength } = header
  const decoder = decoders[header.compressor]
  if (source.length < headerBytes + 4 * blocks) {
    throw damaged('blosc', `${source.length} bytes are too few for ${blocks} blocks`)
  }
  const mark = machine.mark()
  // Bits are put into planes of bytes first: one place more.
  const places = { none: 0, byte: 1, bit: 2 }[header.shuffle]
  const scratch = places === 0 ? undefined : machine.allocate(places * Math.min(blockLength, decodedLength))
  for (let block = 0; block < blocks; block++) {
    const first = block * blockLength
    const to = { address: out.address + first, length: Math.min(blockLength, decodedLength - first) }
    const start = machine.view.getUint32(source.address + headerBytes + 4 * block, true)
    if (scratch === undefined) decodeStreams(decoder, header, source, start, to, machine)
    else unshuffleBlock(decoder, header, source, start, scratch, to, machine)
  }
  machine.release(mark)
}

/** A last block that is shorter is never split. */
function streamCount({ split, typeSize, blockLength }: BloscHeader, length: number): number {
  const isSplit = split && length === blockLength && typeSize <= mostSplits && length / typeSize >= leastSplit
  return isSplit ? typeSize : 1
}

function unshuffleBlock(
  decoder: StreamDecoder,
  header: BloscHeader,
  source: Span,
  start: number,
  scratch: number,
  to: Span,
  machine: Machine,
): void {
  const { shuffle, typeSize } = header
  const shuffled = { address: scratch, length: to.length }
  const planes = decodeStreams(decoder, header, source, start, shuffled, machine, shuffle === 'byte')
  if (shuffle === 'bit') {
    machine.kernel.bit_unshuffle(typeSize, to.length, scratch, to.address, scratch + to.length)
  } else if (planes.length === 1 || !weave(planes, to, machine)) {
    machine.kernel.unshuffle(typeSize, to.length, scratch, to.address)
  }
}

/** Puts planes together that lie where they may; false where the kernel has no code for so many. */
function weave(planes: readonly number[], { address, length }: Span, machine: Machine): boolean {
  const { weave2, weave4, weave8 } = machine.kernel
  const count = length / planes.length
  const [a = 0, b = 0, c = 0, d = 0] = planes
  if (planes.length === 2) weave2(count, a, b, address)
  else if (planes.length === 4) weave4(count, a, b, c, d, address)
  else if (planes.length === 8) weave8(count, ...planes, address)
  else return false
  return true
}

/**
 * Decodes the streams of one block to `to`, each a length and its bytes; one that did not shrink is stored.
 * Returns where each stream lies. With `leave`, stored planes that can be woven stay where they are: a copy less.
 */
function decodeStreams(
  decoder: StreamDecoder,
  header: BloscHeader,
  source: Span,
  start: number,
  to: Span,
  machine: Machine,
  leave = false,
): number[] {
  const count = streamCount(header, to.length)
  const length = Math.floor(to.length / count)
  if (length * count !== to.length) throw damaged('blosc', `a block of ${to.length} bytes in ${count} streams`)
  const planes: number[] = []
  let at = start
  for (let i = 0; i < count; i++) {
    const stream = streamAt(source, at, machine)
    at = stream.address + stream.length - source.address
    const out = { address: to.address + i * length, length }
    const stays = leave && stream.length === length && (count === 2 || count === 4 || count === 8)
    planes.push(stays ? stream.address : out.address)
    if (!stays) decodeStream(decoder, stream, out, machine)
  }
  return planes
}

function decodeStream(decoder: StreamDecoder, stream: Span, out: Span, machine: Machine): void {
  if (stream.length === out.length) {
    machine.bytes.copyWithin(out.address, stream.address, stream.address + stream.length)
    return
  }
  const found = decoder('blosc', stream, out, machine)
  if (found !== out.length) throw wrongLength('blosc', found, out.length)
}

/** The stream whose length stands at `at`, which must lie inside the source. */
function streamAt(source: Span, at: number, machine: Machine): Span {
  const room = source.length - at - 4
  const length = room < 0 ? 0 : machine.view.getUint32(source.address + at, true)
  if (room < length) throw damaged('blosc', `a stream at byte ${at} passes the end at ${source.length}`)
  return { address: source.address + at + 4, length }
}
