// The range coder of LZMA, decoding: bits by adaptive probabilities (11 bits each), or as they are.

export let at: usize = 0
let end: usize = 0
let range: u32 = 0
let code: u32 = 0
/** The source ended too early: what was read since is zeros. */
export let isPastEnd = false

/** Begins at `source`: a zero, then the first four bytes of the code. False where that is not there. */
export function startRange(source: usize, sourceEnd: usize): bool {
  at = source
  end = sourceEnd
  range = 0xffffffff
  code = 0
  isPastEnd = sourceEnd - source < 5
  if (isPastEnd) return false
  if (load<u8>(at)) return false
  code = bswap<u32>(load<u32>(at, 1))
  at += 5
  return true
}

/** Takes the last byte that belongs to what was decoded; whether nothing of the code is left. */
export function finishRange(): bool {
  normalize()
  return code == 0
}

// @ts-ignore: decorator
@inline
function normalize(): void {
  if (range >= 1 << 24) return
  range <<= 8
  code <<= 8
  if (at < end) code |= load<u8>(at++)
  else isPastEnd = true
}

/** A bit by the probability at `place`, which learns it. */
export function bit(place: usize): u32 {
  normalize()
  const probability = <u32>load<u16>(place)
  const bound = (range >> 11) * probability
  if (code < bound) {
    range = bound
    store<u16>(place, probability + ((2048 - probability) >> 5))
    return 0
  }
  range -= bound
  code -= bound
  store<u16>(place, probability - (probability >> 5))
  return 1
}

/** `count` bits, the most significant first, by a tree of probabilities. */
export function treeBits(tree: usize, count: u32): u32 {
  let node: u32 = 1
  for (let i: u32 = 0; i < count; i++) node = (node << 1) | bit(tree + (node << 1))
  return node - (1 << count)
}

/** The same, the least significant first. */
export function reverseTreeBits(tree: usize, count: u32): u32 {
  let node: u32 = 1
  let value: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const one = bit(tree + (node << 1))
    node = (node << 1) | one
    value |= one << i
  }
  return value
}

/** `count` bits that are as likely 0 as 1. */
export function directBits(count: u32): u32 {
  let value: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    normalize()
    range >>= 1
    const one = <u32>(code >= range)
    if (one) code -= range
    value = (value << 1) | one
  }
  return value
}
