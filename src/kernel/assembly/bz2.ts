// Bzip2 streams, one or more: each block is Huffman codes of move-to-front positions of a sorted text (Burrows, Wheeler),
// in which runs of four and more are shortened. Both checksums are verified. No byte outside of the ranges is touched.

const TRUNCATED = -1
const OVERLONG = -2
const CORRUPT = -3
/** No stream begins where one should. */
const NO_STREAM = -4
const BAD_CHECKSUM = -5

const mostSymbols: i32 = 258
const mostTables: i32 = 6
const longestCode: i32 = 20
/** Codes in one table between two changes of table. */
const groupCodes: i32 = 50
const mostSelectors: usize = 32768

/** Per table: how many codes of each length, and the symbols in order of their codes. */
const counts = memory.data(6 * 21 * 4, 16)
const symbols = memory.data(6 * 258 * 2, 16)
const front = memory.data(256)
const lengths = memory.data(258)
const starts = memory.data(257 * 4, 16)
const checks = memory.data(256 * 4, 16)
let checksReady = false

// The reader of bits, most significant first.
let at: usize = 0
let end: usize = 0
let bits: u64 = 0
let available: i32 = 0
let isPastEnd = false

/** Which table codes each group of a block, after its words in the scratch. */
let selectors: usize = 0

/** The bytes that `bz2_decode` needs: a block is at most 900,000 words. */
export function bz2_scratch(): usize {
  return 900000 * 4 + mostSelectors
}

export function bz2_decode(source: usize, sourceLength: usize, out: usize, outLength: usize, scratch: usize): i32 {
  if (!checksReady) makeChecks()
  at = source
  end = source + sourceLength
  selectors = scratch + 900000 * 4
  const outEnd = out + outLength
  let to = out
  do {
    const written = decodeStream(to, outEnd, scratch)
    if (written < 0) return isPastEnd ? TRUNCATED : written
    to += written
  } while (at < end)
  return <i32>(to - out)
}

function read(count: i32): u32 {
  while (available < count) {
    let byte: u64 = 0
    if (at < end) byte = load<u8>(at++)
    else isPastEnd = true
    bits = (bits << 8) | byte
    available += 8
  }
  available -= count
  return <u32>((bits >> available) & ((<u64>1 << count) - 1))
}

function decodeStream(out: usize, outEnd: usize, scratch: usize): i32 {
  bits = 0
  available = 0
  isPastEnd = false
  // 'BZh' and the size of blocks in hundreds of kilobytes.
  if (read(24) != 0x425a68) return NO_STREAM
  const level = read(8) - 48
  if (level - 1 > 8) return NO_STREAM
  let to = out
  let all: u32 = 0
  while (true) {
    const high = read(24)
    const low = read(24)
    const stored = read(32)
    if (high == 0x177245 && low == 0x385090) {
      if (isPastEnd) return TRUNCATED
      // The next stream begins at a whole byte; nothing was read ahead.
      return stored == all ? <i32>(to - out) : BAD_CHECKSUM
    }
    if (high != 0x314159 || low != 0x265359) return CORRUPT
    const length = readBlock(<i32>level * 100000, scratch)
    if (length < 0) return length
    const written = writeBlock(length, scratch, to, outEnd)
    if (written < 0) return written
    if (isPastEnd) return TRUNCATED
    const check = checksum(to, written)
    if (check != stored) return BAD_CHECKSUM
    all = ((all << 1) | (all >> 31)) ^ check
    to += written
  }
}

let origin: i32 = 0

/** Decodes the codes of a block to the bytes of its sorted text, one in each word of `text`; returns how many. */
function readBlock(most: i32, text: usize): i32 {
  // Blocks that were stirred by random bits have not been written since 1999.
  if (read(1)) return CORRUPT
  origin = <i32>read(24)
  const used = readAlphabet()
  if (used == 0) return CORRUPT
  const tables = <i32>read(3)
  if (tables < 2 || tables > mostTables) return CORRUPT
  const groups = readSelectors(tables)
  if (groups < 0) return groups
  for (let table = 0; table < tables; table++) if (!readTable(table, used + 2)) return CORRUPT
  return readText(used, groups, most, text)
}

/** The bytes that occur, in two levels of sixteen bits, to `front`. */
function readAlphabet(): i32 {
  const rows = read(16)
  let used = 0
  for (let row = 0; row < 16; row++) {
    if (!((rows >> (15 - row)) & 1)) continue
    const marks = read(16)
    for (let i = 0; i < 16; i++) if ((marks >> (15 - i)) & 1) store<u8>(front + used++, row * 16 + i)
  }
  return used
}

/** Which table codes each group, as positions that are moved to the front. */
function readSelectors(tables: i32): i32 {
  const groups = <i32>read(15)
  if (groups == 0) return CORRUPT
  let order: u64 = 0x050403020100
  for (let i = 0; i < groups; i++) {
    let position = 0
    while (read(1)) if (++position >= tables) return CORRUPT
    const shift = <u64>(position * 8)
    const table = (order >> shift) & 255
    const below = order & ((<u64>1 << shift) - 1)
    order = ((order >> (shift + 8)) << (shift + 8)) | (below << 8) | table
    store<u8>(selectors + i, <u8>table)
  }
  return groups
}

/** Lengths of codes as steps up and down; codes count up in order of length, then of symbol. */
function readTable(table: i32, size: i32): bool {
  let length = <i32>read(5)
  for (let symbol = 0; symbol < size; symbol++) {
    while (true) {
      if (length < 1 || length > longestCode || isPastEnd) return false
      if (!read(1)) break
      length += read(1) ? -1 : 1
    }
    store<u8>(lengths + symbol, length)
  }
  const count = counts + table * (longestCode + 1) * 4
  memory.fill(count, 0, (longestCode + 1) * 4)
  let to = symbols + table * mostSymbols * 2
  for (let wanted = 1; wanted <= longestCode; wanted++) {
    for (let symbol = 0; symbol < size; symbol++) {
      if (<i32>load<u8>(lengths + symbol) != wanted) continue
      store<u16>(to, symbol)
      to += 2
      store<u32>(count + wanted * 4, load<u32>(count + wanted * 4) + 1)
    }
  }
  return true
}

function readSymbol(table: i32, size: i32): i32 {
  const count = counts + table * (longestCode + 1) * 4
  let code = 0
  let first = 0
  let index = 0
  for (let length = 1; length <= longestCode; length++) {
    code |= <i32>read(1)
    const some = load<i32>(count + length * 4)
    if (code - first < some) {
      index += code - first
      return index < size ? <i32>load<u16>(symbols + (table * mostSymbols + index) * 2) : -1
    }
    index += some
    first = (first + some) << 1
    code <<= 1
  }
  return -1
}

/** Runs of the byte in front are numbers in digits 1 and 2; other symbols are positions that move to the front. */
function readText(used: i32, groups: i32, most: i32, text: usize): i32 {
  const last = used + 1
  memory.fill(starts, 0, 257 * 4)
  let length = 0
  let run = 0
  let digit = 1
  for (let group = 0; group < groups; group++) {
    const table = <i32>load<u8>(selectors + group)
    for (let i = 0; i < groupCodes; i++) {
      const symbol = readSymbol(table, used + 2)
      if (symbol < 0 || isPastEnd) return CORRUPT
      if (symbol < 2) {
        if (digit > most) return CORRUPT
        run += digit << symbol
        digit <<= 1
        continue
      }
      if (run > 0) {
        if (run > most - length) return CORRUPT
        const byte = load<u8>(front)
        for (let j = 0; j < run; j++) store<u32>(text + ((length + j) << 2), byte)
        countByte(byte, run)
        length += run
        run = 0
        digit = 1
      }
      if (symbol == last) return length
      if (length >= most) return CORRUPT
      const byte = load<u8>(front + symbol - 1)
      memory.copy(front + 1, front, symbol - 1)
      store<u8>(front, byte)
      store<u32>(text + (length << 2), byte)
      countByte(byte, 1)
      length++
    }
  }
  return CORRUPT
}

// @ts-ignore: decorator
@inline
function countByte(byte: u8, count: i32): void {
  const place = starts + ((<usize>byte + 1) << 2)
  store<u32>(place, load<u32>(place) + count)
}

/** Undoes the sorting: word i keeps its byte and gets, above it, where the byte that follows stands. Then the runs. */
function writeBlock(length: i32, text: usize, out: usize, outEnd: usize): i32 {
  if (origin >= length) return CORRUPT
  for (let i = 1; i < 257; i++) {
    store<u32>(starts + (i << 2), load<u32>(starts + (i << 2)) + load<u32>(starts + ((i - 1) << 2)))
  }
  for (let i = 0; i < length; i++) {
    const place = starts + (<usize>(load<u32>(text + (i << 2)) & 255) << 2)
    const next = load<u32>(place)
    store<u32>(place, next + 1)
    store<u32>(text + (<usize>next << 2), load<u32>(text + (<usize>next << 2)) | (i << 8))
  }
  let to = out
  let word = load<u32>(text + (<usize>(load<u32>(text + (origin << 2)) >> 8) << 2))
  let before: u32 = 256
  let equal = 0
  for (let i = 0; i < length; i++) {
    const byte = word & 255
    word = load<u32>(text + (<usize>(word >> 8) << 2))
    if (equal == 4) {
      if (byte > <u32>(outEnd - to)) return OVERLONG
      memory.fill(to, <u8>before, byte)
      to += byte
      equal = 0
      before = 256
      continue
    }
    if (to >= outEnd) return OVERLONG
    store<u8>(to++, <u8>byte)
    equal = byte == before ? equal + 1 : 1
    before = byte
  }
  return <i32>(to - out)
}

function makeChecks(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let crc = i << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
    store<u32>(checks + (i << 2), crc)
  }
  checksReady = true
}

/** CRC-32 with the most significant bit first. */
function checksum(address: usize, length: usize): u32 {
  let crc: u32 = 0xffffffff
  for (let i = address; i < address + length; i++) {
    crc = (crc << 8) ^ load<u32>(checks + (((crc >> 24) ^ load<u8>(i)) << 2))
  }
  return ~crc
}
