// Huffman-coded literals: the tree from its weights, and one or four streams decoded by it (RFC 8878, 4.2).
import { buildTable, countsLog, readCounts, stateShift } from './fse'
import { CORRUPT, TRUNCATED } from './status'

const mostBits: u32 = 11

/** For the next 11 bits: how many of them are a code, and its symbol. */
const lengths = memory.data(2048, 16)
const symbols = memory.data(2048, 16)
const weights = memory.data(256, 16)
const ranks = memory.data(16 * 4, 16)
const weightStates = memory.data(64 * 8, 16)

/** Reads a description and builds the tables of codes; returns how many bytes it took. */
export function readTree(source: usize, end: usize): i32 {
  if (source >= end) return TRUNCATED
  const head = <u32>load<u8>(source)
  const direct = head >= 128
  const bytes = <usize>(direct ? (head - 126) >> 1 : head)
  if (bytes >= end - source) return TRUNCATED
  const count: i32 = direct ? unpackWeights(source + 1, head - 127) : decodeWeights(source + 1, source + 1 + bytes)
  if (count < 0) return count
  return buildCodes(count) ? <i32>bytes + 1 : CORRUPT
}

/** Four bits each, the first in the upper half of a byte. */
function unpackWeights(source: usize, count: u32): i32 {
  for (let i: u32 = 0; i < count; i++) {
    const byte = load<u8>(source + (i >> 1))
    store<u8>(weights + i, i & 1 ? byte & 15 : byte >> 4)
  }
  return <i32>count
}

/** Two states take turns on one stream, until an update would need more bits than there are. */
function decodeWeights(source: usize, end: usize): i32 {
  const described = readCounts(source, end, 255, 6)
  if (described < 0) return described
  buildTable(weightStates, 0, 0)
  const start = source + described
  let left = streamBits(start, end)
  if (left < 0) return CORRUPT
  let a = weightStates + (peekBack(start, end, left, countsLog) << stateShift)
  left -= countsLog
  let b = weightStates + (peekBack(start, end, left, countsLog) << stateShift)
  left -= countsLog
  if (left < 0) return CORRUPT
  for (let count: u32 = 0; count < 254; ) {
    store<u8>(weights + count++, <u8>load<u32>(a, 4))
    const bits = <u32>load<u8>(a, 3)
    const next = <usize>load<u16>(a) + (peekBack(start, end, left, bits) << stateShift)
    left -= bits
    a = b
    b = next
    if (left < 0) {
      store<u8>(weights + count++, <u8>load<u32>(a, 4))
      return count
    }
  }
  return CORRUPT
}

/** `count` bits below a position of a stream that is read from its end; zeros before its start. */
function peekBack(start: usize, end: usize, left: i32, count: u32): u32 {
  let value: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const position = left - 1 - <i32>i
    const bit = position < 0 ? 0 : <u32>(load<u8>(start + (position >> 3)) >> <u8>(position & 7)) & 1
    value = (value << 1) | bit
  }
  return value
}

/** Bits before the mark that ends every stream: the highest one of its last byte. Negative where there is none. */
function streamBits(start: usize, end: usize): i32 {
  if (start >= end) return -1
  const last = <u32>load<u8>(end - 1)
  if (last == 0) return -1
  return <i32>((end - start) << 3) - (<i32>clz(last) - 24) - 1
}

/** A symbol of weight w has 2^(w-1) of the codes of full length; the last weight is what is left to a power of two. */
function buildCodes(count: u32): bool {
  memory.fill(ranks, 0, 64)
  let sum: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const weight = <u32>load<u8>(weights + i)
    if (weight > mostBits) return false
    store<u32>(ranks + (weight << 2), load<u32>(ranks + (weight << 2)) + 1)
    sum += (1 << weight) >> 1
  }
  if (sum == 0 || count > 255) return false
  const bits = <u32>(32 - clz(sum))
  const rest = (<u32>1 << bits) - sum
  if (bits > mostBits || (rest & (rest - 1)) != 0) return false
  const lastWeight = <u32>(32 - clz(rest))
  store<u8>(weights + count, <u8>lastWeight)
  store<u32>(ranks + (lastWeight << 2), load<u32>(ranks + (lastWeight << 2)) + 1)
  fillCodes(count + 1, bits)
  return true
}

/** Codes in order of weight, then of symbol, each repeated for all bits that may follow it. */
function fillCodes(count: u32, bits: u32): void {
  let start: u32 = 0
  for (let weight: u32 = 1; weight <= bits; weight++) {
    const here = load<u32>(ranks + (weight << 2))
    store<u32>(ranks + (weight << 2), start)
    start += here << (weight - 1 + mostBits - bits)
  }
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const weight = <u32>load<u8>(weights + symbol)
    if (weight == 0) continue
    const first = load<u32>(ranks + (weight << 2))
    const length: u32 = 1 << (weight - 1 + mostBits - bits)
    store<u32>(ranks + (weight << 2), first + length)
    memory.fill(lengths + first, <u8>(bits + 1 - weight), length)
    memory.fill(symbols + first, <u8>symbol, length)
  }
}

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

/**
 * Four streams at once: each step of one waits for its own loads, so that four fill the time; two by two, as the states
 * of more do not stay in registers. A lowest bit of 1 in the
 * window of a stream tells, by how far it has moved up, how many bits were used.
 */
export function decodeFour(source: usize, end: usize, out: usize, length: usize): i32 {
  if (end - source < 10) return TRUNCATED
  const a = source + 6
  const b = a + load<u16>(source)
  const c = b + load<u16>(source, 2)
  const d = c + load<u16>(source, 4)
  if (d >= end) return TRUNCATED
  const segment = (length + 3) >> 2
  if (segment * 3 > length) return CORRUPT
  let leftA = streamBits(a, b)
  let leftB = streamBits(b, c)
  let leftC = streamBits(c, d)
  let leftD = streamBits(d, end)
  if ((leftA | leftB | leftC | leftD) < 0) return CORRUPT

  let atA = b - 8
  let atB = c - 8
  let atC = d - 8
  let atD = end - 8
  let bitsA = window(atA, <u32>((b - a) << 3) - leftA)
  let bitsB = window(atB, <u32>((c - b) << 3) - leftB)
  let bitsC = window(atC, <u32>((d - c) << 3) - leftC)
  let bitsD = window(atD, <u32>((end - d) << 3) - leftD)
  let used: u32
  let toA = out
  let toB = out + segment
  let toC = toB + segment
  let toD = toC + segment
  const outEnd = out + length
  while (true) {
    // A round takes at most 7 bytes of each stream and gives 5 of each; the last has the least room.
    let rounds = <isize>(outEnd - toD) / 5
    rounds = min(rounds, <isize>(atA - a) / 7)
    rounds = min(rounds, <isize>(atB - b) / 7)
    rounds = min(rounds, <isize>(atC - c) / 7)
    rounds = min(rounds, <isize>(atD - d) / 7)
    if (rounds <= 0) break
    const stop = toD + rounds * 5
    do {
      bitsA = step(bitsA, toA, 0)
      bitsB = step(bitsB, toB, 0)
      bitsA = step(bitsA, toA, 1)
      bitsB = step(bitsB, toB, 1)
      bitsA = step(bitsA, toA, 2)
      bitsB = step(bitsB, toB, 2)
      bitsA = step(bitsA, toA, 3)
      bitsB = step(bitsB, toB, 3)
      bitsA = step(bitsA, toA, 4)
      bitsB = step(bitsB, toB, 4)
      used = <u32>ctz(bitsA)
      atA -= used >> 3
      bitsA = window(atA, used & 7)
      used = <u32>ctz(bitsB)
      atB -= used >> 3
      bitsB = window(atB, used & 7)
      bitsC = step(bitsC, toC, 0)
      bitsD = step(bitsD, toD, 0)
      bitsC = step(bitsC, toC, 1)
      bitsD = step(bitsD, toD, 1)
      bitsC = step(bitsC, toC, 2)
      bitsD = step(bitsD, toD, 2)
      bitsC = step(bitsC, toC, 3)
      bitsD = step(bitsD, toD, 3)
      bitsC = step(bitsC, toC, 4)
      bitsD = step(bitsD, toD, 4)
      used = <u32>ctz(bitsC)
      atC -= used >> 3
      bitsC = window(atC, used & 7)
      used = <u32>ctz(bitsD)
      atD -= used >> 3
      bitsD = window(atD, used & 7)
      toA += 5
      toB += 5
      toC += 5
      toD += 5
    } while (toD < stop)
  }
  let status = decodeRest(a, bitsLeft(a, atA, bitsA), toA, out + segment)
  status |= decodeRest(b, bitsLeft(b, atB, bitsB), toB, out + 2 * segment)
  status |= decodeRest(c, bitsLeft(c, atC, bitsC), toC, out + 3 * segment)
  status |= decodeRest(d, bitsLeft(d, atD, bitsD), toD, outEnd)
  return status
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

// @ts-ignore: decorator
@inline
function bitsLeft(start: usize, at: usize, bits: u64): i32 {
  return (<i32>(at + 8 - start) << 3) - <i32>ctz(bits)
}
