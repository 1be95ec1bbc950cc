// Checksums of a range: CRCs by eight tables, eight bytes at a time; Adler-32; Fletcher-32 as HDF5 has it.

/** Eight tables of 256 words for each CRC of 32 bits. */
const castagnoli = memory.data(8 * 256 * 4, 16)
const ieee = memory.data(8 * 256 * 4, 16)
const ecma = memory.data(256 * 8, 16)
let castagnoliReady = false
let ieeeReady = false
let ecmaReady = false

/** CRC-32C: Castagnoli's polynomial. */
export function crc32c(address: usize, length: usize): u32 {
  if (!castagnoliReady) makeTables(castagnoli, 0x82f63b78)
  castagnoliReady = true
  return crc(castagnoli, address, length)
}

/** CRC-32 as in zlib. */
export function crc32(address: usize, length: usize): u32 {
  if (!ieeeReady) makeTables(ieee, 0xedb88320)
  ieeeReady = true
  return crc(ieee, address, length)
}

// @ts-ignore: decorator
@inline
function crc(tables: usize, address: usize, length: usize): u32 {
  let crc: u32 = 0xffffffff
  const end = address + length
  const whole = address + (length & ~7)
  for (; address < whole; address += 8) {
    const low = load<u32>(address) ^ crc
    const high = load<u32>(address, 4)
    crc =
      entry(tables, 7, low & 255) ^ entry(tables, 6, (low >> 8) & 255) ^
      entry(tables, 5, (low >> 16) & 255) ^ entry(tables, 4, low >> 24) ^
      entry(tables, 3, high & 255) ^ entry(tables, 2, (high >> 8) & 255) ^
      entry(tables, 1, (high >> 16) & 255) ^ entry(tables, 0, high >> 24)
  }
  for (; address < end; address++) crc = entry(tables, 0, (crc ^ load<u8>(address)) & 255) ^ (crc >> 8)
  return ~crc
}

// @ts-ignore: decorator
@inline
function entry(tables: usize, table: u32, byte: u32): u32 {
  return load<u32>(tables + (((table << 8) + byte) << 2))
}

function makeTables(tables: usize, polynomial: u32): void {
  for (let i: u32 = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ polynomial : crc >> 1
    store<u32>(tables + (i << 2), crc)
  }
  for (let k: u32 = 1; k < 8; k++) {
    for (let i: u32 = 0; i < 256; i++) {
      const before = entry(tables, k - 1, i)
      store<u32>(tables + (((k << 8) + i) << 2), entry(tables, 0, before & 255) ^ (before >> 8))
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

/** Sums are reduced before they could pass 32 bits. */
const adlerRun: usize = 5552

export function adler32(address: usize, length: usize): u32 {
  let a: u32 = 1
  let b: u32 = 0
  const end = address + length
  while (address < end) {
    const stop = address + min(adlerRun, end - address)
    for (; address < stop; address++) {
      a += load<u8>(address)
      b += a
    }
    a %= 65521
    b %= 65521
  }
  return (b << 16) | a
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
