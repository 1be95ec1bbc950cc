// The byte shuffle of blosc and numcodecs, undone: plane j holds byte j of every element.

/** out[i * size + j] = source[j * (length / size) + i]; a remainder is copied. */
export function unshuffle(size: i32, length: usize, source: usize, out: usize): void {
  const count = length / size
  if (size == 2) weave2(count, source, source + count, out)
  else if (size == 4) weave4(count, source, source + count, source + 2 * count, source + 3 * count, out)
  else if (size == 8) {
    const half = source + 4 * count
    weave8(count, source, source + count, source + 2 * count, source + 3 * count,
      half, half + count, half + 2 * count, half + 3 * count, out)
  }
  else wholes(size, count, count, source, out)
  const done = count * size
  if (done < length) memory.copy(out + done, source + done, length - done)
}

/** Of the elements [from, to) the bytes [first, past) only; a remainder is copied. */
// prettier-ignore
export function unshuffle_planes(
  size: usize, first: usize, past: usize, length: usize, from: usize, to: usize, source: usize, out: usize,
): void {
  const count = length / size
  if (past - first == size) wholes(size, count, to - from, source + from, out + from * size)
  else planes(size, first, past, count, to - from, source + from, out + from * size)
  const done = count * size
  if (done < length) memory.copy(out + done, source + done, length - done)
}

/** Bytes [first, past) of `count` elements, by eights, fours and twos; planes lie `stride` bytes apart. */
// prettier-ignore
function planes(size: usize, first: usize, past: usize, stride: usize, count: usize, source: usize, out: usize): void {
  let j = first
  for (; j + 8 <= past; j += 8) eight(size, stride, count, source + j * stride, out + j)
  for (; j + 4 <= past; j += 4) four(size, stride, count, source + j * stride, out + j)
  for (; j + 2 <= past; j += 2) two(size, stride, count, source + j * stride, out + j)
  if (j < past) some(0, count, size, 1, stride, source + j * stride, out + j)
}

/** `width` planes byte by byte, from an element on: what is left when sixteens are done. */
// prettier-ignore
function some(first: usize, count: usize, size: usize, width: usize, stride: usize, source: usize, out: usize): void {
  for (let j: usize = 0; j < width; j++) {
    let from = source + j * stride + first
    let to = out + first * size + j
    for (let i = first; i < count; i++, from++, to += size) store<u8>(to, load<u8>(from))
  }
}

function two(size: usize, stride: usize, count: usize, source: usize, out: usize): void {
  const whole = count & ~15
  let p = source
  let to = out
  for (let i: usize = 0; i < whole; i += 16, p += 16, to += 16 * size) {
    const a = v128.load(p)
    const b = v128.load(p + stride)
    lanes16(low8(a, b), size, to)
    lanes16(high8(a, b), size, to + 8 * size)
  }
  some(whole, count, size, 2, stride, source, out)
}

function four(size: usize, stride: usize, count: usize, source: usize, out: usize): void {
  const whole = count & ~15
  let p = source
  let to = out
  for (let i: usize = 0; i < whole; i += 16, p += 16, to += 16 * size) {
    apart4(v128.load(p), v128.load(p + stride), v128.load(p + 2 * stride), v128.load(p + 3 * stride), to, size)
  }
  some(whole, count, size, 4, stride, source, out)
}

function eight(size: usize, stride: usize, count: usize, source: usize, out: usize): void {
  const whole = count & ~15
  let p = source
  let to = out
  for (let i: usize = 0; i < whole; i += 16, p += 16, to += 16 * size) eightApart(p, stride, to, size)
  some(whole, count, size, 8, stride, source, out)
}

// @ts-ignore: decorator
@inline
function lanes16(x: v128, size: usize, to: usize): void {
  const four = to + 4 * size
  v128.store_lane<u16>(to, x, 0)
  v128.store_lane<u16>(to + size, x, 1)
  v128.store_lane<u16>(to + 2 * size, x, 2)
  v128.store_lane<u16>(to + 3 * size, x, 3)
  v128.store_lane<u16>(four, x, 4)
  v128.store_lane<u16>(four + size, x, 5)
  v128.store_lane<u16>(four + 2 * size, x, 6)
  v128.store_lane<u16>(four + 3 * size, x, 7)
}

/** The same for planes that lie anywhere: blosc leaves incompressible ones in the encoded bytes. */
export function weave2(count: usize, a: usize, b: usize, out: usize): void {
  const stop = a + (count & ~15)
  let to = out
  while (a < stop) {
    const x = v128.load(a)
    const y = v128.load(b)
    v128.store(to, low8(x, y))
    v128.store(to, high8(x, y), 16)
    a += 16
    b += 16
    to += 32
  }
  for (let left = count & 15; left > 0; left--, a++, b++, to += 2) {
    store<u8>(to, load<u8>(a))
    store<u8>(to, load<u8>(b), 1)
  }
}

export function weave4(count: usize, a: usize, b: usize, c: usize, d: usize, out: usize): void {
  const stop = a + (count & ~15)
  let to = out
  while (a < stop) {
    const x = v128.load(a)
    const y = v128.load(b)
    const z = v128.load(c)
    const w = v128.load(d)
    const xy = low8(x, y)
    const zw = low8(z, w)
    v128.store(to, low16(xy, zw))
    v128.store(to, high16(xy, zw), 16)
    const xy2 = high8(x, y)
    const zw2 = high8(z, w)
    v128.store(to, low16(xy2, zw2), 32)
    v128.store(to, high16(xy2, zw2), 48)
    a += 16
    b += 16
    c += 16
    d += 16
    to += 64
  }
  for (let left = count & 15; left > 0; left--, a++, b++, c++, d++, to += 4) {
    store<u8>(to, load<u8>(a))
    store<u8>(to, load<u8>(b), 1)
    store<u8>(to, load<u8>(c), 2)
    store<u8>(to, load<u8>(d), 3)
  }
}

// prettier-ignore
export function weave8(
  count: usize, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize, g: usize, h: usize, out: usize,
): void {
  const whole = count & ~15
  let to = out
  for (let i: usize = 0; i < whole; i += 16, to += 128) {
    const p = v128.load(a + i)
    const q = v128.load(b + i)
    const r = v128.load(c + i)
    const s = v128.load(d + i)
    const t = v128.load(e + i)
    const u = v128.load(f + i)
    const v = v128.load(g + i)
    const w = v128.load(h + i)
    weaveVectors(p, q, r, s, t, u, v, w, to)
  }
  for (let i = whole; i < count; i++, to += 8) {
    store<u8>(to, load<u8>(a + i))
    store<u8>(to, load<u8>(b + i), 1)
    store<u8>(to, load<u8>(c + i), 2)
    store<u8>(to, load<u8>(d + i), 3)
    store<u8>(to, load<u8>(e + i), 4)
    store<u8>(to, load<u8>(f + i), 5)
    store<u8>(to, load<u8>(g + i), 6)
    store<u8>(to, load<u8>(h + i), 7)
  }
}

/** Sixteen elements of eight bytes from eight vectors of planes. */
// prettier-ignore
// @ts-ignore: decorator
@inline
export function weaveVectors(
  p: v128, q: v128, r: v128, s: v128, t: v128, u: v128, v: v128, w: v128, to: usize,
): void {
  quarter(low8(p, q), low8(r, s), low8(t, u), low8(v, w), to)
  quarter(high8(p, q), high8(r, s), high8(t, u), high8(v, w), to + 64)
}

/** Eight elements of eight bytes from their interleaved pairs of planes. */
// @ts-ignore: decorator
@inline
function quarter(ab: v128, cd: v128, ef: v128, gh: v128, to: usize): void {
  const low = low16(ab, cd)
  const high = high16(ab, cd)
  const low2 = low16(ef, gh)
  const high2 = high16(ef, gh)
  v128.store(to, low32(low, low2))
  v128.store(to, high32(low, low2), 16)
  v128.store(to, low32(high, high2), 32)
  v128.store(to, high32(high, high2), 48)
}

/**
 * All bytes of `count` elements, sixteen elements at a time: the words of eight bytes that elements have, after the rest
 * behind them. A rest is written as four or eight bytes; what is too much is written over by the element that follows.
 */
function wholes(size: usize, stride: usize, count: usize, source: usize, out: usize): void {
  const rest = size & 7
  const words = size - rest
  // An element is left, so that all that is too much lies within.
  const whole = count > 0 ? (count - 1) & ~15 : 0
  const zero = i64x2.splat(0)
  for (let i: usize = 0; i < whole; i += 16) {
    const first = source + i
    const to = out + i * size
    const p = first + words * stride
    if (rest > 4) {
      // prettier-ignore
      apart8(v128.load(p), v128.load(p + stride), v128.load(p + 2 * stride), v128.load(p + 3 * stride),
        v128.load(p + 4 * stride), rest > 5 ? v128.load(p + 5 * stride) : zero,
        rest > 6 ? v128.load(p + 6 * stride) : zero, zero, to + words, size)
    } else if (rest > 0) {
      // prettier-ignore
      apart4(v128.load(p), rest > 1 ? v128.load(p + stride) : zero, rest > 2 ? v128.load(p + 2 * stride) : zero,
        rest > 3 ? v128.load(p + 3 * stride) : zero, to + words, size)
    }
    for (let j: usize = 0; j < words; j += 8) eightApart(first + j * stride, stride, to + j, size)
  }
  some(whole, count, size, size, stride, source, out)
}

/** Sixteen words of eight bytes, `step` bytes apart, of eight planes. */
// @ts-ignore: decorator
@inline
function eightApart(p: usize, stride: usize, to: usize, step: usize): void {
  const q = p + 4 * stride
  // prettier-ignore
  apart8(v128.load(p), v128.load(p + stride), v128.load(p + 2 * stride), v128.load(p + 3 * stride),
    v128.load(q), v128.load(q + stride), v128.load(q + 2 * stride), v128.load(q + 3 * stride), to, step)
}

/** The same of eight vectors. */
// prettier-ignore
// @ts-ignore: decorator
@inline
function apart8(
  p: v128, q: v128, r: v128, s: v128, t: v128, u: v128, v: v128, w: v128, to: usize, step: usize,
): void {
  quarterApart(low8(p, q), low8(r, s), low8(t, u), low8(v, w), to, step)
  quarterApart(high8(p, q), high8(r, s), high8(t, u), high8(v, w), to + 8 * step, step)
}

// @ts-ignore: decorator
@inline
function quarterApart(ab: v128, cd: v128, ef: v128, gh: v128, to: usize, step: usize): void {
  const low = low16(ab, cd)
  const high = high16(ab, cd)
  const low2 = low16(ef, gh)
  const high2 = high16(ef, gh)
  pairApart(low32(low, low2), to, step)
  pairApart(high32(low, low2), to + 2 * step, step)
  pairApart(low32(high, high2), to + 4 * step, step)
  pairApart(high32(high, high2), to + 6 * step, step)
}

// @ts-ignore: decorator
@inline
function pairApart(x: v128, to: usize, step: usize): void {
  v128.store64_lane(to, x, 0)
  v128.store64_lane(to + step, x, 1)
}

/** Sixteen words of four bytes, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function apart4(a: v128, b: v128, c: v128, d: v128, to: usize, step: usize): void {
  const ab = low8(a, b)
  const cd = low8(c, d)
  fourApart(low16(ab, cd), to, step)
  fourApart(high16(ab, cd), to + 4 * step, step)
  const ab2 = high8(a, b)
  const cd2 = high8(c, d)
  fourApart(low16(ab2, cd2), to + 8 * step, step)
  fourApart(high16(ab2, cd2), to + 12 * step, step)
}

// @ts-ignore: decorator
@inline
function fourApart(x: v128, to: usize, step: usize): void {
  v128.store32_lane(to, x, 0)
  v128.store32_lane(to + step, x, 1)
  v128.store32_lane(to + 2 * step, x, 2)
  v128.store32_lane(to + 3 * step, x, 3)
}

// The six interleavings; the machine has one instruction for each.

// @ts-ignore: decorator
@inline
function low8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}
// @ts-ignore: decorator
@inline
function high8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}
// @ts-ignore: decorator
@inline
function low16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}
// @ts-ignore: decorator
@inline
function high16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
}
// @ts-ignore: decorator
@inline
function low32(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 0, 4, 1, 5)
}
// @ts-ignore: decorator
@inline
function high32(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 2, 6, 3, 7)
}
