// One or four streams of Huffman-coded literals (RFC 8878, 4.2.2).
import { lengths, streamBits, symbols } from './huffman'
import { buildPairs, pairs } from './pairs'
import { CORRUPT, TRUNCATED } from './status'

export function decodeOne(start: usize, end: usize, out: usize, length: usize): i32 {
  const left = streamBits(start, end)
  return left < 0 ? CORRUPT : decodeRest(start, left, out, out + length)
}

/** Decodes until the output is full; then no bit may be left. Loads reach up to 8 bytes before the start. */
function decodeRest(start: usize, left: i32, out: usize, outEnd: usize): i32 {
  let to = out
  while (to < outEnd) {
    if (left <= 0) return CORRUPT
    const byte = (left - 57) >> 3
    let bits = load<u64>(start + byte) << (64 - left + (byte << 3))
    // Five codes are 55 bits at most.
    const stop = min(outEnd, to + 5)
    while (to < stop) {
      const code = <usize>(bits >> 53)
      const length = load<u8>(code, lengths)
      bits <<= length
      left -= length
      store<u8>(to++, load<u8>(code, symbols))
    }
  }
  return left == 0 ? 0 : CORRUPT
}

/** Four streams: u64 bits, u32 where the word of them was loaded, u32 the start, u32 where the output goes, u32 its end. */
const streams = memory.data(4 * 24, 16)

/** Segments of the same length, the last one shorter. */
export function decodeFour(source: usize, end: usize, out: usize, length: usize): i32 {
  if (end - source < 10) return TRUNCATED
  const a = source + 6
  const b = a + load<u16>(source)
  const c = b + load<u16>(source, 2)
  const d = c + load<u16>(source, 4)
  if (d >= end) return TRUNCATED
  const segment = (length + 3) >> 2
  if (segment * 3 > length) return CORRUPT
  if (!open(0, a, b, out, segment) || !open(24, b, c, out + segment, segment)) return CORRUPT
  if (!open(48, c, d, out + 2 * segment, segment)) return CORRUPT
  if (!open(72, d, end, out + 3 * segment, length - 3 * segment)) return CORRUPT
  if (paysByPairs(end - a, length)) decodePairs()
  else decodeSingles(segment)
  return decodeEnd(0) | decodeEnd(24) | decodeEnd(48) | decodeEnd(72)
}

function open(stream: usize, start: usize, end: usize, to: usize, length: usize): bool {
  const left = streamBits(start, end)
  if (left < 0) return false
  const at = end - 8
  store<u64>(stream, window(at, <u32>((end - start) << 3) - left), streams)
  store<u32>(stream, at, streams + 8)
  store<u32>(stream, start, streams + 12)
  store<u32>(stream, to, streams + 16)
  store<u32>(stream, to + length, streams + 20)
  return true
}

/** The bits on from `at`. A lowest bit of 1 tells, by how far it has moved up, how many bits were used. */
// @ts-ignore: decorator
@inline
function window(at: usize, used: u32): u64 {
  return (load<u64>(at) | 1) << used
}

/** Whether codes are so short that two are often within 11 bits, and so many that the table of pairs pays. */
function paysByPairs(bytes: usize, length: usize): bool {
  return length > 2048 && (bytes << 3) < 5 * length
}

/**
 * The loops over four streams do five steps of one, then five of the next: each step waits for the one before, and while
 * one stream waits, the processor is at the next. Few values live in such an order, so that they stay in registers.
 * A round takes at most 7 bytes of each stream and fills at most 5 or 10 bytes of each segment.
 */
function decodeSingles(segment: usize): void {
  let bitsA = load<u64>(streams)
  let bitsB = load<u64>(streams, 24)
  let bitsC = load<u64>(streams, 48)
  let bitsD = load<u64>(streams, 72)
  let atA = <usize>load<u32>(streams, 8)
  let atB = <usize>load<u32>(streams, 32)
  let atC = <usize>load<u32>(streams, 56)
  let atD = <usize>load<u32>(streams, 80)
  let to = <usize>load<u32>(streams, 16)
  let used: u32
  while (true) {
    const some = min(min(roundsIn(0, atA), roundsIn(24, atB)), min(roundsIn(48, atC), roundsIn(72, atD)))
    // The last segment has the least room.
    const stop = to + 5 * min(some, roundsFor(72, to + 3 * segment, 5))
    if (stop <= to) break
    do {
      let here = to
      bitsA = step(bitsA, here, 0)
      bitsA = step(bitsA, here, 1)
      bitsA = step(bitsA, here, 2)
      bitsA = step(bitsA, here, 3)
      bitsA = step(bitsA, here, 4)
      used = <u32>ctz(bitsA)
      atA -= used >> 3
      bitsA = window(atA, used & 7)
      here += segment
      bitsB = step(bitsB, here, 0)
      bitsB = step(bitsB, here, 1)
      bitsB = step(bitsB, here, 2)
      bitsB = step(bitsB, here, 3)
      bitsB = step(bitsB, here, 4)
      used = <u32>ctz(bitsB)
      atB -= used >> 3
      bitsB = window(atB, used & 7)
      here += segment
      bitsC = step(bitsC, here, 0)
      bitsC = step(bitsC, here, 1)
      bitsC = step(bitsC, here, 2)
      bitsC = step(bitsC, here, 3)
      bitsC = step(bitsC, here, 4)
      used = <u32>ctz(bitsC)
      atC -= used >> 3
      bitsC = window(atC, used & 7)
      here += segment
      bitsD = step(bitsD, here, 0)
      bitsD = step(bitsD, here, 1)
      bitsD = step(bitsD, here, 2)
      bitsD = step(bitsD, here, 3)
      bitsD = step(bitsD, here, 4)
      used = <u32>ctz(bitsD)
      atD -= used >> 3
      bitsD = window(atD, used & 7)
      to += 5
    } while (to < stop)
  }
  keep(0, bitsA, atA, to)
  keep(24, bitsB, atB, to + segment)
  keep(48, bitsC, atC, to + 2 * segment)
  keep(72, bitsD, atD, to + 3 * segment)
}

/** Writes the symbol on top of the bits to[k] and takes off its code. */
// @ts-ignore: decorator
@inline
function step(bits: u64, to: usize, k: usize): u64 {
  const code = <usize>(bits >> 53)
  store<u8>(to + k, load<u8>(code, symbols))
  return bits << <u64>load<u8>(code, lengths)
}

/** The same by pairs: the segments do not grow alike. */
function decodePairs(): void {
  buildPairs()
  let bitsA = load<u64>(streams)
  let bitsB = load<u64>(streams, 24)
  let bitsC = load<u64>(streams, 48)
  let bitsD = load<u64>(streams, 72)
  let toA = <usize>load<u32>(streams, 16)
  let toB = <usize>load<u32>(streams, 40)
  let toC = <usize>load<u32>(streams, 64)
  let toD = <usize>load<u32>(streams, 88)
  let code: u64
  while (true) {
    let some = min(min(pairRounds(0, toA), pairRounds(24, toB)), min(pairRounds(48, toC), pairRounds(72, toD)))
    if (some <= 0) break
    do {
      code = pairOf(bitsA)
      toA = put(toA, code)
      bitsA <<= code
      code = pairOf(bitsA)
      toA = put(toA, code)
      bitsA <<= code
      code = pairOf(bitsA)
      toA = put(toA, code)
      bitsA <<= code
      code = pairOf(bitsA)
      toA = put(toA, code)
      bitsA <<= code
      code = pairOf(bitsA)
      toA = put(toA, code)
      bitsA <<= code
      bitsA = refill(0, bitsA)
      code = pairOf(bitsB)
      toB = put(toB, code)
      bitsB <<= code
      code = pairOf(bitsB)
      toB = put(toB, code)
      bitsB <<= code
      code = pairOf(bitsB)
      toB = put(toB, code)
      bitsB <<= code
      code = pairOf(bitsB)
      toB = put(toB, code)
      bitsB <<= code
      code = pairOf(bitsB)
      toB = put(toB, code)
      bitsB <<= code
      bitsB = refill(24, bitsB)
      code = pairOf(bitsC)
      toC = put(toC, code)
      bitsC <<= code
      code = pairOf(bitsC)
      toC = put(toC, code)
      bitsC <<= code
      code = pairOf(bitsC)
      toC = put(toC, code)
      bitsC <<= code
      code = pairOf(bitsC)
      toC = put(toC, code)
      bitsC <<= code
      code = pairOf(bitsC)
      toC = put(toC, code)
      bitsC <<= code
      bitsC = refill(48, bitsC)
      code = pairOf(bitsD)
      toD = put(toD, code)
      bitsD <<= code
      code = pairOf(bitsD)
      toD = put(toD, code)
      bitsD <<= code
      code = pairOf(bitsD)
      toD = put(toD, code)
      bitsD <<= code
      code = pairOf(bitsD)
      toD = put(toD, code)
      bitsD <<= code
      code = pairOf(bitsD)
      toD = put(toD, code)
      bitsD <<= code
      bitsD = refill(72, bitsD)
    } while (--some > 0)
  }
  keep(0, bitsA, load<u32>(streams, 8), toA)
  keep(24, bitsB, load<u32>(streams, 32), toB)
  keep(48, bitsC, load<u32>(streams, 56), toC)
  keep(72, bitsD, load<u32>(streams, 80), toD)
}

/** The entry of the codes on top of the bits. */
// @ts-ignore: decorator
@inline
function pairOf(bits: u64): u64 {
  return load<u32>(<usize>(bits >> 51) & 0x1ffc, pairs)
}

/** Writes the symbols of an entry; returns where the next ones go. */
// @ts-ignore: decorator
@inline
function put(to: usize, entry: u64): usize {
  store<u16>(to, <u16>(entry >> 8))
  return to + <usize>(entry >> 24)
}

/** Loads the next bits; where they lie is kept in memory, as registers are few. */
// @ts-ignore: decorator
@inline
function refill(stream: usize, bits: u64): u64 {
  const used = <u32>ctz(bits)
  const at = load<u32>(stream, streams + 8) - (used >> 3)
  store<u32>(stream, at, streams + 8)
  return window(at, used & 7)
}

// @ts-ignore: decorator
@inline
function pairRounds(stream: usize, to: usize): i32 {
  return min(roundsIn(stream, load<u32>(stream, streams + 8)), roundsFor(stream, to, 10))
}

/** Rounds for which a stream has bytes. */
// @ts-ignore: decorator
@inline
function roundsIn(stream: usize, at: usize): i32 {
  return <i32>(at - load<u32>(stream, streams + 12)) / 7
}

/** Rounds for which its segment has room. */
// @ts-ignore: decorator
@inline
function roundsFor(stream: usize, to: usize, most: i32): i32 {
  return <i32>(load<u32>(stream, streams + 20) - to) / most
}

// @ts-ignore: decorator
@inline
function keep(stream: usize, bits: u64, at: usize, to: usize): void {
  store<u64>(stream, bits, streams)
  store<u32>(stream, at, streams + 8)
  store<u32>(stream, to, streams + 16)
}

/** What is left of a stream after the rounds. */
function decodeEnd(stream: usize): i32 {
  const start = <usize>load<u32>(stream, streams + 12)
  const past = <usize>load<u32>(stream, streams + 8) + 8
  const left = <i32>((past - start) << 3) - <i32>ctz(load<u64>(stream, streams))
  return decodeRest(start, left, load<u32>(stream, streams + 16), load<u32>(stream, streams + 20))
}
