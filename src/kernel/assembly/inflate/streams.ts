// What is around the blocks: gzip (RFC 1952), one or more members; zlib (RFC 1950), one stream.
import { adler32, crc32 } from '../checksums'
import { blocksEnd, inflateBlocks, openCodes } from './blocks'
import {
  BAD_CHECKSUM,
  BAD_FLAGS,
  BAD_HEADER_CHECKSUM,
  BAD_METHOD,
  BAD_SIZE,
  BAD_WINDOW,
  NEEDS_DICTIONARY,
  NO_HEADER,
  TRAILING,
  TRUNCATED,
} from './status'

/** Blocks alone. */
export function inflate_decode(source: usize, sourceLength: usize, out: usize, outLength: usize, scratch: usize): i32 {
  openCodes(scratch)
  const end = source + sourceLength
  const length = inflateBlocks(source, end, out, out + outLength)
  return length >= 0 && blocksEnd != end ? TRAILING : length
}

export function zlib_decode(source: usize, sourceLength: usize, out: usize, outLength: usize, scratch: usize): i32 {
  const end = source + sourceLength
  if (sourceLength < 2) return TRUNCATED
  const head = <u32>load<u8>(source)
  const flags = <u32>load<u8>(source, 1)
  if (((head << 8) + flags) % 31 != 0) return NO_HEADER
  if ((head & 15) != 8) return BAD_METHOD
  if (head >> 4 > 7) return BAD_WINDOW
  if (flags & 32) return NEEDS_DICTIONARY
  openCodes(scratch)
  const length = inflateBlocks(source + 2, end, out, out + outLength)
  if (length < 0) return length
  if (end - blocksEnd < 4) return TRUNCATED
  if (bswap(load<u32>(blocksEnd)) != adler32(out, length)) return BAD_CHECKSUM
  return isPadding(blocksEnd + 4, end) ? length : TRAILING
}

export function gzip_decode(source: usize, sourceLength: usize, out: usize, outLength: usize, scratch: usize): i32 {
  const end = source + sourceLength
  const outEnd = out + outLength
  let at = source
  let to = out
  openCodes(scratch)
  do {
    const header = readHeader(at, end)
    if (header < 0) return header
    const length = inflateBlocks(at + header, end, to, outEnd)
    if (length < 0) return length
    if (end - blocksEnd < 8) return TRUNCATED
    if (load<u32>(blocksEnd) != crc32(to, length)) return BAD_CHECKSUM
    if (load<u32>(blocksEnd, 4) != length) return BAD_SIZE
    at = blocksEnd + 8
    to += length
  } while (at < end && load<u8>(at) != 0)
  return isPadding(at, end) ? <i32>(to - out) : TRAILING
}

/** Zeros may follow the end of either. */
function isPadding(at: usize, end: usize): bool {
  for (; at < end; at++) if (load<u8>(at) != 0) return false
  return true
}

const headBytes: usize = 10

/** Returns the length of the header of a member. */
function readHeader(source: usize, end: usize): i32 {
  if (end - source < 2) return TRUNCATED
  if (load<u16>(source) != 0x8b1f) return NO_HEADER
  if (end - source < headBytes) return TRUNCATED
  if (load<u8>(source, 2) != 8) return BAD_METHOD
  const flags = <u32>load<u8>(source, 3)
  if (flags & 0xe0) return BAD_FLAGS
  let at = source + headBytes
  if (flags & 4) {
    if (end - at < 2) return TRUNCATED
    const extra = <usize>load<u16>(at)
    if (extra > end - at - 2) return TRUNCATED
    at += 2 + extra
  }
  // A name and a comment.
  if (flags & 8) at = behindText(at, end)
  if (flags & 16) at = behindText(at, end)
  if (at > end) return TRUNCATED
  if (flags & 2) {
    if (end - at < 2) return TRUNCATED
    if (load<u16>(at) != <u16>crc32(source, at - source)) return BAD_HEADER_CHECKSUM
    at += 2
  }
  return <i32>(at - source)
}

/** Behind the zero that ends a text, or behind the end. */
function behindText(at: usize, end: usize): usize {
  while (at < end) if (load<u8>(at++) == 0) return at
  return end + 1
}
