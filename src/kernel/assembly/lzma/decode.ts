// LZMA: literals and matches, by probabilities that depend on what came before. The dictionary is the output itself.
import { repeatWithin } from '../copy'
import { at, bit, directBits, finishRange, isPastEnd, reverseTreeBits, startRange, treeBits } from './range'
import { CORRUPT, OVERLONG, TRAILING, TRUNCATED } from './status'

// Where the probabilities of each kind begin, in the scratch; two bytes each.
const isMatch: usize = 0
const isRepeat: usize = isMatch + 12 * 16
const isRepeat0: usize = isRepeat + 12
const isRepeat1: usize = isRepeat0 + 12
const isRepeat2: usize = isRepeat1 + 12
const isLongRepeat0: usize = isRepeat2 + 12
const slots: usize = isLongRepeat0 + 12 * 16
const specials: usize = slots + 4 * 64
const aligns: usize = specials + 128
const matchLengths: usize = aligns + 16
const repeatLengths: usize = matchLengths + 2 + 2 * 16 * 8 + 256
const literals: usize = repeatLengths + 2 + 2 * 16 * 8 + 256
/** The format allows more, but no writer of xz does: lc + lp is at most 4. */
const total: usize = literals + (0x300 << 4)

let scratch: usize = 0
let literalBits: u32 = 0
let literalMask: usize = 0
let positionMask: usize = 0
let state: u32 = 0
let repeat0: usize = 0
let repeat1: usize = 0
let repeat2: usize = 0
let repeat3: usize = 0

/** The bytes that decoders need. */
export function lzma_scratch(): usize {
  return total * 2
}

/** From here on all is forgotten but the dictionary; false where `properties` (lc + 9 lp + 45 pb) are not valid. */
export function resetLzma(place: usize, properties: u32): bool {
  const lc = properties % 9
  const lp = (properties / 9) % 5
  const pb = properties / 45
  if (lc + lp > 4 || pb > 4) return false
  scratch = place
  literalBits = lc
  literalMask = (1 << lp) - 1
  positionMask = (1 << pb) - 1
  state = 0
  repeat0 = repeat1 = repeat2 = repeat3 = 0
  for (let i: usize = 0; i < total; i++) store<u16>(place + 2 * i, 1024)
  return true
}

// @ts-ignore: decorator
@inline
function place(index: usize): usize {
  return scratch + 2 * index
}

/** How `decodeUntil` ended at a marker. */
const MARKER = 1

/** Decodes until `stop`, or to a marker of the end; `first` is where the dictionary begins. Returns where it stopped in `reached`. */
export let reached: usize = 0
export function decodeUntil(first: usize, to: usize, stop: usize, outEnd: usize): i32 {
  while (to < stop) {
    if (isPastEnd) return TRUNCATED
    const position = (to - first) & positionMask
    if (!bit(place(isMatch + (state << 4) + position))) {
      if (!literal(first, to)) return CORRUPT
      to++
      continue
    }
    let length: usize
    if (bit(place(isRepeat + state))) {
      if (!bit(place(isRepeat0 + state))) {
        if (!bit(place(isLongRepeat0 + (state << 4) + position))) {
          if (repeat0 >= to - first) return CORRUPT
          store<u8>(to, load<u8>(to - repeat0 - 1))
          to++
          state = state < 7 ? 9 : 11
          continue
        }
      } else {
        takeEarlier()
      }
      length = matchLength(repeatLengths, position)
      state = state < 7 ? 8 : 11
    } else {
      repeat3 = repeat2
      repeat2 = repeat1
      repeat1 = repeat0
      length = matchLength(matchLengths, position)
      state = state < 7 ? 7 : 10
      repeat0 = distance(length)
      if (repeat0 == 0xffffffff) {
        reached = to
        return MARKER
      }
    }
    if (repeat0 >= to - first) return isPastEnd ? TRUNCATED : CORRUPT
    if (length > stop - to) return isPastEnd ? TRUNCATED : stop == outEnd ? OVERLONG : CORRUPT
    repeatWithin(to, repeat0 + 1, length, outEnd)
    to += length
  }
  reached = to
  return isPastEnd ? TRUNCATED : 0
}

/** Brings one of the three distances before the last to the front. */
function takeEarlier(): void {
  let chosen = repeat1
  if (bit(place(isRepeat1 + state))) {
    chosen = repeat2
    if (bit(place(isRepeat2 + state))) {
      chosen = repeat3
      repeat3 = repeat2
    }
    repeat2 = repeat1
  }
  repeat1 = repeat0
  repeat0 = chosen
}

function literal(first: usize, to: usize): bool {
  const before: u32 = to > first ? <u32>load<u8>(to - 1) : 0
  const context = (((to - first) & literalMask) << literalBits) + (before >> (8 - literalBits))
  const tree = place(literals + 0x300 * context)
  let symbol: u32 = 1
  if (state >= 7) {
    if (repeat0 >= to - first) return false
    let match = <u32>load<u8>(to - repeat0 - 1)
    do {
      const expected = (match >> 7) & 1
      match <<= 1
      const found = bit(tree + (((1 + expected) << 8) + symbol) * 2)
      symbol = (symbol << 1) | found
      if (found != expected) break
    } while (symbol < 0x100)
  }
  while (symbol < 0x100) symbol = (symbol << 1) | bit(tree + (symbol << 1))
  store<u8>(to, <u8>symbol)
  state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
  return true
}

function matchLength(from: usize, position: usize): usize {
  if (!bit(place(from))) return 2 + treeBits(place(from + 2 + position * 8), 3)
  if (!bit(place(from + 1))) return 10 + treeBits(place(from + 2 + 128 + position * 8), 3)
  return 18 + treeBits(place(from + 2 + 256), 8)
}

function distance(length: usize): usize {
  const slot = treeBits(place(slots + min<usize>(length - 2, 3) * 64), 6)
  if (slot < 4) return slot
  const count = (slot >> 1) - 1
  const base = (2 | (slot & 1)) << count
  if (slot < 14) return base + reverseTreeBits(place(specials + base - slot), count)
  return base + (directBits(count - 4) << 4) + reverseTreeBits(place(aligns), 4)
}

/** One stream of LZMA without any header. `told` is its decoded length, or -1 where a marker ends it. */
export function lzma_decode(
  source: usize, sourceLength: usize, out: usize, outLength: usize, place: usize, properties: u32, told: i32,
): i32 {
  if (told >= 0 && <usize>told > outLength) return OVERLONG
  if (!resetLzma(place, properties)) return CORRUPT
  const end = source + sourceLength
  if (!startRange(source, end)) return isPastEnd ? TRUNCATED : CORRUPT
  const outEnd = out + outLength
  const stop = told < 0 ? outEnd : out + told
  let result = decodeUntil(out, out, stop, outEnd)
  if (result < 0) return result
  // What ends by its length may have a marker all the same; what does not must.
  if (result != MARKER && !(finishRange() && told >= 0)) {
    result = decodeMarker(out, stop)
    if (result < 0) return result
  }
  if (told >= 0 && reached != stop) return CORRUPT
  finishRange()
  if (isPastEnd) return TRUNCATED
  return at == end ? <i32>(reached - out) : TRAILING
}

function decodeMarker(first: usize, to: usize): i32 {
  const position = (to - first) & positionMask
  if (!bit(place(isMatch + (state << 4) + position)) || bit(place(isRepeat + state))) return isPastEnd ? TRUNCATED : OVERLONG
  const isMarker = distance(matchLength(matchLengths, position)) == 0xffffffff
  return isPastEnd ? TRUNCATED : isMarker ? 0 : OVERLONG
}
