// Zstandard frames (RFC 8878, 3): headers, blocks, checksums. Any number of frames, skippable ones between them.
import { blockMost, forgetTree, readLiterals } from './literals'
import { forgetSequences, runSequences } from './sequences'
import { BAD_CHECKSUM, CORRUPT, NEEDS_DICTIONARY, NO_FRAME, OVERLONG, TRUNCATED } from './status'
import { xxh64 } from './xxhash'

const magic: u32 = 0xfd2fb528
const skippable: u32 = 0x184d2a50

/** Of the frame header read last. */
let contentSize: i64 = -1
let hasChecksum = false

/** Decodes all frames of `source`; returns the length. `scratch` holds `zstd_scratch()` bytes. */
export function zstd_decode(source: usize, sourceLength: usize, out: usize, outLength: usize, scratch: usize): i32 {
  const end = source + sourceLength
  const outEnd = out + outLength
  let at = source
  let to = out
  do {
    if (end - at < 8) return end - at < 4 || load<u32>(at) != magic ? NO_FRAME : TRUNCATED
    const kind = load<u32>(at)
    if ((kind & 0xfffffff0) == skippable) {
      const length = <usize>load<u32>(at, 4)
      if (length > end - at - 8) return TRUNCATED
      at += 8 + length
    } else {
      if (kind != magic) return NO_FRAME
      const header = readHeader(at + 4, end)
      if (header < 0) return header
      const written = decodeFrame(at + 4 + header, end, to, outEnd, scratch)
      if (written < 0) return written
      at = frameEnd
      to += written
    }
  } while (at < end)
  return <i32>(to - out)
}

export function zstd_scratch(): usize {
  return blockMost + 32
}

/** Returns the bytes of the header behind the magic number. */
function readHeader(at: usize, end: usize): i32 {
  const descriptor = <u32>load<u8>(at)
  const isSingle: usize = (descriptor >> 5) & 1
  const sizeFlag = descriptor >> 6
  const dictionaryBytes: usize = (<usize>1 << (descriptor & 3)) >> 1
  const sizeBytes: usize = sizeFlag ? <usize>1 << sizeFlag : isSingle
  const bytes: usize = <usize>2 - isSingle + dictionaryBytes + sizeBytes
  if (descriptor & 8) return CORRUPT
  if (end - at < bytes) return TRUNCATED
  hasChecksum = (descriptor & 4) != 0
  if (readSmall(at + 2 - isSingle, dictionaryBytes)) return NEEDS_DICTIONARY
  contentSize = sizeBytes ? readSmall(at + bytes - sizeBytes, sizeBytes) + (sizeBytes == 2 ? 256 : 0) : -1
  return <i32>bytes
}

function readSmall(at: usize, bytes: usize): i64 {
  let value: u64 = 0
  for (let i = bytes; i > 0; i--) value = (value << 8) | load<u8>(at + i - 1)
  return value
}

let frameEnd: usize = 0

/** Decodes the blocks of a frame and verifies what its header told. Sets `frameEnd`. */
function decodeFrame(source: usize, end: usize, out: usize, outEnd: usize, scratch: usize): i32 {
  let at = source
  let to = out
  let isLast = false
  forgetTree()
  forgetSequences()
  while (!isLast) {
    if (end - at < 3) return TRUNCATED
    const head = <u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16)
    at += 3
    isLast = (head & 1) != 0
    const kind = (head >> 1) & 3
    const size = <usize>(head >> 3)
    const bytes: usize = kind == 1 ? 1 : size
    if (size > blockMost) return CORRUPT
    if (bytes > end - at) return TRUNCATED
    const written = kind < 2 ? copyBlock(kind, size, at, to, outEnd) : decodeBlock(kind, at, at + bytes, out, to, outEnd, scratch)
    if (written < 0) return written
    at += bytes
    to += written
  }
  if (contentSize >= 0 && contentSize != <i64>(to - out)) return CORRUPT
  if (hasChecksum) {
    if (end - at < 4) return TRUNCATED
    if (load<u32>(at) != <u32>xxh64(out, to - out)) return BAD_CHECKSUM
    at += 4
  }
  frameEnd = at
  return <i32>(to - out)
}

/** A block that is stored, or one byte repeated. */
function copyBlock(kind: u32, size: usize, source: usize, to: usize, outEnd: usize): i32 {
  if (size > outEnd - to) return OVERLONG
  if (kind == 1) memory.fill(to, load<u8>(source), size)
  else memory.copy(to, source, size)
  return <i32>size
}

function decodeBlock(kind: u32, source: usize, end: usize, first: usize, to: usize, outEnd: usize, scratch: usize): i32 {
  if (kind == 3) return CORRUPT
  const bytes = readLiterals(source, end, scratch)
  if (bytes < 0) return bytes
  // A block never decodes to more than the format allows.
  return runSequences(source + bytes, end, first, to, min(outEnd, to + blockMost))
}

/** The decoded length that the headers of all frames tell, -7 where one does not; or an error. */
export function zstd_length(source: usize, sourceLength: usize): i64 {
  const end = source + sourceLength
  let at = source
  let total: i64 = 0
  do {
    if (end - at < 8) return end - at < 4 || load<u32>(at) != magic ? NO_FRAME : TRUNCATED
    const kind = load<u32>(at)
    if ((kind & 0xfffffff0) == skippable) {
      const length = <usize>load<u32>(at, 4)
      if (length > end - at - 8) return TRUNCATED
      at += 8 + length
    } else {
      if (kind != magic) return NO_FRAME
      const header = readHeader(at + 4, end)
      if (header < 0) return header
      if (contentSize < 0) return -7
      total += contentSize
      at = skipBlocks(at + 4 + header, end)
      if (at == 0) return TRUNCATED
    }
  } while (at < end)
  return total
}

/** Where a frame ends, or 0. */
function skipBlocks(source: usize, end: usize): usize {
  let at = source
  let isLast = false
  while (!isLast) {
    if (end - at < 3) return 0
    const head = <u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16)
    isLast = (head & 1) != 0
    const bytes = <usize>(((head >> 1) & 3) == 1 ? 1 : head >> 3)
    at += 3
    if (bytes > end - at) return 0
    at += bytes
  }
  const checksum: usize = hasChecksum ? 4 : 0
  return checksum > end - at ? 0 : at + checksum
}
