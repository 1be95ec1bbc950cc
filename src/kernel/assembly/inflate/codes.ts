// Huffman codes: checked as zlib checks them, and made into tables that tell what the next bits mean.
import { BAD_LENGTHS } from './status'

/** So many bits index the table of letters: of literals, lengths and the end. */
export const letterBits: u32 = 11
export const distanceBits: u32 = 10

/**
 * An entry. Bits 0 to 5: how many bits its code has together with the extra bits behind it; 8 to 12: those of the code,
 * and the two that are spare; from 16 on: a literal, or a length or distance to which the extra bits are added.
 */
export const LITERAL: u32 = 1 << 6
/** Neither literal, length nor distance. */
export const SPECIAL: u32 = 1 << 7
export const END: u32 = SPECIAL | (1 << 14)
/** Bits that are no code, or the code of a symbol that the format forbids. */
export const INVALID: u32 = SPECIAL | (1 << 15)
/** A table does not tell: the code is longer than its bits, or there is none. */
export const UNKNOWN: u32 = SPECIAL

/** What an entry has more for each bit of its code. */
const oneBit: u32 = 0x0101
const spareBits: u32 = 0x0200

// A set of codes, at an address: how many have each length, its symbols in the order of codes, their entries but for
// the lengths of codes.
const symbolsAt: usize = 32
const entriesAt: usize = symbolsAt + 288 * 2
export const codesRoom: usize = entriesAt + 288 * 4

export function setEntry(codes: usize, symbol: u32, value: u32, flags: u32, extraBits: u32): void {
  store<u32>(codes + entriesAt + (symbol << 2), (value << 16) | flags | spareBits | extraBits)
}

/** Where the next symbol with a code of each length comes. */
const places = memory.data(16 * 2, 16)

/**
 * Makes a set and its table of `bits` from the lengths of codes, a byte for each symbol. Where bits are left that mean
 * nothing, that is an error, unless `mayLack`: then there may be one code of one bit, or none.
 */
// prettier-ignore
export function buildCodes(
  codes: usize, table: usize, bits: u32, lengths: usize, symbols: u32, mayLack: bool,
): i32 {
  countLengths(codes, lengths, symbols)
  let left: i32 = 1
  let longest: u32 = 0
  let place: u32 = 0
  for (let length: u32 = 1; length < 16; length++) {
    const here = <u32>load<u16>(codes + (length << 1))
    left = (left << 1) - <i32>here
    if (left < 0) return BAD_LENGTHS
    store<u16>(places + (length << 1), <u16>place)
    place += here
    if (here) longest = length
  }
  if (left > 0) {
    if (!mayLack || longest > 1) return BAD_LENGTHS
    for (let i: usize = 0; i < <usize>1 << bits; i++) store<u32>(table + (i << 2), UNKNOWN)
  }
  sortSymbols(codes, lengths, symbols)
  if (longest > 0) fillTable(codes, table, bits)
  return 0
}

function countLengths(codes: usize, lengths: usize, symbols: u32): void {
  memory.fill(codes, 0, symbolsAt)
  for (let i: u32 = 0; i < symbols; i++) {
    const count = codes + (<usize>load<u8>(lengths + i) << 1)
    store<u16>(count, load<u16>(count) + 1)
  }
  store<u16>(codes, 0)
}

function sortSymbols(codes: usize, lengths: usize, symbols: u32): void {
  for (let i: u32 = 0; i < symbols; i++) {
    const length = <usize>load<u8>(lengths + i)
    if (length == 0) continue
    const place = <usize>load<u16>(places + (length << 1))
    store<u16>(places + (length << 1), <u16>(place + 1))
    store<u16>(codes + symbolsAt + (place << 1), <u16>i)
  }
}

/**
 * Writes each code once, with its bits reversed, into a table of as many bits as it has; before longer ones come, the
 * table is doubled.
 */
function fillTable(codes: usize, table: usize, bits: u32): void {
  const mask: u32 = (1 << bits) - 1
  let from = codes + symbolsAt
  let code: u32 = 0
  let size: u32 = 1
  for (let length: u32 = 1; length < 16; length++) {
    if (length <= bits) double(table, size)
    size <<= 1
    for (let here = <u32>load<u16>(codes + (length << 1)); here > 0; here--) {
      const symbol = <usize>load<u16>(from)
      from += 2
      const entry = length > bits ? UNKNOWN : load<u32>(codes + entriesAt + (symbol << 2)) + length * oneBit
      store<u32>(table + ((code & mask) << 2), entry)
      if (code == size - 1) {
        for (; length < bits; length++, size <<= 1) double(table, size)
        return
      }
      // The next code: of the bits that are not set the highest is, and those above it no longer are.
      const bit = <u32>0x80000000 >> clz(code ^ (size - 1))
      code = (code & (bit - 1)) | bit
    }
  }
}

// @ts-ignore: decorator
@inline
function double(table: usize, size: u32): void {
  const bytes = <usize>size << 2
  if (bytes < 16) {
    for (let i: usize = 0; i < bytes; i += 4) store<u32>(table + bytes + i, load<u32>(table + i))
  } else {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(table + bytes + i, v128.load(table + i))
  }
}

/** The entry of the code that the next bits begin with, of any length, bit by bit. */
export function findCode(codes: usize, bits: u64): u32 {
  let code: u32 = 0
  let first: u32 = 0
  let place: u32 = 0
  for (let length: u32 = 1; length < 16; length++) {
    code |= <u32>bits & 1
    bits >>= 1
    const here = <u32>load<u16>(codes + (length << 1))
    if (code - first < here) {
      const symbol = <usize>load<u16>(codes + symbolsAt + ((place + code - first) << 1))
      const entry = load<u32>(codes + entriesAt + (symbol << 2))
      return (entry & INVALID) == INVALID ? INVALID : entry + length * oneBit
    }
    place += here
    first = (first + here) << 1
    code <<= 1
  }
  return INVALID
}
