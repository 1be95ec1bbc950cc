// Checksums of a range: CRCs of 32 bits by folding and tables, Adler-32 by vectors; Fletcher-32 as HDF5 has it.

const ecma = memory.data(256 * 8, 16)
let ecmaReady = false

/** CRC-32C: Castagnoli's polynomial. x^9280 = x^4352 + x^3616 + x^3424 + x^1024 + 1 modulo it. */
export function crc32c(address: usize, length: usize): u32 {
  return crc(0x82f63b78, 616, 708, 732, 1032, 1160, address, length)
}

/** CRC-32 as in zlib: x^9600 = x^4960 + x^3744 + x^2848 + 1. */
export function crc32(address: usize, length: usize): u32 {
  return crc(0xedb88320, 580, 732, 844, 0, 1200, address, length)
}

/** Eight tables of 256 words, of the polynomial that was asked for last. */
const tables = memory.data(8 * 256 * 4, 16)
let tablesOf: u32 = 0

/** As far back as a byte may be added again: the greatest distance, in whole vectors. */
const reach: usize = 1216
const run: usize = 4928
/** What lies in reach, then a run of folded bytes. */
const folded = memory.data(1216 + 4928, 16)

/**
 * Where a power of x is a sum of few smaller ones modulo the polynomial, a byte may be left out that is added to a few
 * later ones instead: at the distances a, b, c, d (or 0) and e. So all is folded into the last bytes that are in reach,
 * which is much faster than tables.
 */
// @ts-ignore: decorator
// prettier-ignore
@inline
function crc(polynomial: u32, a: usize, b: usize, c: usize, d: usize, e: usize, address: usize, length: usize): u32 {
  if (tablesOf != polynomial) makeTables(polynomial)
  const whole = length & ~15
  if (whole < 2 * reach) return ~byTables(~0, address, address + length)
  memory.fill(folded, 0, reach)
  // The checksum begins with ones: as if folded from just so far before the first bytes.
  store<u32>(folded + reach - e, ~0)
  const stop = address + whole - reach
  let at = address
  let to = folded + reach
  while (at < stop) {
    if (to == folded + reach + run) {
      memory.copy(folded, folded + run, reach)
      to = folded + reach
    }
    const end = at + min(stop - at, run)
    for (; at < end; at += 16, to += 16) v128.store(to, fold(at, to, a, b, c, d, e))
  }
  // From the last to the first: none of these is added to another.
  memory.copy(folded, to - reach, reach)
  memory.fill(folded + reach, 0, reach)
  for (let i = reach; i > 0; ) {
    i -= 16
    v128.store(folded + reach + i, fold(stop + i, folded + reach + i, a, b, c, d, e))
  }
  return ~byTables(byTables(0, folded + reach, folded + 2 * reach), stop + reach, address + length)
}

// @ts-ignore: decorator
// prettier-ignore
@inline
function fold(at: usize, to: usize, a: usize, b: usize, c: usize, d: usize, e: usize): v128 {
  let sum = v128.xor(v128.load(at), v128.load(to - a))
  sum = v128.xor(sum, v128.xor(v128.load(to - b), v128.load(to - c)))
  if (d) sum = v128.xor(sum, v128.load(to - d))
  return v128.xor(sum, v128.load(to - e))
}

/** Eight bytes at a time, by a table for each. */
function byTables(crc: u32, address: usize, end: usize): u32 {
  for (; end - address >= 8; address += 8) {
    const low = load<u32>(address) ^ crc
    const high = load<u32>(address, 4)
    crc =
      entry(7, low & 255) ^ entry(6, (low >> 8) & 255) ^ entry(5, (low >> 16) & 255) ^ entry(4, low >> 24) ^
      entry(3, high & 255) ^ entry(2, (high >> 8) & 255) ^ entry(1, (high >> 16) & 255) ^ entry(0, high >> 24)
  }
  for (; address < end; address++) crc = entry(0, (crc ^ load<u8>(address)) & 255) ^ (crc >> 8)
  return crc
}

// @ts-ignore: decorator
@inline
function entry(table: u32, byte: u32): u32 {
  return load<u32>(tables + (((table << 8) + byte) << 2))
}

function makeTables(polynomial: u32): void {
  tablesOf = polynomial
  for (let i: u32 = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ polynomial : crc >> 1
    store<u32>(tables + (i << 2), crc)
  }
  for (let k: u32 = 1; k < 8; k++) {
    for (let i: u32 = 0; i < 256; i++) {
      const before = entry(k - 1, i)
      store<u32>(tables + (((k << 8) + i) << 2), entry(0, before & 255) ^ (before >> 8))
    }
  }
}

/** CRC-64 as in xz. */
export function crc64(address: usize, length: usize): u64 {
  if (!ecmaReady) {
    for (let i: u64 = 0; i < 256; i++) {
      let crc = i
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xc96c5795d7870f42 : crc >> 1
      store<u64>(ecma + (<usize>i << 3), crc)
    }
    ecmaReady = true
  }
  let crc: u64 = ~0
  for (let at = address; at < address + length; at++) {
    crc = load<u64>(ecma + ((<usize>(crc & 255) ^ load<u8>(at)) << 3)) ^ (crc >> 8)
  }
  return ~crc
}

/** So many vectors may be summed, and their sums summed, in lanes of 16 bits. */
const adlerRun: usize = 22

export function adler32(address: usize, length: usize): u32 {
  let a: u32 = 1
  let b: u32 = 0
  const end = address + length
  while (end - address >= 16) {
    const vectors = min(adlerRun, (end - address) >> 4)
    const stop = address + (vectors << 4)
    // Lane by lane: sums of the bytes, and of these sums before each vector.
    let low = i16x8.splat(0)
    let high = i16x8.splat(0)
    let sumsLow = i16x8.splat(0)
    let sumsHigh = i16x8.splat(0)
    for (; address < stop; address += 16) {
      const bytes = v128.load(address)
      sumsLow = i16x8.add(sumsLow, low)
      sumsHigh = i16x8.add(sumsHigh, high)
      low = i16x8.add(low, i16x8.extend_low_i8x16_u(bytes))
      high = i16x8.add(high, i16x8.extend_high_i8x16_u(bytes))
    }
    // A byte counts 16 times for each vector behind it, and once for itself and each byte behind it in its own.
    const behind = i32x4.add(i32x4.extadd_pairwise_i16x8_u(sumsLow), i32x4.extadd_pairwise_i16x8_u(sumsHigh))
    const within = i32x4.add(
      i32x4.dot_i16x8_s(low, i16x8(16, 15, 14, 13, 12, 11, 10, 9)),
      i32x4.dot_i16x8_s(high, i16x8(8, 7, 6, 5, 4, 3, 2, 1)),
    )
    b += a * <u32>(vectors << 4) + total(i32x4.add(i32x4.shl(behind, 4), within))
    a += total(i32x4.extadd_pairwise_i16x8_u(i16x8.add(low, high)))
    a %= 65521
    b %= 65521
  }
  for (; address < end; address++) {
    a += load<u8>(address)
    b += a
  }
  return ((b % 65521) << 16) | (a % 65521)
}

// @ts-ignore: decorator
@inline
function total(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3)
  )
}

/** Words of sixteen bits, the first byte the more significant; an odd last byte counts as one. */
export function fletcher32(address: usize, length: usize): u32 {
  let a: u32 = 0
  let b: u32 = 0
  let words = length / 2
  while (words > 0) {
    let run = min<usize>(words, 360)
    words -= run
    for (; run > 0; run--, address += 2) {
      a += <u32>bswap<u16>(load<u16>(address))
      b += a
    }
    a = (a & 0xffff) + (a >> 16)
    b = (b & 0xffff) + (b >> 16)
  }
  if (length & 1) {
    a += <u32>load<u8>(address) << 8
    b += a
    a = (a & 0xffff) + (a >> 16)
    b = (b & 0xffff) + (b >> 16)
  }
  a = (a & 0xffff) + (a >> 16)
  b = (b & 0xffff) + (b >> 16)
  return (b << 16) | a
}
