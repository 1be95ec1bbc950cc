// Groups by keys that depend on data values. A table of slots holds group numbers, the records of the groups are kept
// in the order in which they came. Linear probing, at most half full; the caller grows it (kernel/hash-table.ts).

/** Records that are looked up together, so that the waits for memory of a large table overlap. */
const batch: u32 = 64
/** From so many slots on a table is large: smaller ones stay in the first caches, where one pass is faster. */
const largeSlots: u32 = 1 << 14

/** Of each record of a batch: its position, its first slot, and the group that was there. */
const positions = memory.data(64 * 4, 16)
const firsts = memory.data(64 * 4, 16)
const guesses = memory.data(64 * 4, 16)

/**
 * For each of `count` records of `width` words with codes[i] >= 0, finds or adds its group and writes its number to
 * codes[i]. Stops before a record that would be group `limit`; returns how many records were handled.
 */
// prettier-ignore
export function hash_find(
  records: usize, width: u32, count: u32, codes: usize, table: usize, slots: u32, kept: usize, groups: usize, limit: u32,
): u32 {
  if (slots >= largeSlots) {
    if (width == 1) return findLarge(records, 1, count, codes, table, slots, kept, groups, limit)
    if (width == 2) return findLarge(records, 2, count, codes, table, slots, kept, groups, limit)
    return findLarge(records, width, count, codes, table, slots, kept, groups, limit)
  }
  if (width == 1) return findSmall(records, 1, count, codes, table, slots, kept, groups, limit)
  if (width == 2) return findSmall(records, 2, count, codes, table, slots, kept, groups, limit)
  return findSmall(records, width, count, codes, table, slots, kept, groups, limit)
}

/** Enters `groups` kept records into a table of another size, which is cleared first. */
export function hash_rebuild(kept: usize, width: u32, groups: u32, table: usize, slots: u32): void {
  memory.fill(table, 0xff, <usize>slots << 2)
  const mask = slots - 1
  let record = kept
  for (let group: u32 = 0; group < groups; group++, record += width << 3) {
    let slot = slotOf(record, width, slots)
    while (load<i32>(table + (slot << 2)) >= 0) slot = (slot + 1) & mask
    store<u32>(table + (slot << 2), group)
  }
}

// prettier-ignore
// @ts-ignore: decorator
@inline
function findSmall(
  records: usize, width: u32, count: u32, codes: usize, table: usize, slots: u32, kept: usize, groups: usize, limit: u32,
): u32 {
  let known = load<u32>(groups)
  let group: i32 = -1
  let record = records
  let previous = records
  for (let i: u32 = 0; i < count; i++, record += width << 3) {
    const code = codes + (i << 2)
    if (load<i32>(code) < 0) continue
    // Neighbours in a grid are often of one group.
    if (group < 0 || !same(record, previous, width)) {
      group = probe(record, width, slotOf(record, width, slots), table, slots, kept, known)
      if (<u32>group == known) {
        if (known == limit) {
          store<u32>(groups, known)
          return i
        }
        enter(record, width, slotOf(record, width, slots), table, slots, kept, known++)
      }
      previous = record
    }
    store<i32>(code, group)
  }
  store<u32>(groups, known)
  return count
}

// prettier-ignore
// @ts-ignore: decorator
@inline
function findLarge(
  records: usize, width: u32, count: u32, codes: usize, table: usize, slots: u32, kept: usize, groups: usize, limit: u32,
): u32 {
  let known = load<u32>(groups)
  let i: u32 = 0
  while (i < count) {
    let active: usize = 0
    for (; i < count && active < batch; i++) {
      store<u32>(positions + (active << 2), i)
      active += <usize>(load<i32>(codes + (i << 2)) >= 0)
    }
    const end = active << 2
    // Nothing here depends on what was loaded before: the loads of a whole batch are under way at once.
    for (let k: usize = 0; k < end; k += 4) {
      const slot = slotOf(records + load<u32>(positions + k) * (width << 3), width, slots)
      store<u32>(firsts + k, slot)
      store<i32>(guesses + k, load<i32>(table + (slot << 2)))
    }
    for (let k: usize = 0; k < end; k += 4) {
      const guess = load<i32>(guesses + k)
      const record = records + load<u32>(positions + k) * (width << 3)
      const there = kept + max(guess, 0) * (width << 3)
      if (!(i32(guess >= 0) & same(record, there, width))) store<i32>(guesses + k, -1)
    }
    for (let k: usize = 0; k < end; k += 4) {
      const position = load<u32>(positions + k)
      let group = load<i32>(guesses + k)
      if (group < 0) {
        const record = records + position * (width << 3)
        const slot = load<u32>(firsts + k)
        group = probe(record, width, slot, table, slots, kept, known)
        if (<u32>group == known) {
          if (known == limit) {
            store<u32>(groups, known)
            return position
          }
          enter(record, width, slot, table, slots, kept, known++)
        }
      }
      store<i32>(codes + (position << 2), group)
    }
  }
  store<u32>(groups, known)
  return count
}

/** The group of a record, or `known` where it has none. */
// prettier-ignore
// @ts-ignore: decorator
@inline
function probe(record: usize, width: u32, first: u32, table: usize, slots: u32, kept: usize, known: u32): i32 {
  let slot = first
  let group = load<i32>(table + (slot << 2))
  while (group >= 0 && !same(record, kept + group * (width << 3), width)) {
    slot = (slot + 1) & (slots - 1)
    group = load<i32>(table + (slot << 2))
  }
  return group < 0 ? known : group
}

// prettier-ignore
// @ts-ignore: decorator
@inline
function enter(record: usize, width: u32, first: u32, table: usize, slots: u32, kept: usize, group: u32): void {
  let slot = first
  while (load<i32>(table + (slot << 2)) >= 0) slot = (slot + 1) & (slots - 1)
  store<u32>(table + (slot << 2), group)
  const target = kept + group * (width << 3)
  for (let w: u32 = 0; w < width; w++) store<u64>(target + (w << 3), load<u64>(record + (w << 3)))
}

/** 1 where all words are equal. */
// @ts-ignore: decorator
@inline
function same(a: usize, b: usize, width: u32): i32 {
  if (width == 1) return i32(load<u64>(a) == load<u64>(b))
  if (width == 2) return i32(!((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a, 8) ^ load<u64>(b, 8))))
  let difference: u64 = 0
  for (let w: u32 = 0; w < width; w++) difference |= load<u64>(a + (w << 3)) ^ load<u64>(b + (w << 3))
  return i32(difference == 0)
}

/** The top bits of a product depend on all bits of the words; doubles of whole numbers have their low bits 0. */
// @ts-ignore: decorator
@inline
function slotOf(record: usize, width: u32, slots: u32): u32 {
  let hash = load<u64>(record) * 0x9e3779b97f4a7c15
  if (width == 1) {
    hash = mix(hash)
  } else if (width == 2) {
    hash = mix(hash ^ load<u64>(record, 8))
  } else {
    for (let w: u32 = 1; w < width; w++) hash = mix(hash ^ load<u64>(record + (w << 3)))
  }
  return <u32>((hash * 0xd6e8feb86659fd93) >> (64 - ctz(<u64>slots)))
}

// @ts-ignore: decorator
@inline
function mix(x: u64): u64 {
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93
  return x ^ (x >> 29)
}
