// Texts of any length, numbered by a table of their hashes whose slots are those of hash.ts. A text is a pair of 32-bit
// words: its address and its length. Up to 7 bytes behind a text are read, and behind one that is copied written.

/** In place of a length: no text. */
const nullLength: u32 = 0xffffffff

/** Texts that are looked up together, so that the waits for memory of a large table overlap. */
const batch: u32 = 64

/** From so many slots on a table is large: smaller ones stay in the first caches. */
const largeSlots: u32 = 1 << 14

/** Of each text of a batch: its hash, the number that was in its first slot, and where the text of that is. */
const hashes = memory.data(64 * 4, 16)
const guesses = memory.data(64 * 4, 16)
const guessed = memory.data(64 * 4, 16)

/**
 * Writes the pair of each of `cells` texts that stand one behind the other, each behind its length in bytes (the layout of
 * the codec vlen-utf8 behind its count). Returns how many are whole: fewer where the bytes end too early.
 */
export function pairs_of(source: usize, end: usize, cells: u32, hasNull: bool, pairs: usize): u32 {
  let at = source
  for (let i: u32 = 0; i < cells; i++, pairs += 8) {
    if (<u64>at + 4 > end) return i
    const length = load<u32>(at)
    at += 4
    store<u32>(pairs, <u32>at)
    store<u32>(pairs, length, 4)
    if (hasNull && length == nullLength) continue
    if (<u64>at + length > end) return i
    at += length
  }
  return cells
}

/**
 * Writes the number of each of `count` texts to `codes`, -1 for none. New ones go behind the pairs that are kept, and are
 * copied to the heap where there is one. `state`: how many are known, how many may be, where the heap goes on and ends (0:
 * none). Returns how many texts were handled: it stops before a new one for which there is no room.
 */
// prettier-ignore
export function find_variable(
  pairs: usize, count: u32, codes: usize, table: usize, slots: u32, kept: usize, state: usize,
): u32 {
  if (slots < largeSlots) return settle(pairs, count, codes, table, slots, kept, state, false)
  for (let done: u32 = 0; done < count; done += batch) {
    const some = min(batch, count - done)
    guess(pairs, some, table, slots, kept)
    const found = settle(pairs, some, codes, table, slots, kept, state, true)
    if (found < some) return done + found
    pairs += <usize>some << 3
    codes += <usize>some << 2
  }
  return count
}

/** Nothing in a loop here depends on what it loaded before: its loads are under way at once. */
function guess(pairs: usize, count: u32, table: usize, slots: u32, kept: usize): void {
  const shift = 32 - ctz(slots)
  const end = <usize>count << 2
  for (let k: usize = 0; k < end; k += 4) {
    const length = load<u32>(pairs + (k << 1), 4)
    store<u32>(hashes + k, length == nullLength ? 0 : hashOfText(load<u32>(pairs + (k << 1)), length))
  }
  for (let k: usize = 0; k < end; k += 4) {
    const hash = load<u32>(hashes + k)
    const entry = load<u64>(table + (<usize>(hash >> shift) << 3))
    store<i32>(guesses + k, <u32>(entry >> 32) == hash ? <i32>entry : -1)
  }
  for (let k: usize = 0; k < end; k += 4) {
    const number = load<i32>(guesses + k)
    const pair = kept + (<usize>max(number, 0) << 3)
    const isGuess = i32(number >= 0) & i32(load<u32>(pair, 4) == load<u32>(pairs + (k << 1), 4))
    store<i32>(guesses + k, isGuess ? number : -1)
    store<u32>(guessed + k, isGuess ? load<u32>(pair) : load<u32>(pairs + (k << 1)))
  }
  for (let k: usize = 0; k < end; k += 4) {
    const length = load<u32>(pairs + (k << 1), 4)
    const mask: u64 = length >= 8 ? -1 : (<u64>1 << (length << 3)) - 1
    const difference = (load<u64>(load<u32>(pairs + (k << 1))) ^ load<u64>(load<u32>(guessed + k))) & mask
    store<i32>(guesses + k, difference == 0 ? load<i32>(guesses + k) : -1)
  }
}

/** `isGuessed`: each was looked up in its first slot. */
// prettier-ignore
// @ts-ignore: decorator
@inline
function settle(
  pairs: usize, count: u32, codes: usize, table: usize, slots: u32, kept: usize, state: usize, isGuessed: bool,
): u32 {
  let known = load<u32>(state)
  const limit = load<u32>(state, 4)
  let heap = <usize>load<u32>(state, 8)
  const heapEnd = <usize>load<u32>(state, 12)
  const shift = 32 - ctz(slots)
  let i: u32 = 0
  for (; i < count; i++, pairs += 8, codes += 4) {
    const text = <usize>load<u32>(pairs)
    const length = load<u32>(pairs, 4)
    if (isGuessed) {
      const number = load<i32>(guesses + (i << 2))
      if (number >= 0 && isSame(load<u32>(guessed + (i << 2)), text, length)) {
        store<i32>(codes, number)
        continue
      }
    }
    if (length == nullLength) {
      store<i32>(codes, -1)
      continue
    }
    const hash = isGuessed ? load<u32>(hashes + (i << 2)) : hashOfText(text, length)
    let slot = hash >> shift
    let entry = load<u64>(table + (<usize>slot << 3))
    while (<i32>entry >= 0) {
      if (<u32>(entry >> 32) == hash && isKept(kept + (<usize>(<u32>entry) << 3), text, length)) break
      slot = (slot + 1) & (slots - 1)
      entry = load<u64>(table + (<usize>slot << 3))
    }
    if (<i32>entry >= 0) {
      store<u32>(codes, <u32>entry)
      continue
    }
    if (known == limit || (heap != 0 && <u64>heap + length > heapEnd)) break
    const pair = kept + (<usize>known << 3)
    store<u32>(pair, heap != 0 ? <u32>heap : <u32>text)
    store<u32>(pair, length, 4)
    if (heap != 0) {
      copyText(text, heap, length)
      heap += length
    }
    store<u64>(table + (<usize>slot << 3), (<u64>hash << 32) | known)
    store<u32>(codes, known++)
  }
  store<u32>(state, known)
  store<u32>(state, <u32>heap, 8)
  return i
}

/** Writes the hash of each of `count` texts, a word. */
export function hash_variable(pairs: usize, count: u32, hashes: usize): void {
  for (let i: u32 = 0; i < count; i++, pairs += 8) {
    store<u64>(hashes + (i << 3), hashOfText(load<u32>(pairs), load<u32>(pairs, 4)))
  }
}

/** Writes the pairs of `count` texts that lie end to end from `bytes` on; `offsets` tells where each begins, and the last ends. */
export function pairs_within(offsets: usize, count: u32, bytes: usize, pairs: usize): void {
  for (let i: u32 = 0; i < count; i++, offsets += 4, pairs += 8) {
    const start = load<u32>(offsets)
    store<u32>(pairs, <u32>bytes + start)
    store<u32>(pairs, load<u32>(offsets, 4) - start, 4)
  }
}

/** Writes the pairs of the texts that `numbers` lists; of one less than 0 that of an empty text. */
export function pairs_listed(kept: usize, numbers: usize, count: u32, pairs: usize): void {
  for (let i: u32 = 0; i < count; i++, numbers += 4, pairs += 8) {
    const number = load<i32>(numbers)
    store<u64>(pairs, number < 0 ? 0 : load<u64>(kept + (<usize>number << 3)))
  }
}

/** Lays `count` texts end to end, and writes where each begins, and where the last ends. Returns whether all are ASCII. */
export function lay_variable(pairs: usize, count: u32, offsets: usize, out: usize): bool {
  const start = out
  let beyond: u64 = 0
  for (let i: u32 = 0; i < count; i++, pairs += 8, offsets += 4) {
    store<u32>(offsets, <u32>(out - start))
    const length = load<u32>(pairs, 4)
    beyond |= copyText(load<u32>(pairs), out, length)
    out += length
  }
  store<u32>(offsets, <u32>(out - start))
  return (beyond & 0x8080808080808080) == 0
}

/** Returns the union of its bits, without those of the bytes behind it. */
function copyText(from: usize, to: usize, length: u32): u64 {
  let bits: u64 = 0
  let left = length
  for (; left >= 8; left -= 8, from += 8, to += 8) {
    const word = load<u64>(from)
    store<u64>(to, word)
    bits |= word
  }
  if (left == 0) return bits
  const last = load<u64>(from)
  store<u64>(to, last)
  return bits | (last & ((<u64>1 << (left << 3)) - 1))
}

function hashOfText(text: usize, length: u32): u32 {
  let hash: u64 = 0x9e3779b97f4a7c15 ^ <u64>length
  let left = length
  for (; left >= 8; left -= 8, text += 8) hash = mix(hash ^ load<u64>(text))
  if (left > 0) hash = mix(hash ^ (load<u64>(text) & ((<u64>1 << (left << 3)) - 1)))
  return <u32>(mix(hash) >> 32)
}

// @ts-ignore: decorator
@inline
function mix(bits: u64): u64 {
  const product = bits * 0xff51afd7ed558ccd
  return product ^ (product >> 32)
}

// @ts-ignore: decorator
@inline
function isKept(pair: usize, text: usize, length: u32): bool {
  return load<u32>(pair, 4) == length && isSame(load<u32>(pair), text, length)
}

// @ts-ignore: decorator
@inline
function isSame(own: usize, text: usize, length: u32): bool {
  let left = length
  for (; left >= 8; left -= 8, own += 8, text += 8) if (load<u64>(own) != load<u64>(text)) return false
  return left == 0 || ((load<u64>(own) ^ load<u64>(text)) & ((<u64>1 << (left << 3)) - 1)) == 0
}
