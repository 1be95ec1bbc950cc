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
  if (byPairs(end - a, length)) {
    buildPairs()
    pairRounds()
  } else {
    rounds()
  }
  return rest(0) | rest(24) | rest(48) | rest(72)
}

function byPairs(bytes: usize, length: usize): bool {
  return length > 2048 && bytes * 10 < length * 7
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

function rest(stream: usize): i32 {
  const bits = load<u64>(stream, streams)
  const start = load<u32>(stream, streams + 12)
  const left = (<i32>(load<u32>(stream, streams + 8) + 8 - start) << 3) - <i32>ctz(bits)
  return decodeRest(start, left, load<u32>(stream, streams + 16), load<u32>(stream, streams + 20))
}

/** Rounds for which there is room: each takes at most 7 bytes of a stream and gives up to `most`. */
// @ts-ignore: decorator
@inline
function roundsOf(stream: usize, at: usize, to: usize, most: u32): i32 {
  const taken = <i32>(at - load<u32>(stream, streams + 12)) / 7
  return min(taken, <i32>(load<u32>(stream, streams + 20) - to) / most)
}

/**
 * Four streams at once: each step of one waits for its own loads, so that four fill the time; two by two, as the states
 * of more do not stay in registers. A lowest bit of 1 in the
 * window of a stream tells, by how far it has moved up, how many bits were used.
 */
function rounds(): void {
  let bitsA = load<u64>(streams)
  let bitsB = load<u64>(streams, 24)
  let bitsC = load<u64>(streams, 48)
  let bitsD = load<u64>(streams, 72)
  let atA = <usize>load<u32>(streams, 8)
  let atB = <usize>load<u32>(streams, 32)
  let atC = <usize>load<u32>(streams, 56)
  let atD = <usize>load<u32>(streams, 80)
  let toA = <usize>load<u32>(streams, 16)
  let toB = <usize>load<u32>(streams, 40)
  let toC = <usize>load<u32>(streams, 64)
  let toD = <usize>load<u32>(streams, 88)
  let used: u32
  while (true) {
    const some = min(min(roundsOf(0, atA, toA, 5), roundsOf(24, atB, toB, 5)), min(roundsOf(48, atC, toC, 5), roundsOf(72, atD, toD, 5)))
    if (some <= 0) break
    const stop = toD + some * 5
    do {
      bitsA = step(bitsA, toA, 0)
      bitsA = step(bitsA, toA, 1)
      bitsA = step(bitsA, toA, 2)
      bitsA = step(bitsA, toA, 3)
      bitsA = step(bitsA, toA, 4)
      used = <u32>ctz(bitsA)
      atA -= used >> 3
      bitsA = window(atA, used & 7)
      bitsB = step(bitsB, toB, 0)
      bitsB = step(bitsB, toB, 1)
      bitsB = step(bitsB, toB, 2)
      bitsB = step(bitsB, toB, 3)
      bitsB = step(bitsB, toB, 4)
      used = <u32>ctz(bitsB)
      atB -= used >> 3
      bitsB = window(atB, used & 7)
      bitsC = step(bitsC, toC, 0)
      bitsC = step(bitsC, toC, 1)
      bitsC = step(bitsC, toC, 2)
      bitsC = step(bitsC, toC, 3)
      bitsC = step(bitsC, toC, 4)
      used = <u32>ctz(bitsC)
      atC -= used >> 3
      bitsC = window(atC, used & 7)
      bitsD = step(bitsD, toD, 0)
      bitsD = step(bitsD, toD, 1)
      bitsD = step(bitsD, toD, 2)
      bitsD = step(bitsD, toD, 3)
      bitsD = step(bitsD, toD, 4)
      used = <u32>ctz(bitsD)
      atD -= used >> 3
      bitsD = window(atD, used & 7)
      toA += 5
      toB += 5
      toC += 5
      toD += 5
    } while (toD < stop)
  }
  keep(0, bitsA, atA, toA)
  keep(24, bitsB, atB, toB)
  keep(48, bitsC, atC, toC)
  keep(72, bitsD, atD, toD)
}

/** The same by pairs: the streams do not go forward alike. */
function pairRounds(): void {
  let bitsA = load<u64>(streams)
  let bitsB = load<u64>(streams, 24)
  let bitsC = load<u64>(streams, 48)
  let bitsD = load<u64>(streams, 72)
  let atA = <usize>load<u32>(streams, 8)
  let atB = <usize>load<u32>(streams, 32)
  let atC = <usize>load<u32>(streams, 56)
  let atD = <usize>load<u32>(streams, 80)
  let toA = <usize>load<u32>(streams, 16)
  let toB = <usize>load<u32>(streams, 40)
  let toC = <usize>load<u32>(streams, 64)
  let toD = <usize>load<u32>(streams, 88)
  let used: u32
  let one: u64
  let two: u64
  while (true) {
    let some = min(min(roundsOf(0, atA, toA, 10), roundsOf(24, atB, toB, 10)), min(roundsOf(48, atC, toC, 10), roundsOf(72, atD, toD, 10)))
    if (some <= 0) break
    do {
      one = pairOf(bitsA)
      toA = put(toA, one)
      bitsA <<= one
      one = pairOf(bitsA)
      toA = put(toA, one)
      bitsA <<= one
      one = pairOf(bitsA)
      toA = put(toA, one)
      bitsA <<= one
      one = pairOf(bitsA)
      toA = put(toA, one)
      bitsA <<= one
      one = pairOf(bitsA)
      toA = put(toA, one)
      bitsA <<= one
      used = <u32>ctz(bitsA)
      atA -= used >> 3
      bitsA = window(atA, used & 7)
      one = pairOf(bitsB)
      toB = put(toB, one)
      bitsB <<= one
      one = pairOf(bitsB)
      toB = put(toB, one)
      bitsB <<= one
      one = pairOf(bitsB)
      toB = put(toB, one)
      bitsB <<= one
      one = pairOf(bitsB)
      toB = put(toB, one)
      bitsB <<= one
      one = pairOf(bitsB)
      toB = put(toB, one)
      bitsB <<= one
      used = <u32>ctz(bitsB)
      atB -= used >> 3
      bitsB = window(atB, used & 7)
      one = pairOf(bitsC)
      toC = put(toC, one)
      bitsC <<= one
      one = pairOf(bitsC)
      toC = put(toC, one)
      bitsC <<= one
      one = pairOf(bitsC)
      toC = put(toC, one)
      bitsC <<= one
      one = pairOf(bitsC)
      toC = put(toC, one)
      bitsC <<= one
      one = pairOf(bitsC)
      toC = put(toC, one)
      bitsC <<= one
      used = <u32>ctz(bitsC)
      atC -= used >> 3
      bitsC = window(atC, used & 7)
      one = pairOf(bitsD)
      toD = put(toD, one)
      bitsD <<= one
      one = pairOf(bitsD)
      toD = put(toD, one)
      bitsD <<= one
      one = pairOf(bitsD)
      toD = put(toD, one)
      bitsD <<= one
      one = pairOf(bitsD)
      toD = put(toD, one)
      bitsD <<= one
      one = pairOf(bitsD)
      toD = put(toD, one)
      bitsD <<= one
      used = <u32>ctz(bitsD)
      atD -= used >> 3
      bitsD = window(atD, used & 7)
    } while (--some > 0)
  }
  keep(0, bitsA, atA, toA)
  keep(24, bitsB, atB, toB)
  keep(48, bitsC, atC, toC)
  keep(72, bitsD, atD, toD)
}

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

// @ts-ignore: decorator
@inline
function keep(stream: usize, bits: u64, at: usize, to: usize): void {
  store<u64>(stream, bits, streams)
  store<u32>(stream, at, streams + 8)
  store<u32>(stream, to, streams + 16)
}

/** Writes the symbol on top of the bits to[k] and takes off its code. */
// @ts-ignore: decorator
@inline
function step(bits: u64, to: usize, k: usize): u64 {
  const code = <usize>(bits >> 53)
  store<u8>(to + k, load<u8>(code, symbols))
  return bits << <u64>load<u8>(code, lengths)
}

// @ts-ignore: decorator
@inline
function window(at: usize, used: u32): u64 {
  return (load<u64>(at) | 1) << used
}
