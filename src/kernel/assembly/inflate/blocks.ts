// The blocks of a DEFLATE stream (RFC 1951): stored, with the codes of the format, or with codes of their own.
import { bits, end, has, nextByte, openBits, refill, spare, take } from './bits'
import { buildCodes, codesRoom, distanceBits, END, INVALID, letterBits, LITERAL, setEntry } from './codes'
import { BAD_BLOCK, BAD_LENGTHS, BAD_STORED, OVERLONG, TRUNCATED } from './status'
import { decodedTo, decodeSymbols } from './symbols'

// prettier-ignore
const lengthBases = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
])
// prettier-ignore
const lengthExtras = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
])
/** The order in which the lengths of codes for lengths come. */
const lengthOrder = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])

/** Lengths of codes, as they are read. */
const lengths = memory.data(320, 16)

/** Codes of literals and lengths, of distances, and of the lengths of these codes. */
let letters: usize = 0
let distances: usize = 0
let codeLengths: usize = 0
/** The table of letters, behind it that of distances. */
let tables: usize = 0
let distanceTable: usize = 0
let lengthTable: usize = 0
/** Whether these are the codes of the format. */
let areFixed = false

/** The longest code of a length of a code. */
const mostLengthBits: u32 = 7

export function inflate_scratch(): usize {
  return 3 * codesRoom + (4 << letterBits) + (4 << distanceBits) + (4 << mostLengthBits)
}

/** Must be called before the first `inflateBlocks` with this scratch. */
export function openCodes(scratch: usize): void {
  tables = scratch
  distanceTable = tables + (4 << letterBits)
  lengthTable = distanceTable + (4 << distanceBits)
  letters = lengthTable + (4 << mostLengthBits)
  distances = letters + codesRoom
  codeLengths = distances + codesRoom
  areFixed = false
  for (let i: u32 = 0; i < 256; i++) setEntry(letters, i, i, LITERAL, 0)
  setEntry(letters, 256, 0, END, 0)
  for (let i: u32 = 0; i < 29; i++) {
    setEntry(letters, 257 + i, load<u16>(lengthBases + (i << 1)), 0, load<u8>(lengthExtras + i))
  }
  for (let i: u32 = 286; i < 288; i++) setEntry(letters, i, 0, INVALID, 0)
  for (let i: u32 = 0; i < 19; i++) setEntry(codeLengths, i, i, 0, 0)
  let base: u32 = 1
  for (let i: u32 = 0; i < 30; i++) {
    const extra = i < 4 ? 0 : (i >> 1) - 1
    setEntry(distances, i, base, 0, extra)
    base += 1 << extra
  }
  for (let i: u32 = 30; i < 32; i++) setEntry(distances, i, 0, INVALID, 0)
}

/** Where the byte after the blocks is. */
export let blocksEnd: usize = 0

/** Decodes blocks until the last one; returns the length. */
export function inflateBlocks(source: usize, sourceEnd: usize, out: usize, outEnd: usize): i32 {
  openBits(source, sourceEnd)
  let to = out
  let isLast = false
  while (!isLast) {
    refill()
    if (!has(3)) return TRUNCATED
    isLast = take(1) != 0
    const kind = take(2)
    if (kind == 3) return BAD_BLOCK
    if (kind == 0) {
      const written = copyStored(to, outEnd)
      if (written < 0) return written
      to += written
    } else {
      const status = kind == 1 ? useFixed() : readCodes()
      if (status < 0) return status
      const ended = decodeSymbols(tables, letters, distances, out, to, outEnd)
      if (ended < 0) return ended
      to = decodedTo
    }
  }
  blocksEnd = nextByte()
  return <i32>(to - out)
}

function copyStored(to: usize, outEnd: usize): i32 {
  const from = nextByte()
  if (end - from < 4) return TRUNCATED
  const length = <usize>load<u16>(from)
  if ((length ^ load<u16>(from, 2)) != 0xffff) return BAD_STORED
  if (length > end - from - 4) return TRUNCATED
  if (length > outEnd - to) return OVERLONG
  memory.copy(to, from + 4, length)
  openBits(from + 4 + length, end)
  return <i32>length
}

function useFixed(): i32 {
  if (areFixed) return 0
  areFixed = true
  memory.fill(lengths, 8, 144)
  memory.fill(lengths + 144, 9, 112)
  memory.fill(lengths + 256, 7, 24)
  memory.fill(lengths + 280, 8, 8)
  buildCodes(letters, tables, letterBits, lengths, 288, false)
  memory.fill(lengths, 5, 32)
  return buildCodes(distances, distanceTable, distanceBits, lengths, 32, false)
}

/** Reads the codes of a block. */
function readCodes(): i32 {
  areFixed = false
  if (!has(14)) return TRUNCATED
  const letterCount = take(5) + 257
  const distanceCount = take(5) + 1
  const lengthCount = take(4) + 4
  if (letterCount > 286 || distanceCount > 30) return BAD_LENGTHS
  let status = readLengthCodes(lengthCount)
  if (status < 0) return status
  status = readLengths(letterCount + distanceCount)
  if (status < 0) return status
  if (load<u8>(lengths + 256) == 0) return BAD_LENGTHS
  status = buildCodes(letters, tables, letterBits, lengths, letterCount, true)
  if (status < 0) return status
  return buildCodes(distances, distanceTable, distanceBits, lengths + letterCount, distanceCount, true)
}

function readLengthCodes(coded: u32): i32 {
  memory.fill(lengths, 0, 19)
  for (let i: u32 = 0; i < coded; i++) {
    refill()
    if (!has(3)) return TRUNCATED
    store<u8>(lengths + load<u8>(lengthOrder + i), <u8>take(3))
  }
  return buildCodes(codeLengths, lengthTable, mostLengthBits, lengths, 19, false)
}

/** Lengths up to 15; 16 repeats the one before, 17 and 18 are runs of zeros. */
function readLengths(total: u32): i32 {
  const mask: u64 = ((1 << mostLengthBits) - 1) << <u32>spare
  for (let i: u32 = 0; i < total; ) {
    refill()
    const entry = load<u32>(lengthTable + <usize>(bits & mask))
    const symbol = entry >> 16
    const extra: u32 = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7
    const codeBits: u32 = entry & 63
    if (!has(codeBits + extra)) return TRUNCATED
    take(codeBits)
    if (symbol < 16) {
      store<u8>(lengths + i++, <u8>symbol)
      continue
    }
    if (symbol == 16 && i == 0) return BAD_LENGTHS
    const value: u8 = symbol == 16 ? load<u8>(lengths + i - 1) : 0
    const repeats = take(extra) + (symbol == 18 ? 11 : 3)
    if (repeats > total - i) return BAD_LENGTHS
    memory.fill(lengths + i, value, repeats)
    i += repeats
  }
  return 0
}
