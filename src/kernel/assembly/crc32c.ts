// CRC-32C (Castagnoli), eight bytes at a time by eight tables that are made on first use.

const tables = memory.data(8 * 256 * 4, 16)
let ready = false

/** The checksum of a range. */
export function crc32c(address: usize, length: usize): u32 {
  if (!ready) makeTables()
  let crc: u32 = 0xffffffff
  const end = address + length
  const whole = address + (length & ~7)
  for (; address < whole; address += 8) {
    const low = load<u32>(address) ^ crc
    const high = load<u32>(address, 4)
    crc =
      entry(7, low & 255) ^ entry(6, (low >> 8) & 255) ^ entry(5, (low >> 16) & 255) ^ entry(4, low >> 24) ^
      entry(3, high & 255) ^ entry(2, (high >> 8) & 255) ^ entry(1, (high >> 16) & 255) ^ entry(0, high >> 24)
  }
  for (; address < end; address++) crc = entry(0, (crc ^ load<u8>(address)) & 255) ^ (crc >> 8)
  return ~crc
}

// @ts-ignore: decorator
@inline
function entry(table: u32, byte: u32): u32 {
  return load<u32>(tables + (((table << 8) + byte) << 2))
}

function makeTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1
    store<u32>(tables + (i << 2), crc)
  }
  for (let k: u32 = 1; k < 8; k++) {
    for (let i: u32 = 0; i < 256; i++) {
      const before = entry(k - 1, i)
      store<u32>(tables + (((k << 8) + i) << 2), entry(0, before & 255) ^ (before >> 8))
    }
  }
  ready = true
}
