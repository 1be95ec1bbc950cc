// Numbers one after another, as long as there is something to see: whether they are sorted, and which there are. Types are
// numbered as in numbers.ts; `count` numbers lie `step` bytes apart, at any address.

/**
 * Which of `flags` still hold: 1, that no number is less than the one before it, and 2, that none is greater. The first one
 * is compared with that at `before`. None is NaN.
 */
export function order_numbers(type: i32, cells: usize, step: usize, count: u32, before: usize, flags: i32): i32 {
  switch (type) {
    case 0: return orderOf<i8>(cells, step, count, before, flags)
    case 1: return orderOf<i16>(cells, step, count, before, flags)
    case 2: return orderOf<i32>(cells, step, count, before, flags)
    case 3: return orderOf<i64>(cells, step, count, before, flags)
    case 4: return orderOf<u8>(cells, step, count, before, flags)
    case 5: return orderOf<u16>(cells, step, count, before, flags)
    case 6: return orderOf<u32>(cells, step, count, before, flags)
    case 7: return orderOf<u64>(cells, step, count, before, flags)
    case 8: return orderOf<f32>(cells, step, count, before, flags)
    case 9: return orderOf<f64>(cells, step, count, before, flags)
    default: return 0
  }
}

function orderOf<T>(cells: usize, step: usize, count: u32, before: usize, flags: i32): i32 {
  let last = load<T>(before)
  for (let i: u32 = 0; i < count && flags != 0; i++, cells += step) {
    const value = load<T>(cells)
    if (value < last) flags &= ~1
    else if (value > last) flags &= ~2
    last = value
  }
  return flags
}

/**
 * Marks the integers that lie at most `range` above `least`, each at a byte of its own, until there are more than `most`.
 * `known` have been marked before; returns how many are.
 */
export function mark_numbers(
  type: i32,
  cells: usize,
  step: usize,
  count: u32,
  least: i64,
  range: u64,
  marks: usize,
  known: u32,
  most: u32,
): u32 {
  switch (type) {
    case 0: return markOf<i8>(cells, step, count, least, range, marks, known, most)
    case 1: return markOf<i16>(cells, step, count, least, range, marks, known, most)
    case 2: return markOf<i32>(cells, step, count, least, range, marks, known, most)
    case 3:
    case 7: return markOf<i64>(cells, step, count, least, range, marks, known, most)
    case 4: return markOf<u8>(cells, step, count, least, range, marks, known, most)
    case 5: return markOf<u16>(cells, step, count, least, range, marks, known, most)
    case 6: return markOf<u32>(cells, step, count, least, range, marks, known, most)
    default: return most + 1
  }
}

function markOf<T>(
  cells: usize,
  step: usize,
  count: u32,
  least: i64,
  range: u64,
  marks: usize,
  known: u32,
  most: u32,
): u32 {
  for (let i: u32 = 0; i < count; i++, cells += step) {
    const place = <u64>(<i64>load<T>(cells) - least)
    if (place > range || load<u8>(marks + <usize>place) != 0) continue
    store<u8>(marks + <usize>place, 1)
    if (++known > most) break
  }
  return known
}

// A table of 128 numbers, and behind it a byte for each place that is taken.
const places: usize = 128

/**
 * Enters the integers that lie at most `range` above `least` in a table that has `known` of them, until there are more than
 * `most`, which is less than half of its places. Returns how many it has.
 */
export function enter_numbers(
  type: i32,
  cells: usize,
  step: usize,
  count: u32,
  least: i64,
  range: u64,
  table: usize,
  known: u32,
  most: u32,
): u32 {
  switch (type) {
    case 0: return enterOf<i8>(cells, step, count, least, range, table, known, most)
    case 1: return enterOf<i16>(cells, step, count, least, range, table, known, most)
    case 2: return enterOf<i32>(cells, step, count, least, range, table, known, most)
    case 3:
    case 7: return enterOf<i64>(cells, step, count, least, range, table, known, most)
    case 4: return enterOf<u8>(cells, step, count, least, range, table, known, most)
    case 5: return enterOf<u16>(cells, step, count, least, range, table, known, most)
    case 6: return enterOf<u32>(cells, step, count, least, range, table, known, most)
    default: return most + 1
  }
}

function enterOf<T>(
  cells: usize,
  step: usize,
  count: u32,
  least: i64,
  range: u64,
  table: usize,
  known: u32,
  most: u32,
): u32 {
  const taken = table + places * 8
  for (let i: u32 = 0; i < count; i++, cells += step) {
    const value = <i64>load<T>(cells)
    let place = <usize>(<u64>(value * 0x9e3779b97f4a7c15) >> 57)
    while (load<u8>(taken + place) != 0 && load<i64>(table + (place << 3)) != value) place = (place + 1) & (places - 1)
    if (load<u8>(taken + place) != 0 || <u64>(value - least) > range) continue
    store<i64>(table + (place << 3), value)
    store<u8>(taken + place, 1)
    if (++known > most) break
  }
  return known
}
