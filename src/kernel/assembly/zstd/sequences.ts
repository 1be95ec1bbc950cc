// The sequences of a block: each a run of literals and a match (RFC 8878, 3.1.1.3.2).
import { copyForward, repeatExactly, repeatLong } from '../copy'
import { buildSingle, buildTable, countsLog, nextState, readCounts, stateShift, states, useCounts, valueOf } from './fse'
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
// prettier-ignore
const offsetCounts = memory.data<i8>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
])

/** What a state has of its symbol, see fse.ts. The mark of a literal length is 1 where it is 0. */
const literalValues = memory.data(36 * 16, 16)
const offsetValues = memory.data(32 * 16, 16)
const matchValues = memory.data(53 * 16, 16)
let hasValues = false

// Where their tables begin, see fse.ts.
const literalStates: u32 = 0
const matchStates: u32 = 512 * 16
const offsetStates: u32 = 1024 * 16

// What stays from one block of a frame to the next: the tables, of which these are the logarithms, and the last three
// offsets, in `offsets`.
const none: u32 = 32
let literalLog: u32 = none
let offsetLog: u32 = none
let matchLog: u32 = none

export function forgetSequences(): void {
  literalLog = offsetLog = matchLog = none
  offsets = i32x4(1, 4, 8, 0)
  if (hasValues) return
  hasValues = true
  for (let i: u32 = 0; i < 36; i++) {
    setValue(literalValues, i, load<u8>(literalExtras + i), i == 0 ? 1 : 0, load<u32>(literalBases + (i << 2)))
  }
  for (let i: u32 = 0; i < 53; i++) {
    setValue(matchValues, i, load<u8>(matchExtras + i), 0, load<u32>(matchBases + (i << 2)))
  }
  // From code 2 on the base is less by 3, which leaves the offset itself: 1, 2 and 3 mean offsets of before. Their mark
  // is by how much `newest` moves for them.
  for (let i: u32 = 0; i < 32; i++) setValue(offsetValues, i, i, i < 2 ? <i32>i : -4, i < 2 ? i : (1 << i) - 3)
}

function setValue(values: usize, symbol: u32, extra: u32, mark: i32, base: u32): void {
  const value = values + (symbol << 4)
  store<u8>(value, <u8>extra, 5)
  store<i16>(value, <i16>mark, 6)
  store<u32>(value, base, 8)
  store<u32>(value, (1 << extra) - 1, 12)
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
  let bytes = readTable(modes >> 6, at, end, literalStates, literalValues, 35, 9, literalLog, literalCounts, 36, 6)
  if (bytes < 0) return bytes
  literalLog = chosenLog
  at += bytes
  bytes = readTable((modes >> 4) & 3, at, end, offsetStates, offsetValues, 31, 8, offsetLog, offsetCounts, 29, 5)
  if (bytes < 0) return bytes
  offsetLog = chosenLog
  at += bytes
  bytes = readTable((modes >> 2) & 3, at, end, matchStates, matchValues, 52, 9, matchLog, matchCounts, 53, 6)
  if (bytes < 0) return bytes
  matchLog = chosenLog
  at += bytes
  return <i32>(at - source)
}

let chosenLog: u32 = 0
/** A bit for each table that is the one defined by the format, also from a frame before. */
let asDefined: u32 = 0

/** Makes a table by its mode: defined by the format, one symbol, described here, or that of before. */
// prettier-ignore
function readTable(
  mode: u32, source: usize, end: usize, table: u32, values: usize, mostSymbol: u32, mostLog: u32,
  before: u32, defined: usize, definedLength: u32, definedLog: u32,
): i32 {
  if (mode == 3) {
    chosenLog = before
    return before == none ? CORRUPT : 0
  }
  const bit: u32 = 1 << (table >> 13)
  if (mode == 0) {
    chosenLog = definedLog
    if (asDefined & bit) return 0
    useCounts(defined, definedLength, definedLog)
    buildTable(table, values)
    asDefined |= bit
    return 0
  }
  asDefined &= ~bit
  if (mode == 1) {
    if (source >= end) return TRUNCATED
    const symbol = <u32>load<u8>(source)
    if (symbol > mostSymbol) return CORRUPT
    buildSingle(table, values + (symbol << 4))
    chosenLog = 0
    return 1
  }
  const bytes = readCounts(source, end, mostSymbol, mostLog)
  if (bytes < 0) return bytes
  buildTable(table, values)
  chosenLog = countsLog
  return bytes
}

/** Sequences decoded before they are carried out: two loops of few variables each keep them in registers. */
const batch: usize = 256
/** Of each: u32 literals, u32 match, u32 offset, u32 zero. A batch ends where these do. */
const pending = memory.data(256 * 16, 16)
const pendingEnd = pending + batch * 16
/** The last three offsets, and a word that does not count. */
let offsets = i32x4(1, 4, 8, 0)
/** The offsets of a batch that were new, the last one first, down from those of before. */
const recent = memory.data(260 * 4, 16)
const recentEnd = recent + batch * 4

// What stays from one batch to the next: the stream, the states, the next literal that no sequence has used, and where
// the output goes on.
let lowest: usize = 0
let at: usize = 0
let used: u64 = 0
let stateL: usize = 0
let stateM: usize = 0
let stateO: usize = 0
let literal: usize = 0
let target: usize = 0

/**
 * Decodes sequences and carries them out, batch by batch. The loops over a batch call nothing: what lives across a call
 * does not stay in registers.
 */
function decode(start: usize, end: usize, count: usize, first: usize, out: usize, outEnd: usize): i32 {
  if (!begin(start, end)) return CORRUPT
  const literalsEnd = literals + literalsLength
  literal = literals
  target = out
  for (let left = count; left > batch; left -= batch) {
    if (!decodeBatch(pending)) return CORRUPT
    const stopped = copySafely(pending, first, literalsEnd, max(target, outEnd - 32))
    const status = copyCarefully(stopped, first, literalsEnd, outEnd)
    if (status < 0) return status
    goOn()
  }
  const rest = pendingEnd - (((count - 1) % batch + 1) << 4)
  if (!decodeBatch(rest) || ((at + 8 - start) << 3) != <usize>used) return CORRUPT
  const stopped = copySafely(rest, first, literalsEnd, max(target, outEnd - 32))
  const status = copyCarefully(stopped, first, literalsEnd, outEnd)
  if (status < 0) return status
  const written = copyLiterals(literal, literalsEnd, target, outEnd)
  return written < 0 ? written : <i32>(target - out) + written
}

/** Reads the first states. */
function begin(start: usize, end: usize): bool {
  const last = start < end ? <u32>load<u8>(end - 1) : 0
  if (last == 0) return false
  lowest = start - 8
  at = end - 8
  const word = load<u64>(at)
  used = <u64>(clz(last) - 23) + literalLog
  stateL = literalStates + firstState(word, used, literalLog)
  used += offsetLog
  stateO = offsetStates + firstState(word, used, offsetLog)
  used += matchLog
  stateM = matchStates + firstState(word, used, matchLog)
  return true
}

// @ts-ignore: decorator
@inline
function firstState(word: u64, used: u64, log: u32): usize {
  return (<usize>rotl(word, used) & ((1 << log) - 1)) << stateShift
}

/** Steps to the next states, as `decodeBatch` does between two sequences. */
function goOn(): void {
  const word = load<u64>(at)
  used += load<u8>(stateL, states + 4)
  stateL = nextState(stateL, word, used)
  used += load<u8>(stateM, states + 4)
  stateM = nextState(stateM, word, used)
  used += load<u8>(stateO, states + 4)
  stateO = nextState(stateO, word, used)
}

/**
 * Decodes the pending sequences from an entry on. The stream is read from its end: `word` was loaded at `at`, of its bits
 * `used` are taken, from the top. Turning the word left by them puts the ones taken last at its low end. 57 bits are there
 * after a load, enough for a sequence unless its lengths have many extra bits.
 */
function decodeBatch(start: usize): bool {
  const low = lowest
  let from = at
  let taken = used
  let l = stateL
  let m = stateM
  let o = stateO
  let newest = recentEnd
  v128.store(newest, offsets)
  let entry = start
  while (true) {
    from -= <usize>(taken >> 3)
    taken &= 7
    if (from < low) return false
    let word = load<u64>(from)
    taken += load<u8>(o, states + 5)
    const value = valueOf(o, word, taken)
    // Written in any case, and kept where it is a new offset: which sequences have one is hard to foresee.
    store<u32>(newest - 4, value)
    const mark = <i32>load<i16>(o, states + 6)
    newest += mark & -4
    // 0, 1 and 2 are the last three, one later where no literals come before: then 3 is the last less one.
    const isZero = <i32>load<i16>(l, states + 6)
    if (mark + isZero > 0) takeBefore(newest, value + isZero)
    store<u32>(entry, load<u32>(newest), 8)
    taken += load<u8>(m, states + 5)
    store<u32>(entry, valueOf(m, word, taken), 4)
    const extra = <u64>load<u8>(l, states + 5)
    taken += extra
    if (taken > 38) {
      const before = taken - extra
      from -= <usize>(before >> 3)
      if (from < low) return false
      word = load<u64>(from)
      taken = (before & 7) + extra
    }
    store<u32>(entry, valueOf(l, word, taken))
    entry += 16
    if (entry == pendingEnd) break
    taken += load<u8>(l, states + 4)
    l = nextState(l, word, taken)
    taken += load<u8>(m, states + 4)
    m = nextState(m, word, taken)
    taken += load<u8>(o, states + 4)
    o = nextState(o, word, taken)
  }
  offsets = v128.load(newest)
  at = from
  used = taken
  stateL = l
  stateM = m
  stateO = o
  return true
}

/** One of the last three offsets becomes the last; 3 is the last less one, 0 of which is found out later. */
// @ts-ignore: decorator
@inline
function takeBefore(newest: usize, which: u32): void {
  const last = load<u32>(newest)
  const taken = which == 3 ? last - 1 : load<u32>(newest + (which << 2))
  if (which != 1) store<u32>(newest, load<u32>(newest, 4), 8)
  store<u32>(newest, last, 4)
  store<u32>(newest, taken)
}

/**
 * Copies literals and matches from an entry on while whole vectors have room, up to `safe`; returns the entry where it
 * stopped. The literals end at `end`.
 */
function copySafely(start: usize, first: usize, end: usize, safe: usize): usize {
  let from = literal
  let to = target
  let entry = start
  for (; entry < pendingEnd; entry += 16) {
    const run = <usize>load<u32>(entry)
    const length = <usize>load<u32>(entry, 4)
    const offset = <usize>load<u32>(entry, 8)
    if (run > end - from) break
    if (run + length > safe - to) break
    if (offset - 1 >= to + run - first) break
    v128.store(to, v128.load(from))
    if (run > 16) copyForward(to + 16, from + 16, run - 16)
    from += run
    to += run
    if (offset >= 16) {
      v128.store(to, v128.load(to - offset))
      if (length > 16) copyForward(to + 16, to + 16 - offset, length - 16)
    } else {
      repeatLong(to, offset, length)
    }
    to += length
  }
  literal = from
  target = to
  return entry
}

/** Carries out the sequences from there on: an end is near, or something is wrong. */
function copyCarefully(start: usize, first: usize, end: usize, outEnd: usize): i32 {
  for (let entry = start; entry < pendingEnd; entry += 16) {
    const run = <usize>load<u32>(entry)
    const length = <usize>load<u32>(entry, 4)
    const offset = <usize>load<u32>(entry, 8)
    if (run > end - literal) return CORRUPT
    if (run + length > outEnd - target) return OVERLONG
    memory.copy(target, literal, run)
    literal += run
    target += run
    if (offset - 1 >= target - first) return CORRUPT
    repeatExactly(target, offset, length, outEnd)
    target += length
  }
  return 0
}

/** Literals that no match follows. */
function copyLiterals(from: usize, end: usize, to: usize, outEnd: usize): i32 {
  const length = end - from
  if (length > outEnd - to) return OVERLONG
  memory.copy(to, from, length)
  return <i32>length
}
