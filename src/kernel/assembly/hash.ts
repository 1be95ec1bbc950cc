// Groups by keys that depend on data values. A slot of the table holds the number of a group (32 bits, -1: free) and above
// it the hash of its record, so that records of other groups are not looked at. The records of the groups are kept in the
// order in which they came. Linear probing from the top bits of the hash; the caller grows it (kernel/hash-table.ts).

/** Records that are looked up together, so that the waits for memory of a large table overlap. */
const batch: u32 = 64
/** From so many slots on a table is large: smaller ones stay in the first caches, where one pass is faster. */
const largeSlots: u32 = 1 << 13

/** Of each record of a batch: its position, its hash, and the group that was in its first slot. */
const positions = memory.data(64 * 4, 16)
const hashes = memory.data(64 * 4, 16)
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

/** Enters the groups of a table into another one, which is cleared first: both are in the order of the hashes, but for wraps. */
export function hash_rebuild(from: usize, fromSlots: u32, table: usize, slots: u32): void {
  memory.fill(table, 0xff, <usize>slots << 3)
  const end = from + (<usize>fromSlots << 3)
  for (; from < end; from += 8) {
    const entry = load<u64>(from)
    if (<i32>entry < 0) continue
    let slot = <u32>(entry >> 32) >> (32 - ctz(slots))
    while (load<i32>(table + (<usize>slot << 3)) >= 0) slot = (slot + 1) & (slots - 1)
    store<u64>(table + (<usize>slot << 3), entry)
  }
}

/** Enters the groups [from, to) of those kept, none of which the table has. */
export function hash_enter(kept: usize, width: u32, from: u32, to: u32, table: usize, slots: u32): void {
  for (let group = from; group < to; group++) {
    const hash = hashOf(kept + group * (width << 3), width)
    let slot = hash >> (32 - ctz(slots))
    while (load<i32>(table + (<usize>slot << 3)) >= 0) slot = (slot + 1) & (slots - 1)
    store<u64>(table + (<usize>slot << 3), (<u64>hash << 32) | group)
  }
}

/** Leaves 0 of those marks (0 or -1) whose code is `unknown`, and -1 of all others. Returns how many are 0. */
export function mark_unknown(codes: usize, marks: usize, count: u32, unknown: i32): u32 {
  let found: u32 = 0
  for (let i: usize = 0; i < (<usize>count << 2); i += 4) {
    const wanted = i32(load<i32>(codes + i) == unknown) & i32(load<i32>(marks + i) >= 0)
    store<i32>(marks + i, wanted - 1)
    found += wanted
  }
  return found
}

/** Writes the marks that are not negative over their codes. */
export function fill_unknown(codes: usize, marks: usize, count: u32): void {
  for (let i: usize = 0; i < (<usize>count << 2); i += 4) {
    const mark = load<i32>(marks + i)
    store<i32>(codes + i, mark >= 0 ? mark : load<i32>(codes + i))
  }
}

/** Of `count` records of one key that is a number: writes it over the codes that are not negative. Returns the greatest plus one. */
export function number_find(records: usize, count: u32, codes: usize): u32 {
  let past: u32 = 0
  for (let i: u32 = 0; i < count; i++, records += 16) {
    const at = codes + (i << 2)
    const number = load<u32>(records, 8)
    const active = load<i32>(at) >= 0
    store<i32>(at, active ? number : -1)
    past = max(past, active ? number + 1 : 0)
  }
  return past
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
      const hash = hashOf(record, width)
      const slot = probe(record, width, hash, table, slots, kept)
      group = load<i32>(slot)
      if (group < 0) {
        if (known == limit) {
          store<u32>(groups, known)
          return i
        }
        group = known
        enter(record, width, hash, slot, kept, known++)
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
  const shift = 32 - ctz(slots)
  while (i < count) {
    let active: usize = 0
    for (; i < count && active < batch; i++) {
      store<u32>(positions + (active << 2), i)
      active += <usize>(load<i32>(codes + (i << 2)) >= 0)
    }
    const end = active << 2
    // Nothing here depends on what was loaded before: the loads of a whole batch are under way at once.
    for (let k: usize = 0; k < end; k += 4) {
      const hash = hashOf(records + load<u32>(positions + k) * (width << 3), width)
      const entry = load<u64>(table + (<usize>(hash >> shift) << 3))
      store<u32>(hashes + k, hash)
      store<i32>(guesses + k, <u32>(entry >> 32) == hash ? <i32>entry : -1)
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
        const hash = load<u32>(hashes + k)
        const slot = probe(record, width, hash, table, slots, kept)
        group = load<i32>(slot)
        if (group < 0) {
          if (known == limit) {
            store<u32>(groups, known)
            return position
          }
          group = known
          enter(record, width, hash, slot, kept, known++)
        }
      }
      store<i32>(codes + (position << 2), group)
    }
  }
  store<u32>(groups, known)
  return count
}

/** The address of the slot that has the group of a record, or of the free one where it belongs. */
// prettier-ignore
// @ts-ignore: decorator
@inline
function probe(record: usize, width: u32, hash: u32, table: usize, slots: u32, kept: usize): usize {
  let slot = hash >> (32 - ctz(slots))
  let at = table + (<usize>slot << 3)
  let entry = load<u64>(at)
  while (<i32>entry >= 0 && !(<u32>(entry >> 32) == hash && same(record, kept + <u32>entry * (width << 3), width))) {
    slot = (slot + 1) & (slots - 1)
    at = table + (<usize>slot << 3)
    entry = load<u64>(at)
  }
  return at
}

// @ts-ignore: decorator
@inline
function enter(record: usize, width: u32, hash: u32, slot: usize, kept: usize, group: u32): void {
  store<u64>(slot, (<u64>hash << 32) | group)
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
export function hashOf(record: usize, width: u32): u32 {
  let hash = load<u64>(record) * 0x9e3779b97f4a7c15
  if (width == 1) {
    hash = mix(hash)
  } else if (width == 2) {
    hash = mix(hash ^ load<u64>(record, 8))
  } else {
    for (let w: u32 = 1; w < width; w++) hash = mix(hash ^ load<u64>(record + (w << 3)))
  }
  return <u32>((hash * 0xd6e8feb86659fd93) >> 32)
}

// @ts-ignore: decorator
@inline
function mix(x: u64): u64 {
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93
  return x ^ (x >> 29)
}
