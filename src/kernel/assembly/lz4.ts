// One LZ4 block: sequences of a token, literals, an offset and a match length. Far from the ends of both ranges whole
// vectors are moved where fewer bytes are needed; near them everything is exact. No byte outside of the ranges is touched.
import { copyApart, copyForward, repeatExactly, repeatLong, repeats, steps } from './copy'

/** A sequence is incomplete, or is longer than what remains. */
const TRUNCATED = -1
/** More bytes than `outLength`. */
const OVERLONG = -2
/** A match that begins before the output. */
const BAD_OFFSET = -3

/** The least room that an iteration of the fast loop may use without looking: 1 + 14 literals (16 read) + 2. */
const sourceMargin: usize = 36
/** 14 literals, then a match of 18 bytes that is written as 32. */
const outMargin: usize = 64

/** Stops when it has `enough` bytes of output, and may have more then; what comes after them is not looked at. */
export function lz4_decode(source: usize, sourceLength: usize, out: usize, outLength: usize, enough: usize): i32 {
  const end = source + sourceLength
  const outEnd = out + outLength
  const outEnough = out + enough
  const safe = sourceLength > sourceMargin ? end - sourceMargin : source
  const outSafe = min(outEnough, outLength > outMargin ? outEnd - outMargin : out)
  let at = source
  let to = out

  while (at < safe && to < outSafe) {
    const sequence = at
    const sequenceTo = to
    const token = <usize>load<u8>(at++)
    let length = token >> 4
    if (length) {
      v128.store(to, v128.load(at))
      if (length == 15) {
        let byte: usize
        do {
          byte = load<u8>(at++)
          length += byte
        } while (byte == 255 && at < safe && length < outLength)
        if (at >= safe || length > <usize>(safe - at) || length >= outSafe - to) {
          at = sequence
          to = sequenceTo
          break
        }
        copyApart(to, at, length)
      }
      at += length
      to += length
    }
    const offset = <usize>load<u16>(at)
    at += 2
    if (offset - 1 >= to - out) return BAD_OFFSET
    length = token & 15
    if (length == 15) {
      let byte: usize
      do {
        if (at >= safe) break
        byte = load<u8>(at++)
        length += byte
      } while (byte == 255 && length < outLength)
      if (at >= safe || length >= outEnd - to || to + length >= outSafe) {
        at = sequence
        to = sequenceTo
        break
      }
      length += 4
      if (offset < 16) repeatLong(to, offset, length)
      else copyForward(to, to - offset, length)
    } else {
      // Offsets are hard to predict, so there is no branch on them: a row of whole repeats, for far ones one that
      // changes nothing, and the last two of 18 bytes from where the repeat has them again.
      const row = min(offset, 16)
      v128.store(to, v128.swizzle(v128.load(to - offset), v128.load(repeats + (row << 4))))
      store<u16>(to + 16, load<u16>(to + 16 - select(<usize>load<u8>(steps + row), offset, offset < 16)))
      length += 4
    }
    to += length
  }
  return decodeExactly(at, end, out, to, outEnd, outEnough)
}

/** The same, byte by byte where it must be: for the ends, and for small blocks. */
function decodeExactly(at: usize, end: usize, out: usize, to: usize, outEnd: usize, outEnough: usize): i32 {
  while (at < end && to < outEnough) {
    const token = <usize>load<u8>(at++)
    let length = token >> 4
    if (length == 15) {
      let byte: usize
      do {
        if (at >= end) return TRUNCATED
        byte = load<u8>(at++)
        length += byte
        if (length > outEnd - to) return OVERLONG
      } while (byte == 255)
    }
    if (length > end - at) return TRUNCATED
    if (length > outEnd - to) return OVERLONG
    memory.copy(to, at, length)
    at += length
    to += length
    if (at == end) break
    if (end - at < 2) return TRUNCATED
    const offset = <usize>load<u16>(at)
    at += 2
    if (offset - 1 >= to - out) return BAD_OFFSET
    length = token & 15
    if (length == 15) {
      let byte: usize
      do {
        if (at >= end) return TRUNCATED
        byte = load<u8>(at++)
        length += byte
        if (length > outEnd - to) return OVERLONG
      } while (byte == 255)
    }
    length += 4
    if (length > outEnd - to) return OVERLONG
    repeatExactly(to, offset, length, outEnd)
    to += length
  }
  return <i32>(to - out)
}
