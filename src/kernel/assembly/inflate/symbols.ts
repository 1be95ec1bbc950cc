// The symbols of a block: literals, matches of a length and a distance, and the end.
import { copyForward, repeatLong, repeatWithin } from '../copy'
import { at, bits, count, end, refill, setBits, spare } from './bits'
import { distanceBits, findCode, INVALID, letterBits, LITERAL, SPECIAL, UNKNOWN } from './codes'
import { BAD_CODE, BAD_DISTANCE, OVERLONG, TRUNCATED } from './status'

/** The least room of a turn of the fast loop: a literal more than the overhang of a match. */
const overhang: usize = 32
const outMargin: usize = 40
const letterMask: u32 = ((1 << letterBits) - 1) << 2
const distanceMask: u32 = ((1 << distanceBits) - 1) << 2

/** Not the end of the block. */
const GOES_ON: i32 = 1

/** Behind the bytes that are decoded. */
export let decodedTo: usize = 0

/** Decodes until the end of the block. Matches reach back to `out`. `tables`: that of letters, then that of distances. */
// prettier-ignore
export function decodeSymbols(
  tables: usize, letters: usize, distances: usize, out: usize, to: usize, outEnd: usize,
): i32 {
  decodedTo = to
  while (true) {
    let status = decodeFast(tables, out, outEnd)
    if (status == GOES_ON) status = decodeOne(letters, distances, out, outEnd)
    if (status != GOES_ON) return status
  }
}

/**
 * Up to what a table does not tell, or until an end is near. A turn takes at most 50 bits: a code of 11 of a literal,
 * 16 of a length, 23 of a distance. No function is called: then all variables would be kept in memory.
 */
function decodeFast(letterTable: usize, out: usize, outEnd: usize): i32 {
  if (end - at < 8 || outEnd - decodedTo < outMargin) return GOES_ON
  const safe = end - 8
  const outSafe = outEnd - outMargin
  const distanceTable = letterTable + (4 << letterBits)
  let from = at
  let to = decodedTo
  let word = bits
  /** As `count`, with anything above its six bits. */
  let left = count
  while (from <= safe && to <= outSafe) {
    // There are enough bits for the table already: it need not wait for more of them.
    let entry = load<u32>(letterTable + (<u32>word & letterMask))
    word |= load<u64>(from) << left
    from += <usize>((left ^ 63) >> 3) & 7
    left |= 56
    if (entry & LITERAL) {
      word >>= <u64>entry
      left -= <u64>entry
      store<u8>(to++, <u8>(entry >> 16))
      entry = load<u32>(letterTable + (<u32>word & letterMask))
      if (entry & LITERAL) {
        word >>= <u64>entry
        left -= <u64>entry
        store<u8>(to++, <u8>(entry >> 16))
        continue
      }
    }
    if (entry & SPECIAL) break
    const length = valueOf(entry, word)
    if (length > outEnd - overhang - to) break
    const rest = word >> <u64>entry
    const next = load<u32>(distanceTable + (<u32>rest & distanceMask))
    if (next & SPECIAL) break
    word = rest
    left -= <u64>entry
    const distance = valueOf(next, word)
    word >>= <u64>next
    left -= <u64>next
    // No distance is more than 32 kB, and no address that is given to a decoder less.
    const source = to - distance
    if (source < out) return BAD_DISTANCE
    if (distance >= 16) {
      v128.store(to, v128.load(source))
      if (length > 16) copyForward(to + 16, source + 16, length - 16)
    } else {
      repeatLong(to, distance, length)
    }
    to += length
  }
  setBits(word, left & 63, from)
  decodedTo = to
  return GOES_ON
}

/** One literal, match or end, exactly: what the fast loop leaves. */
function decodeOne(letters: usize, distances: usize, out: usize, outEnd: usize): i32 {
  const to = decodedTo
  const letter = takeCode(letters)
  if (letter & SPECIAL) return letter == UNKNOWN ? TRUNCATED : letter == INVALID ? BAD_CODE : 0
  if (letter & LITERAL) {
    if (to == outEnd) return OVERLONG
    store<u8>(to, <u8>value)
    decodedTo = to + 1
    return GOES_ON
  }
  const length = value
  const distance = takeCode(distances)
  if (distance & SPECIAL) return distance == UNKNOWN ? TRUNCATED : BAD_CODE
  if (value > to - out) return BAD_DISTANCE
  if (length > outEnd - to) return OVERLONG
  repeatWithin(to, value, length, outEnd)
  decodedTo = to + length
  return GOES_ON
}

/** That of the code taken last. */
let value: usize = 0

/** Takes a code with its extra bits, of any length, and returns its entry; UNKNOWN where there are not so many bits. */
function takeCode(codes: usize): u32 {
  refill()
  const entry = findCode(codes, bits >> spare)
  if (entry == INVALID) return INVALID
  const used = <u64>(entry & 63)
  if (used > count - spare) return UNKNOWN
  value = valueOf(entry, bits)
  setBits(bits >> used, count - used, at)
  return entry
}

/** What an entry has from bit 16 on, and the extra bits, which come after the code. */
// @ts-ignore: decorator
@inline
function valueOf(entry: u32, bits: u64): usize {
  return <usize>((entry >> 16) + ((<u32>bits & ((4 << entry) - 1)) >> (entry >> 8)))
}
