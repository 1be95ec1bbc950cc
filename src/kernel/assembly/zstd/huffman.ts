// The tree of Huffman-coded literals, from its weights to a table of codes (RFC 8878, 4.2.1). streams.ts decodes by it.
import { buildTable, countsLog, readCounts, stateShift, states } from './fse'
import { CORRUPT, TRUNCATED } from './status'

/** Codes have at most so many bits. */
export const mostBits: u32 = 11

/** For the next 11 bits: how many of them are a code, and its symbol. */
export const lengths = memory.data(2048, 16)
export const symbols = memory.data(2048, 16)
const weights = memory.data(256, 16)
const ranks = memory.data(16 * 4, 16)
/** Behind the tables of sequences. */
const weightStates: u32 = (512 + 512 + 256) * 16

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
  buildTable(weightStates, 0)
  const start = source + described
  let left = streamBits(start, end)
  if (left < 0) return CORRUPT
  let a = weightStates + (peekBack(start, left, countsLog) << stateShift)
  left -= countsLog
  let b = weightStates + (peekBack(start, left, countsLog) << stateShift)
  left -= countsLog
  if (left < 0) return CORRUPT
  for (let count: u32 = 0; count < 254; ) {
    store<u8>(weights + count++, <u8>load<u32>(a, states + 8))
    const bits = <u32>load<u8>(a, states + 4)
    const next = <usize>load<u16>(a, states) + (peekBack(start, left, bits) << stateShift)
    left -= bits
    a = b
    b = next
    if (left < 0) {
      store<u8>(weights + count++, <u8>load<u32>(a, states + 8))
      return count
    }
  }
  return CORRUPT
}

/** `count` bits below a position of a stream that is read from its end; zeros before its start. Loads up to 8 bytes before it. */
function peekBack(start: usize, left: i32, count: u32): u32 {
  if (left <= 0) return 0
  const word = load<u64>(start + ((left + 7) >> 3) - 8) << ((8 - left) & 7)
  const missing = max(<i32>count - left, 0)
  return <u32>(((word >> 1) >> (63 - count)) >> missing) << missing
}

/** Bits before the mark that ends every stream: the highest one of its last byte. Negative where there is none. */
export function streamBits(start: usize, end: usize): i32 {
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
    fill(lengths + first, <u8>(bits + 1 - weight), length)
    fill(symbols + first, <u8>symbol, length)
  }
}

/** Fills a few bytes, or a power of two of them from 16 on: `memory.fill` is a call out of the module. */
// @ts-ignore: decorator
@inline
function fill(to: usize, byte: u8, length: usize): void {
  if (length < 16) {
    for (let i: usize = 0; i < length; i++) store<u8>(to + i, byte)
  } else {
    const bytes = i8x16.splat(byte)
    for (let i: usize = 0; i < length; i += 16) v128.store(to + i, bytes)
  }
}
