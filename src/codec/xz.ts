/** The .xz container: streams of blocks, each with its filters and a check, and an index of them. For lzma.ts. */
import { createHash } from 'node:crypto'
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'
import { checkOrder, filterOf, type LzmaFilter, undoDeltas } from './lzma-filters.js'
import { decodeLzma2 } from './lzma-stream.js'
import { type Cursor, expectZero, peek, readByte, readNumber, skipPadding, take, truncated } from './xz-cursor.js'

const headerBytes = 12
const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]

/** Checks behind a block, by their numbers. */
const checkBytes: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 }

/** What the index says of a block, and what was found. */
interface BlockSizes {
  readonly unpadded: number
  readonly decoded: number
}

/** The decoded length, or the kernel's error. Zeros may stand between streams and at the end. */
export function decodeXz(source: Span, out: Span, machine: Machine): number {
  const cursor: Cursor = { source, machine, at: 0 }
  let done = 0
  do {
    const length = decodeStream(cursor, { address: out.address + done, length: out.length - done })
    if (length < 0) return length
    done += length
    skipPadding(cursor)
  } while (cursor.at < source.length)
  return done
}

function decodeStream(cursor: Cursor, out: Span): number {
  const check = readHeader(cursor)
  const blocks: BlockSizes[] = []
  let done = 0
  while (peek(cursor) !== 0) {
    const begin = cursor.at
    const length = decodeBlock(cursor, check, { address: out.address + done, length: out.length - done })
    if (length < 0) return length
    const padding = (4 - ((cursor.at - begin) % 4)) % 4
    blocks.push({ unpadded: cursor.at - begin + check.bytes, decoded: length })
    for (let i = 0; i < padding; i++) expectZero(cursor)
    verifyCheck(cursor, check, { address: out.address + done, length })
    done += length
  }
  readIndex(cursor, blocks, check)
  return done
}

interface Check {
  readonly kind: number
  readonly bytes: number
}

function readHeader(cursor: Cursor): Check {
  const start = take(cursor, headerBytes)
  const { bytes, view } = cursor.machine
  if (magic.some((byte, i) => bytes[start + i] !== byte)) throw damaged('lzma', 'no xz stream begins where one should')
  verifyCrc(cursor, start + 6, 2, view.getUint32(start + 8, true), 'stream header')
  return checkOf(cursor, start + 6)
}

function checkOf({ machine }: Cursor, flags: number): Check {
  const kind = machine.view.getUint16(flags, false)
  const bytes = checkBytes[kind]
  if (bytes === undefined) throw new ChunkQLError('unsupported', `lzma: the check ${kind} of xz`)
  return { kind, bytes }
}

/** Header, LZMA2, filters; the padding and the check are left. */
function decodeBlock(cursor: Cursor, check: Check, out: Span): number {
  const begin = cursor.at
  const header = readBlockHeader(cursor)
  const { source, machine } = cursor
  const rest = { address: source.address + cursor.at, length: source.length - cursor.at }
  const { length, used } = decodeLzma2(rest, out, machine)
  if (length < 0) return length
  cursor.at += used
  if (header.encoded !== undefined && header.encoded !== used) {
    throw damaged('lzma', `a block of ${used} bytes at ${begin}, its header tells ${header.encoded}`)
  }
  if (header.decoded !== undefined && header.decoded !== length) {
    throw damaged('lzma', `a block decodes to ${length} bytes, its header tells ${header.decoded}`)
  }
  if (check.bytes > source.length - cursor.at) throw truncated(cursor)
  undoDeltas(header.filters, { address: out.address, length }, machine)
  return length
}

interface BlockHeader {
  readonly filters: readonly LzmaFilter[]
  readonly encoded?: number | undefined
  readonly decoded?: number | undefined
}

function readBlockHeader(cursor: Cursor): BlockHeader {
  const { view } = cursor.machine
  const begin = cursor.at
  const size = 4 * (peek(cursor) + 1)
  const start = take(cursor, size)
  verifyCrc(cursor, start, size - 4, view.getUint32(start + size - 4, true), 'block header')
  const end = begin + size - 4
  cursor.at = begin + 1
  const flags = readByte(cursor)
  if (flags & 0x3c) throw new ChunkQLError('unsupported', 'lzma: flags of a block that are reserved')
  const encoded = flags & 0x40 ? readNumber(cursor) : undefined
  const decoded = flags & 0x80 ? readNumber(cursor) : undefined
  const filters: LzmaFilter[] = []
  for (let i = 0; i <= (flags & 3); i++) filters.push(readFilter(cursor))
  while (cursor.at < end) expectZero(cursor)
  if (cursor.at !== end) throw damaged('lzma', 'a block header is longer than it tells')
  cursor.at = begin + size
  return { filters: checkOrder(filters), encoded, decoded }
}

function readFilter(cursor: Cursor): LzmaFilter {
  const id = readNumber(cursor)
  const properties = readNumber(cursor)
  const start = take(cursor, properties)
  if (properties !== 1)
    throw new ChunkQLError('unsupported', `lzma: a filter ${id} with ${properties} bytes of properties`)
  return filterOf(id, (cursor.machine.bytes[start] ?? 0) + 1)
}

/** The sizes of all blocks once more, then the footer: both must tell what was found. */
function readIndex(cursor: Cursor, blocks: readonly BlockSizes[], check: Check): void {
  const begin = cursor.at
  readByte(cursor)
  const told: BlockSizes[] = []
  const count = readNumber(cursor)
  for (let i = 0; i < count; i++) told.push({ unpadded: readNumber(cursor), decoded: readNumber(cursor) })
  while ((cursor.at - begin) % 4 !== 0) expectZero(cursor)
  const { source, machine } = cursor
  const length = cursor.at - begin
  verifyCrc(cursor, source.address + begin, length, machine.view.getUint32(take(cursor, 4), true), 'index')
  if (JSON.stringify(told) !== JSON.stringify(blocks))
    throw damaged('lzma', 'the index tells other blocks than there are')
  const footer = take(cursor, headerBytes)
  verifyCrc(cursor, footer + 4, 6, machine.view.getUint32(footer, true), 'stream footer')
  const backward = 4 * (machine.view.getUint32(footer + 4, true) + 1)
  const isSame = backward === length + 4 && checkOf(cursor, footer + 8).kind === check.kind
  const ends = machine.bytes[footer + 10] === 0x59 && machine.bytes[footer + 11] === 0x5a
  if (!isSame || !ends) throw damaged('lzma', 'the stream footer tells another stream')
}

function verifyCheck(cursor: Cursor, { kind, bytes }: Check, content: Span): void {
  const start = take(cursor, bytes)
  const { kernel, view, bytes: memory } = cursor.machine
  if (kind === 1) verifyCrc(cursor, content.address, content.length, view.getUint32(start, true), 'block')
  const found =
    kind === 4
      ? BigInt.asUintN(64, kernel.crc64(content.address, content.length)) === view.getBigUint64(start, true)
      : kind !== 10 ||
        createHash('sha256')
          .update(memory.subarray(content.address, content.address + content.length))
          .digest()
          .equals(memory.subarray(start, start + bytes))
  if (!found) throw damaged('lzma', 'the check of a block is wrong')
}

function verifyCrc(cursor: Cursor, address: number, length: number, stored: number, what: string): void {
  const found = cursor.machine.kernel.crc32(address, length) >>> 0
  if (found !== stored) throw damaged('lzma', `the check of the ${what} is wrong`)
}
