// The sequences of a block: each a run of literals and a match, decoded and carried out in one loop (RFC 8878, 3.1.1.3.2).
import { copyForward, repeatExactly, repeatLong } from '../copy'
import { buildSingle, buildTable, countsLog, readCounts, stateShift, useCounts } from './fse'
import { literals, literalsLength } from './literals'
import { CORRUPT, OVERLONG, TRUNCATED } from './status'

// The three kinds of numbers that are coded: lengths of literals, offsets, lengths of matches.

// prettier-ignore
const literalBases = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048,
  4096, 8192, 16384, 32768, 65536,
])
// prettier-ignore
const literalExtras = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
])
// prettier-ignore
const literalCounts = memory.data<i8>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
])
// prettier-ignore
const matchBases = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
  35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
])
// prettier-ignore
const matchExtras = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3,
  4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
])
// prettier-ignore
const matchCounts = memory.data<i8>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
])
/** From code 2 on the base is less by 3, which leaves the offset itself: 1, 2 and 3 mean offsets of before. */
// prettier-ignore
const offsetBases = memory.data<u32>([
  0, 1, 1, 5, 13, 29, 61, 125, 253, 509, 1021, 2045, 4093, 8189, 16381, 32765, 65533, 131069, 262141, 524285, 1048573,
  2097149, 4194301, 8388605, 16777213, 33554429, 67108861, 134217725, 268435453, 536870909, 1073741821, 2147483645,
])
// prettier-ignore
const offsetExtras = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
])
// prettier-ignore
const offsetCounts = memory.data<i8>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
])

/** Tables that blocks bring, and those that the format defines. */
const literalStates = memory.data(512 * 8, 16)
const offsetStates = memory.data(256 * 8, 16)
const matchStates = memory.data(512 * 8, 16)
const literalDefault = memory.data(64 * 8, 16)
const offsetDefault = memory.data(32 * 8, 16)
const matchDefault = memory.data(64 * 8, 16)
let hasDefaults = false

// What stays from one block of a frame to the next: the tables (0 = none yet) and the last three offsets.
let literalTable: usize = 0
let literalLog: u32 = 0
let offsetTable: usize = 0
let offsetLog: u32 = 0
let matchTable: usize = 0
let matchLog: u32 = 0
let offset1: usize = 1
let offset2: usize = 4
let offset3: usize = 8

export function forgetSequences(): void {
  literalTable = offsetTable = matchTable = 0
  offset1 = 1
  offset2 = 4
  offset3 = 8
  if (hasDefaults) return
  hasDefaults = true
  useCounts(literalCounts, 36, 6)
  buildTable(literalDefault, literalBases, literalExtras)
  useCounts(offsetCounts, 29, 5)
  buildTable(offsetDefault, offsetBases, offsetExtras)
  useCounts(matchCounts, 53, 6)
  buildTable(matchDefault, matchBases, matchExtras)
}

/** Carries out the sequences of a block; returns how many bytes it wrote. Matches reach back to `first`. */
export function runSequences(source: usize, end: usize, first: usize, out: usize, outEnd: usize): i32 {
  if (source >= end) return TRUNCATED
  const head = <u32>load<u8>(source)
  const headBytes: usize = head < 128 ? 1 : head < 255 ? 2 : 3
  if (end - source < headBytes) return TRUNCATED
  const count: u32 =
    head < 128 ? head : head < 255 ? ((head - 128) << 8) + load<u8>(source, 1) : <u32>load<u16>(source, 1) + 0x7f00
  const at = source + headBytes
  if (count == 0) return at == end ? copyLiterals(literals, literals + literalsLength, out, outEnd) : CORRUPT
  const tables = readTables(at, end)
  return tables < 0 ? tables : decode(at + tables, end, count, first, out, outEnd)
}

function readTables(source: usize, end: usize): i32 {
  if (source >= end) return TRUNCATED
  const modes = <u32>load<u8>(source)
  if (modes & 3) return CORRUPT
  let at = source + 1
  let bytes = readTable(modes >> 6, at, end, literalStates, literalBases, literalExtras, 35, 9, literalTable, literalLog, literalDefault, 6)
  if (bytes < 0) return bytes
  literalTable = chosen
  literalLog = chosenLog
  at += bytes
  bytes = readTable((modes >> 4) & 3, at, end, offsetStates, offsetBases, offsetExtras, 31, 8, offsetTable, offsetLog, offsetDefault, 5)
  if (bytes < 0) return bytes
  offsetTable = chosen
  offsetLog = chosenLog
  at += bytes
  bytes = readTable((modes >> 2) & 3, at, end, matchStates, matchBases, matchExtras, 52, 9, matchTable, matchLog, matchDefault, 6)
  if (bytes < 0) return bytes
  matchTable = chosen
  matchLog = chosenLog
  at += bytes
  return <i32>(at - source)
}

let chosen: usize = 0
let chosenLog: u32 = 0

/** Chooses a table by its mode: defined by the format, one symbol, described here, or that of before. */
// prettier-ignore
function readTable(
  mode: u32, source: usize, end: usize, states: usize, bases: usize, extras: usize, mostSymbol: u32, mostLog: u32,
  before: usize, beforeLog: u32, defined: usize, definedLog: u32,
): i32 {
  chosen = states
  if (mode == 0) {
    chosen = defined
    chosenLog = definedLog
    return 0
  }
  if (mode == 3) {
    chosen = before
    chosenLog = beforeLog
    return before ? 0 : CORRUPT
  }
  if (mode == 1) {
    if (source >= end) return TRUNCATED
    const symbol = <u32>load<u8>(source)
    if (symbol > mostSymbol) return CORRUPT
    buildSingle(states, load<u32>(bases + (symbol << 2)), load<u8>(extras + symbol))
    chosenLog = 0
    return 1
  }
  const bytes = readCounts(source, end, mostSymbol, mostLog)
  if (bytes < 0) return bytes
  buildTable(states, bases, extras)
  chosenLog = countsLog
  return bytes
}

/** The highest `count` of the bits, also for 0. */
// @ts-ignore: decorator
@inline
function top(bits: u64, count: u64): usize {
  return <usize>((bits >> 1) >> (63 - count))
}

/** Sequences decoded before they are carried out: two loops of a dozen variables each keep them in registers. */
const batch: u32 = 256
/** Of each: u32 literals, u32 match, u32 offset. */
const pending = memory.data(256 * 12, 16)

/**
 * The stream is read from its end: `bits` has the unread ones on top, `used` counts those taken since the word at `at`
 * was loaded. 57 bits are there after a load, enough for a sequence unless its numbers have more than 30 extra bits.
 */
function decode(start: usize, end: usize, count: u32, first: usize, out: usize, outEnd: usize): i32 {
  const last = start < end ? <u32>load<u8>(end - 1) : 0
  if (last == 0) return CORRUPT
  const lowest = start - 8
  let recent1 = offset1
  let recent2 = offset2
  let recent3 = offset3

  let at = end - 8
  let used = <u64>(clz(last) - 23)
  let bits = load<u64>(at) << used
  let stateL = literalTable + (top(bits, literalLog) << stateShift)
  bits <<= literalLog
  let stateO = offsetTable + (top(bits, offsetLog) << stateShift)
  bits <<= offsetLog
  let stateM = matchTable + (top(bits, matchLog) << stateShift)
  used += literalLog + offsetLog + matchLog

  literal = literals
  let to = out
  while (true) {
    const some = min(count, batch)
    const stop = pending + some * 12
    for (let entry = pending; entry < stop; entry += 12) {
      at -= <usize>(used >> 3)
      used &= 7
      if (<isize>(at - lowest) < 0) return CORRUPT
      bits = load<u64>(at) << used
      const extraO = <u64>load<u8>(stateO, 2)
      const extraM = <u64>load<u8>(stateM, 2)
      const extraL = <u64>load<u8>(stateL, 2)
      const bitsO = <u64>load<u8>(stateO, 3)
      const bitsM = <u64>load<u8>(stateM, 3)
      const bitsL = <u64>load<u8>(stateL, 3)
      const baseL = <usize>load<u32>(stateL, 4)
      let offset = <usize>load<u32>(stateO, 4)
      const extra = extraO + extraM + extraL
      store<u32>(entry, load<u32>(stateM, 4) + top(bits << extraO, extraM), 4)
      let tail = bits << (extraO + extraM)
      used += extra
      if (extra > 30) {
        const before = used - extraL
        at -= <usize>(before >> 3)
        if (<isize>(at - lowest) < 0) return CORRUPT
        tail = load<u64>(at) << (before & 7)
        used = (before & 7) + extraL
      }
      store<u32>(entry, baseL + top(tail, extraL))
      if (extraO > 1) {
        offset += top(bits, extraO)
        recent3 = recent2
        recent2 = recent1
        recent1 = offset
      } else {
        // 0, 1 and 2 are the last three, one later where no literals come before: then 3 is the last less one.
        const which = offset + top(bits, extraO) + <usize>(baseL == 0)
        if (which == 0) {
          offset = recent1
        } else {
          offset = which == 1 ? recent2 : which == 2 ? recent3 : recent1 - 1
          if (which != 1) recent3 = recent2
          recent2 = recent1
          recent1 = offset
        }
      }
      store<u32>(entry, offset, 8)
      if (--count == 0) break
      // The way from state to state decides the speed: shifts by sums, not one after the other.
      const states = tail << extraL
      used += bitsL + bitsM + bitsO
      stateL = <usize>load<u16>(stateL) + (top(states, bitsL) << stateShift)
      stateM = <usize>load<u16>(stateM) + (top(states << bitsL, bitsM) << stateShift)
      stateO = <usize>load<u16>(stateO) + (top(states << (bitsL + bitsM), bitsO) << stateShift)
    }
    const written = carryOut(stop, first, to, outEnd)
    if (written < 0) return written
    to += written
    if (count == 0) break
  }
  if (((at + 8 - start) << 3) != <usize>used) return CORRUPT
  offset1 = recent1
  offset2 = recent2
  offset3 = recent3
  const rest = copyLiterals(literal, literals + literalsLength, to, outEnd)
  return rest < 0 ? rest : <i32>(to - out) + rest
}

/** The next literal that no sequence has used. */
let literal: usize = 0

/** Copies the literals and matches of the pending sequences; returns how many bytes they are. */
function carryOut(stop: usize, first: usize, out: usize, outEnd: usize): i32 {
  const outSafe = outEnd - out > 32 ? outEnd - 32 : out
  const end = literals + literalsLength
  let from = literal
  let to = out
  for (let entry = pending; entry < stop; entry += 12) {
    const run = <usize>load<u32>(entry)
    const length = <usize>load<u32>(entry, 4)
    const offset = <usize>load<u32>(entry, 8)
    if (run > end - from) return CORRUPT
    if (to > outSafe || run + length > outSafe - to) {
      if (run + length > outEnd - to) return OVERLONG
      memory.copy(to, from, run)
      to += run
      if (offset - 1 >= to - first) return CORRUPT
      repeatExactly(to, offset, length, outEnd)
    } else {
      v128.store(to, v128.load(from))
      if (run > 16) copyForward(to + 16, from + 16, run - 16)
      to += run
      if (offset - 1 >= to - first) return CORRUPT
      if (offset >= 16) {
        v128.store(to, v128.load(to - offset))
        if (length > 16) copyForward(to + 16, to + 16 - offset, length - 16)
      } else {
        repeatLong(to, offset, length)
      }
    }
    from += run
    to += length
  }
  literal = from
  return <i32>(to - out)
}

/** Literals that no match follows. */
function copyLiterals(from: usize, end: usize, to: usize, outEnd: usize): i32 {
  const length = end - from
  if (length > outEnd - to) return OVERLONG
  memory.copy(to, from, length)
  return <i32>length
}
