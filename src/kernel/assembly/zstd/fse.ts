// Finite state entropy: the description of a distribution, and the table of states that decodes it (RFC 8878, 4.1).
import { CORRUPT, TRUNCATED } from './status'

/** Probabilities of the distribution read last: i16 each, -1 = less than one. */
export const counts = memory.data(256 * 2, 16)
/** Number of probabilities there, and the logarithm of their sum. */
export let countsLength: u32 = 0
export let countsLog: u32 = 0

const nexts = memory.data(256 * 2, 16)
const symbols = memory.data(512, 16)

/**
 * The tables of states, one behind the other. A state has 16 bytes: u16 the first of the next states; u16 mask of what
 * the stream adds to that; u8 bits of the stream for it. Then what belongs to the symbol: u8 extra bits of its value, i16
 * a mark, u32 base of the value, u32 mask of the extra bits. A state is named by the bytes before it.
 */
export const states = memory.data((512 + 512 + 256 + 64) * 16, 16)
export const stateShift: u32 = 4

/** Reads a distribution into `counts`; returns how many bytes it took. */
export function readCounts(source: usize, end: usize, mostSymbol: u32, mostLog: u32): i32 {
  let position: u32 = 4
  const log = peekForward(source, end, 0) & 15
  countsLog = log + 5
  if (countsLog > mostLog) return CORRUPT
  let width = countsLog + 1
  let threshold: i32 = 1 << countsLog
  let remaining = threshold + 1
  let symbol: u32 = 0
  while (remaining > 1 && symbol <= mostSymbol) {
    const bits = <i32>peekForward(source, end, position)
    const spare = 2 * threshold - 1 - remaining
    let count = bits & (threshold - 1)
    if (count < spare) {
      position += width - 1
    } else {
      count = bits & (2 * threshold - 1)
      if (count >= threshold) count -= spare
      position += width
    }
    count--
    remaining -= count < 0 ? -count : count
    store<i16>(counts + (symbol++ << 1), <i16>count)
    if (count == 0) {
      let repeats: u32
      do {
        repeats = peekForward(source, end, position) & 3
        position += 2
        if (symbol + repeats > mostSymbol + 1) return CORRUPT
        for (let i: u32 = 0; i < repeats; i++) store<i16>(counts + (symbol++ << 1), 0)
      } while (repeats == 3)
    }
    while (remaining < threshold && threshold > 1) {
      width--
      threshold >>= 1
    }
  }
  if (remaining != 1) return CORRUPT
  countsLength = symbol
  const bytes = <usize>((position + 7) >> 3)
  return bytes > end - source ? TRUNCATED : <i32>bytes
}

/** 24 bits from a position on; zeros after the end. */
function peekForward(source: usize, end: usize, position: u32): u32 {
  let at = source + (position >> 3)
  let bits: u32 = 0
  for (let shift: u32 = 0; shift < 32 && at < end; shift += 8) bits |= <u32>load<u8>(at++) << shift
  return bits >> (position & 7)
}

/** Builds the table of `counts`. Values of symbols: 16 bytes each, which their states share, or the symbols where 0. */
export function buildTable(table: u32, values: usize): void {
  const size: u32 = 1 << countsLog
  spread(size)
  for (let state: u32 = 0; state < size; state++) {
    const symbol = <u32>load<u8>(symbols + state)
    const next = <u32>load<u16>(nexts + (symbol << 1))
    store<u16>(nexts + (symbol << 1), <u16>(next + 1))
    const bits = countsLog - (31 - clz(next))
    const value = values + (symbol << 4)
    const entry = states + table + (state << stateShift)
    const to = table + (((next << bits) - size) << stateShift)
    const mask = (((<u32>1) << bits) - 1) << stateShift
    store<u64>(entry, (values ? load<u64>(value) : 0) | (to | (mask << 16)) | (<u64>bits << 32))
    store<u64>(entry, values ? load<u64>(value, 8) : symbol, 8)
  }
}

/** Gives each symbol its states: rare ones at the end, the others by a fixed stride. */
function spread(size: u32): void {
  let high = size - 1
  for (let symbol: u32 = 0; symbol < countsLength; symbol++) {
    const count = <i32>load<i16>(counts + (symbol << 1))
    if (count < 0) store<u8>(symbols + high--, <u8>symbol)
    store<u16>(nexts + (symbol << 1), <u16>(count < 0 ? 1 : count))
  }
  const step = (size >> 1) + (size >> 3) + 3
  let position: u32 = 0
  for (let symbol: u32 = 0; symbol < countsLength; symbol++) {
    for (let i: i32 = load<i16>(counts + (symbol << 1)); i > 0; i--) {
      store<u8>(symbols + position, <u8>symbol)
      do position = (position + step) & (size - 1)
      while (position > high)
    }
  }
}

/** A table of one state that never changes; its logarithm is 0. */
export function buildSingle(table: u32, value: usize): void {
  v128.store(states + table, v128.load(value))
  store<u16>(states + table, <u16>table)
}

/** Takes one of the distributions that the format defines. */
export function useCounts(from: usize, length: u32, log: u32): void {
  countsLength = length
  countsLog = log
  for (let i: u32 = 0; i < length; i++) store<i16>(counts + (i << 1), <i16>load<i8>(from + i))
}

/** The value of a state's symbol, whose extra bits are the last of those used. */
// @ts-ignore: decorator
@inline
export function valueOf(state: usize, word: u64, used: u64): u32 {
  return load<u32>(state, states + 8) + (<u32>rotl(word, used) & load<u32>(state, states + 12))
}

/** Where the last bits used lead from a state. */
// @ts-ignore: decorator
@inline
export function nextState(state: usize, word: u64, used: u64): usize {
  return load<u16>(state, states) + (<usize>rotl(word, used + stateShift) & load<u16>(state, states + 2))
}
