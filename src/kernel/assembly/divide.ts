// Groups divided by the hashes of their keys, so that each part can be merged on its own; and columns out of key records.
import { hashOf } from './hash'

/**
 * Writes the part of each of `count` records of `width` words, a byte, and adds to `counts`, a word for each part, how many
 * it has. A part is the low bits of the hash, as tables use the high ones; `most`: a power of two up to 256.
 */
export function hash_parts(records: usize, width: u32, count: u32, most: u32, parts: usize, counts: usize): void {
  const bytes = <usize>width << 3
  for (let i: u32 = 0; i < count; i++, records += bytes) {
    const part = hashOf(records, width) & (most - 1)
    store<u8>(parts + i, part)
    const at = counts + (<usize>part << 2)
    store<u32>(at, load<u32>(at) + 1)
  }
}

/** Copies `count` elements of `size` bytes, `step` apart, each to where `ends` has the end of its part, and moves that on. */
export function scatter_parts(from: usize, step: u32, size: u32, parts: usize, count: u32, ends: usize): void {
  for (let i: u32 = 0; i < count; i++, from += step) {
    const at = ends + (<usize>load<u8>(parts + i) << 2)
    const to = load<u32>(at)
    store<u32>(at, to + size)
    if (size == 8) store<u64>(to, load<u64>(from))
    else if (size == 4) store<u32>(to, load<u32>(from))
    else copyWords(from, to, size)
  }
}

/** Appends those of `count` records of `width` words whose code is not negative, and writes their numbers, from `next` on, over the codes. Returns the number after the last. */
export function append_records(records: usize, width: u32, count: u32, codes: usize, kept: usize, next: u32): u32 {
  const bytes = <usize>width << 3
  for (let i: u32 = 0; i < count; i++, records += bytes, codes += 4) {
    if (load<i32>(codes) < 0) continue
    copyWords(records, kept + next * bytes, bytes)
    store<u32>(codes, next++)
  }
  return next
}

/** Copies `count` elements of 1, 2, 4 or 8 bytes; `step` and `toStep`: bytes from one to the next. */
export function gather(from: usize, step: u32, size: u32, count: u32, to: usize, toStep: u32): void {
  for (let i: u32 = 0; i < count; i++, from += step, to += toStep) {
    if (size == 8) store<u64>(to, load<u64>(from))
    else if (size == 4) store<u32>(to, load<u32>(from))
    else if (size == 2) store<u16>(to, load<u16>(from))
    else store<u8>(to, load<u8>(from))
  }
}

// @ts-ignore: decorator
@inline
function copyWords(from: usize, to: usize, bytes: usize): void {
  for (let w: usize = 0; w < bytes; w += 8) store<u64>(to + w, load<u64>(from + w))
}

/** Writes the texts, of `words` words each at `texts`, that key `key` of `count` records has as numbers, and zeros for NULL. */
// prettier-ignore
export function gather_texts(
  records: usize, width: u32, key: u32, count: u32, texts: usize, words: u32, to: usize, toStep: u32,
): void {
  const bytes = <usize>words << 3
  const mask = (<u64>1) << key
  const number = <usize>(1 + key) << 3
  for (let i: u32 = 0; i < count; i++, records += <usize>width << 3, to += toStep) {
    const text = texts + load<u32>(records + number) * bytes
    if (load<u64>(records) & mask) memory.fill(to, 0, bytes)
    else copyWords(text, to, bytes)
  }
}

/** Copies those of the texts of `words` words that `numbers` lists one behind the other; of one less than 0 only zeros. */
export function list_texts(texts: usize, words: u32, numbers: usize, count: u32, to: usize): void {
  const bytes = <usize>words << 3
  for (let i: u32 = 0; i < count; i++, numbers += 4, to += bytes) {
    const number = load<i32>(numbers)
    if (number < 0) memory.fill(to, 0, bytes)
    else copyWords(texts + <usize>number * bytes, to, bytes)
  }
}

/** Writes the hash of each of `count` texts of `words` words, a word. */
export function hash_texts(texts: usize, words: u32, count: u32, hashes: usize): void {
  for (let i: u32 = 0; i < count; i++, texts += <usize>words << 3) store<u64>(hashes + (i << 3), hashOf(texts, words))
}

/**
 * Numbers the texts of `count` records anew, in the order in which they are met, and lists their old numbers. The number of
 * key `key` is in word `word`, that of NULL stays. `marks`: a word for each old number, 0 at first, of those listed before
 * less than `before` + 1. Returns how many texts there are.
 */
// prettier-ignore
export function number_anew(
  records: usize, width: u32, key: u32, word: u32, count: u32, marks: usize, before: u32, listed: usize,
): u32 {
  const mask = (<u64>1) << key
  let next = before
  for (let i: u32 = 0; i < count; i++, records += <usize>width << 3) {
    if (load<u64>(records) & mask) continue
    const at = records + (<usize>word << 3)
    const old = load<u32>(at)
    const mark = marks + (<usize>old << 2)
    if (load<u32>(mark) <= before) {
      store<u32>(listed + (<usize>(next - before) << 2), old)
      store<u32>(mark, ++next)
    }
    store<u32>(at, load<u32>(mark) - 1 - before)
  }
  return next - before
}

/** Puts another number, as `numbers` has it, in place of that of key `key` of `count` records, in word `word`; that of NULL stays. */
// prettier-ignore
export function renumber(records: usize, width: u32, key: u32, word: u32, count: u32, numbers: usize): void {
  const mask = (<u64>1) << key
  for (let i: u32 = 0; i < count; i++, records += <usize>width << 3) {
    const at = records + (<usize>word << 3)
    if (!(load<u64>(records) & mask)) store<u32>(at, load<u32>(numbers + (<usize>load<u32>(at) << 2)))
  }
}

/**
 * Lays `count` texts of `words` words, `step` bytes apart and padded with zeros, end to end as UTF-8, and writes where each
 * begins, and where the last ends, to `offsets`. `wide`: they are UTF-32. Returns 1 where all are ASCII, 0 where not, -1
 * where one of UTF-32 has no character. Up to 8 bytes behind the last are written.
 */
// prettier-ignore
export function pack_texts(
  texts: usize, step: u32, words: u32, wide: bool, count: u32, offsets: usize, out: usize,
): i32 {
  const start = out
  let beyond: u64 = 0
  for (let i: u32 = 0; i < count; i++, texts += step, offsets += 4) {
    store<u32>(offsets, <u32>(out - start))
    if (wide) {
      let length = words << 1
      while (length > 0 && load<u32>(texts + ((length - 1) << 2)) == 0) length--
      for (let c: u32 = 0; c < length; c++) {
        const point = load<u32>(texts + (c << 2))
        beyond |= point >> 7
        if (point < 0x80) store<u8>(out++, <u8>point)
        else if (isCharacter(point)) out = packCharacter(point, out)
        else return -1
      }
    } else {
      let length: usize = 0
      for (let w: u32 = 0; w < words; w++) {
        const word = load<u64>(texts + (w << 3))
        store<u64>(out + (w << 3), word)
        beyond |= word & 0x8080808080808080
        if (word) length = (w << 3) + 8 - (<usize>clz(word) >> 3)
      }
      out += length
    }
  }
  store<u32>(offsets, <u32>(out - start))
  return i32(beyond == 0)
}

function isCharacter(point: u32): bool {
  return point < 0xd800 || (point > 0xdfff && point <= 0x10ffff)
}

/** One beyond ASCII; returns where it ends. */
function packCharacter(point: u32, out: usize): usize {
  if (point < 0x800) {
    store<u8>(out++, <u8>(0xc0 | (point >> 6)))
  } else {
    if (point < 0x10000) {
      store<u8>(out++, <u8>(0xe0 | (point >> 12)))
    } else {
      store<u8>(out++, <u8>(0xf0 | (point >> 18)))
      store<u8>(out++, <u8>(0x80 | ((point >> 12) & 0x3f)))
    }
    store<u8>(out++, <u8>(0x80 | ((point >> 6) & 0x3f)))
  }
  store<u8>(out++, <u8>(0x80 | (point & 0x3f)))
  return out
}
