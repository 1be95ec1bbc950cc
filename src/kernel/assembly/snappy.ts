// One block of Snappy: its length as a varint, then literals and copies. No byte outside of the ranges is touched.
import { copyWithin, repeatWithin } from './copy'

const TRUNCATED = -1
const OVERLONG = -2
const BAD_OFFSET = -3
/** The block ends before or after the length that it tells. */
const BAD_LENGTH = -4

export function snappy_decode(source: usize, sourceLength: usize, out: usize, outLength: usize): i32 {
  const end = source + sourceLength
  let at = source
  let told: u64 = 0
  for (let shift: u64 = 0; ; shift += 7) {
    if (at >= end || shift > 28) return TRUNCATED
    const byte = <u64>load<u8>(at++)
    told |= (byte & 127) << shift
    if (byte < 128) break
  }
  if (told > <u64>outLength) return OVERLONG
  const outEnd = out + <usize>told
  let to = out
  while (at < end) {
    const tag = <usize>load<u8>(at++)
    const kind = tag & 3
    let length = (tag >> 2) + 1
    // Bytes behind the tag: the length of long literals, else the offset.
    const extra: usize = kind == 0 ? (length > 60 ? length - 60 : 0) : kind == 3 ? 4 : kind
    if (extra > end - at) return TRUNCATED
    let value: usize = 0
    for (let i = extra; i > 0; i--) value = (value << 8) | load<u8>(at + i - 1)
    at += extra
    if (kind == 0) {
      if (extra) length = value + 1
      if (length == 0 || length > end - at) return TRUNCATED
      if (length > outEnd - to) return BAD_LENGTH
      copyWithin(to, at, length, end, outEnd)
      at += length
    } else {
      if (kind == 1) {
        value |= (tag >> 5) << 8
        length = ((tag >> 2) & 7) + 4
      }
      if (value - 1 >= to - out) return BAD_OFFSET
      if (length > outEnd - to) return BAD_LENGTH
      repeatWithin(to, value, length, outEnd)
    }
    to += length
  }
  return to == outEnd ? <i32>(to - out) : BAD_LENGTH
}
