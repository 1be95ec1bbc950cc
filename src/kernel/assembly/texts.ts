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

/** The same for cells of at most 16 bytes whose ordinals stand first in `count` pairs of words: one record behind the other. */
export function keep_texts(cells: usize, step: usize, size: u32, count: u32, ordinals: usize, records: usize): void {
  const words = (size + 7) >> 3
  const rest = size & 7
  const mask: u64 = rest ? ((<u64>1) << (rest << 3)) - 1 : -1
  for (let i: u32 = 0; i < count; i++, ordinals += 8) {
    let cell = cells + load<u32>(ordinals) * step
    for (let w: u32 = 1; w < words; w++, cell += 8, records += 8) store<u64>(records, load<u64>(cell))
    store<u64>(records, load<u64>(cell) & mask)
    records += 8
  }
}

// Numbers by arithmetic: where the bytes at each position of the texts lie in a window, the combination of their places
// there is an index into a table. Windows (operator/text-places.ts), position by position of 16: at 0 the least byte, at 16 how
// far the last lies behind it, at 32 the 16-bit factor within its pair of positions, at 64 the factor of each pair.

/**
 * Writes the place of each of `count` cells of at most 16 bytes, `step` bytes apart, to `codes`, -1 where a byte is not in
 * its window. Returns less than 0 where one is. Up to 15 bytes behind a cell are read: their factors are 0, their windows all.
 */
export function place_texts(cells: usize, step: usize, size: u32, count: u32, windows: usize, codes: usize): i32 {
  const least = v128.load(windows)
  const last = v128.load(windows, 16)
  const within = v128.load(windows, 32)
  const within2 = v128.load(windows, 48)
  const pairs = v128.load(windows, 64)
  const pairs2 = v128.load(windows, 80)
  const end = codes + ((<usize>count & ~3) << 2)
  const unknown = i32x4.splat(-1)
  let seen = i32x4.splat(0)
  for (; codes < end; codes += 16, cells += step << 2) {
    const a = i8x16.sub(v128.load(cells), least)
    const b = i8x16.sub(v128.load(cells + step), least)
    const c = i8x16.sub(v128.load(cells + 2 * step), least)
    const d = i8x16.sub(v128.load(cells + 3 * step), least)
    let sum: v128
    if (size <= 8) {
      sum = together(lowPlace(a, within, pairs), lowPlace(b, within, pairs), lowPlace(c, within, pairs), lowPlace(d, within, pairs))
    } else {
      sum = together(
        i32x4.add(lowPlace(a, within, pairs), highPlace(a, within2, pairs2)),
        i32x4.add(lowPlace(b, within, pairs), highPlace(b, within2, pairs2)),
        i32x4.add(lowPlace(c, within, pairs), highPlace(c, within2, pairs2)),
        i32x4.add(lowPlace(d, within, pairs), highPlace(d, within2, pairs2)),
      )
    }
    // Where a byte is beyond its window, the greater of both is not the last.
    const beyond = v128.or(
      v128.or(v128.xor(i8x16.max_u(a, last), last), v128.xor(i8x16.max_u(b, last), last)),
      v128.or(v128.xor(i8x16.max_u(c, last), last), v128.xor(i8x16.max_u(d, last), last)),
    )
    if (v128.any_true(beyond)) {
      sum = i32x4.replace_lane(sum, 0, isWithin(a, last) ? i32x4.extract_lane(sum, 0) : -1)
      sum = i32x4.replace_lane(sum, 1, isWithin(b, last) ? i32x4.extract_lane(sum, 1) : -1)
      sum = i32x4.replace_lane(sum, 2, isWithin(c, last) ? i32x4.extract_lane(sum, 2) : -1)
      sum = i32x4.replace_lane(sum, 3, isWithin(d, last) ? i32x4.extract_lane(sum, 3) : -1)
    }
    seen = v128.or(seen, sum)
    v128.store(codes, sum)
  }
  let any = v128.any_true(v128.and(seen, i32x4.splat(i32.MIN_VALUE))) ? -1 : 0
  for (let left = count & 3; left > 0; left--, codes += 4, cells += step) {
    const a = i8x16.sub(v128.load(cells), least)
    const sum = together(i32x4.add(lowPlace(a, within, pairs), highPlace(a, within2, pairs2)), unknown, unknown, unknown)
    const place = isWithin(a, last) ? i32x4.extract_lane(sum, 0) : -1
    any |= place
    store<i32>(codes, place)
  }
  return any
}

// @ts-ignore: decorator
@inline
function isWithin(places: v128, last: v128): bool {
  return i8x16.all_true(i8x16.le_u(places, last))
}

/** What the first eight positions add, in four parts. */
// @ts-ignore: decorator
@inline
function lowPlace(places: v128, within: v128, pairs: v128): v128 {
  return i32x4.mul(i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(places), within), pairs)
}

// @ts-ignore: decorator
@inline
function highPlace(places: v128, within: v128, pairs: v128): v128 {
  return i32x4.mul(i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(places), within), pairs)
}

/** The sums of the parts of each. */
// @ts-ignore: decorator
@inline
function together(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 1, 4, 5), i32x4.shuffle(a, b, 2, 3, 6, 7))
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 1, 4, 5), i32x4.shuffle(c, d, 2, 3, 6, 7))
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7))
}
