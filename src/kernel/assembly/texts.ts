// Cells of text as key records for the hash table.

/**
 * Writes each of `count` cells of `size` bytes, `step` bytes apart, as ceil(size / 8) words with zeros behind, and 0 for
 * it to `codes`: an active record. Up to 7 bytes behind a cell are read.
 */
export function pad_texts(cells: usize, step: i32, size: u32, count: u32, records: usize, codes: usize): void {
  memory.fill(codes, 0, <usize>count << 2)
  const words = size >> 3
  const rest = size & 7
  const mask: u64 = rest ? ((<u64>1) << (rest << 3)) - 1 : 0
  if (words == 0) {
    for (let i: u32 = 0; i < count; i++, cells += step, records += 8) store<u64>(records, load<u64>(cells) & mask)
  } else if (words == 1 && rest != 0) {
    for (let i: u32 = 0; i < count; i++, cells += step, records += 16) {
      store<u64>(records, load<u64>(cells))
      store<u64>(records, load<u64>(cells, 8) & mask, 8)
    }
  } else {
    for (let i: u32 = 0; i < count; i++, cells += step) {
      let from = cells
      for (let w: u32 = 0; w < words; w++, from += 8, records += 8) store<u64>(records, load<u64>(from))
      if (rest == 0) continue
      store<u64>(records, load<u64>(from) & mask)
      records += 8
    }
  }
}
