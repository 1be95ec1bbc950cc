// One stream of BloscLZ: runs of literals, and matches of up to 13 bits (near) or 16 more (far) of distance. Blosc's own
// compressor, a descendant of FastLZ. No byte outside of the ranges is touched.
import { copyWithin, repeatWithin } from './copy'

const TRUNCATED = -1
const OVERLONG = -2
const BAD_OFFSET = -3

/** Distances from here on take two bytes more. */
const farthest: usize = 8191

export function blosclz_decode(source: usize, sourceLength: usize, out: usize, outLength: usize): i32 {
  const end = source + sourceLength
  const outEnd = out + outLength
  let at = source
  let to = out
  // The first instruction is always literals: its upper bits tell the version.
  let isFirst = true
  while (at < end) {
    const control = <usize>load<u8>(at++) & (isFirst ? 31 : 255)
    isFirst = false
    if (control < 32) {
      const length = control + 1
      if (length > end - at) return TRUNCATED
      if (length > outEnd - to) return OVERLONG
      copyWithin(to, at, length, end, outEnd)
      at += length
      to += length
      continue
    }
    let length = (control >> 5) + 2
    if (length == 9) {
      let byte: usize
      do {
        if (at >= end) return TRUNCATED
        byte = load<u8>(at++)
        length += byte
        if (length > outEnd - to) return OVERLONG
      } while (byte == 255)
    }
    if (at >= end) return TRUNCATED
    let distance = ((control & 31) << 8) + load<u8>(at++)
    if (distance == farthest) {
      if (end - at < 2) return TRUNCATED
      distance += (<usize>load<u8>(at) << 8) + load<u8>(at, 1)
      at += 2
    }
    distance++
    if (distance > to - out) return BAD_OFFSET
    if (length > outEnd - to) return OVERLONG
    repeatWithin(to, distance, length, outEnd)
    to += length
  }
  return <i32>(to - out)
}
