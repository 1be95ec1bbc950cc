// How decoders repeat what they wrote: copies by whole vectors, also where source and target overlap.

/** Row d: the indexes that repeat the first d bytes of a vector all over it; row 0 is not used, row 16 changes nothing. */
// prettier-ignore
export const repeats = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
])

/** The most bytes that whole repeats of row d fill in a vector. */
export const steps = memory.data<u8>([0, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15, 16])

/** Vectors until `length` bytes are there, up to 15 more; from lies 16 or more before to, or elsewhere. */
// @ts-ignore: decorator
@inline
export function copyForward(to: usize, from: usize, length: usize): void {
  const end = to + length
  do {
    v128.store(to, v128.load(from))
    to += 16
    from += 16
  } while (to < end)
}

/** The same for ranges that do not overlap, up to 31 more: half as many turns. */
// @ts-ignore: decorator
@inline
export function copyApart(to: usize, from: usize, length: usize): void {
  const end = to + length
  do {
    v128.store(to, v128.load(from))
    v128.store(to, v128.load(from, 16), 16)
    to += 32
    from += 32
  } while (to < end)
}

/** A match that overlaps itself: its first `offset` bytes over and over, up to 15 more than asked. */
// @ts-ignore: decorator
@inline
export function repeatLong(to: usize, offset: usize, length: usize): void {
  const end = to + length
  const pattern = v128.swizzle(v128.load(to - offset), v128.load(repeats + (offset << 4)))
  const step = <usize>load<u8>(steps + offset)
  do {
    v128.store(to, pattern)
    to += step
  } while (to < end)
}

/** A match near the end: vectors as far as their overhang stays inside, then bytes. */
export function repeatExactly(to: usize, offset: usize, length: usize, outEnd: usize): void {
  const stop = to + length
  if (outEnd - to > 32 && length > 32) {
    const whole = min(length, outEnd - to - 32)
    if (offset < 16) repeatLong(to, offset, whole)
    else copyForward(to, to - offset, whole)
    to += whole
  }
  for (; to < stop; to++) store<u8>(to, load<u8>(to - offset))
}

/** A match anywhere: whole vectors where there is room for their overhang. */
// @ts-ignore: decorator
@inline
export function repeatWithin(to: usize, offset: usize, length: usize, outEnd: usize): void {
  if (outEnd - to < length + 32) repeatExactly(to, offset, length, outEnd)
  else if (offset < 16) repeatLong(to, offset, length)
  else copyForward(to, to - offset, length)
}

/** Literals from elsewhere: most are short, and two vectors hold them. */
// @ts-ignore: decorator
@inline
export function copyWithin(to: usize, from: usize, length: usize, end: usize, outEnd: usize): void {
  if (length <= 32 && end - from >= 32 && outEnd - to >= 32) {
    v128.store(to, v128.load(from))
    v128.store(to, v128.load(from, 16), 16)
  } else {
    memory.copy(to, from, length)
  }
}
