// LZMA2: chunks of LZMA or of stored bytes, each with its lengths; the form of LZMA inside of xz.
import { decodeUntil, resetLzma } from './decode'
import { at as rangeAt, finishRange, isPastEnd, startRange } from './range'
import { CORRUPT, OVERLONG, TRUNCATED } from './status'

/** Of the source, by the last call. */
let used: usize = 0

/** How many bytes of its source the last `lzma2_decode` used. */
export function lzma2_used(): usize {
  return used
}

/** Decodes up to the mark of the end; what follows in the source is the caller's. */
export function lzma2_decode(source: usize, sourceLength: usize, out: usize, outLength: usize, scratch: usize): i32 {
  const end = source + sourceLength
  const outEnd = out + outLength
  let at = source
  let to = out
  let first = out
  let properties: u32 = 0
  let needsDictionary = true
  let needsProperties = true
  while (true) {
    if (at >= end) return TRUNCATED
    const control = <u32>load<u8>(at++)
    if (control == 0) break
    if (control >= 0xe0 || control == 1) {
      first = to
      needsDictionary = false
      needsProperties = true
    }
    if (needsDictionary || (control < 0x80 && control > 2)) return CORRUPT
    if (end - at < 2) return TRUNCATED
    const low = <usize>bswap<u16>(load<u16>(at)) + 1
    at += 2
    if (control < 0x80) {
      if (low > end - at) return TRUNCATED
      if (low > outEnd - to) return OVERLONG
      memory.copy(to, at, low)
      at += low
      to += low
      continue
    }
    const length = (<usize>(control & 31) << 16) + low
    if (end - at < 3) return TRUNCATED
    const bytes = <usize>bswap<u16>(load<u16>(at)) + 1
    at += 2
    if (control >= 0xc0) {
      properties = load<u8>(at++)
      needsProperties = false
    }
    if (needsProperties) return CORRUPT
    if (control >= 0xa0 && !resetLzma(scratch, properties)) return CORRUPT
    if (bytes > end - at) return TRUNCATED
    if (length > outEnd - to) return OVERLONG
    if (!startRange(at, at + bytes)) return CORRUPT
    const result = decodeUntil(first, to, to + length, outEnd)
    if (result != 0 || !finishRange() || isPastEnd || rangeAt != at + bytes) return CORRUPT
    at += bytes
    to += length
  }
  used = at - source
  return <i32>(to - out)
}
