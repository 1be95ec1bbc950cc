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
  else planes(size, 0, size, count, count, source, out)
  const done = count * size
  if (done < length) memory.copy(out + done, source + done, length - done)
}

/** Of the elements [from, to) the bytes [first, past) only; a remainder is copied. */
// prettier-ignore
export function unshuffle_planes(
  size: usize, first: usize, past: usize, length: usize, from: usize, to: usize, source: usize, out: usize,
): void {
  const count = length / size
  planes(size, first, past, count, to - from, source + from, out + from * size)
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
    const a = v128.load(p)
    const b = v128.load(p + stride)
    const c = v128.load(p + 2 * stride)
    const d = v128.load(p + 3 * stride)
    lanes32(low16(low8(a, b), low8(c, d)), size, to)
    lanes32(high16(low8(a, b), low8(c, d)), size, to + 4 * size)
    lanes32(low16(high8(a, b), high8(c, d)), size, to + 8 * size)
    lanes32(high16(high8(a, b), high8(c, d)), size, to + 12 * size)
  }
  some(whole, count, size, 4, stride, source, out)
}

function eight(size: usize, stride: usize, count: usize, source: usize, out: usize): void {
  const whole = count & ~15
  let p = source
  let to = out
  for (let i: usize = 0; i < whole; i += 16, p += 16, to += 16 * size) {
    const a = v128.load(p)
    const b = v128.load(p + stride)
    const c = v128.load(p + 2 * stride)
    const d = v128.load(p + 3 * stride)
    const q = p + 4 * stride
    const e = v128.load(q)
    const f = v128.load(q + stride)
    const g = v128.load(q + 2 * stride)
    const h = v128.load(q + 3 * stride)
    eights(low8(a, b), low8(c, d), low8(e, f), low8(g, h), size, to)
    eights(high8(a, b), high8(c, d), high8(e, f), high8(g, h), size, to + 8 * size)
  }
  some(whole, count, size, 8, stride, source, out)
}

/** Eight bytes each of eight elements, from interleaved pairs of planes. */
// @ts-ignore: decorator
@inline
function eights(ab: v128, cd: v128, ef: v128, gh: v128, size: usize, to: usize): void {
  const low = low16(ab, cd)
  const high = high16(ab, cd)
  const low2 = low16(ef, gh)
  const high2 = high16(ef, gh)
  lanes64(low32(low, low2), size, to)
  lanes64(high32(low, low2), size, to + 2 * size)
  lanes64(low32(high, high2), size, to + 4 * size)
  lanes64(high32(high, high2), size, to + 6 * size)
}

// Lanes of a vector go to elements one after another.

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

// @ts-ignore: decorator
@inline
function lanes32(x: v128, size: usize, to: usize): void {
  v128.store_lane<u32>(to, x, 0)
  v128.store_lane<u32>(to + size, x, 1)
  v128.store_lane<u32>(to + 2 * size, x, 2)
  v128.store_lane<u32>(to + 3 * size, x, 3)
}

// @ts-ignore: decorator
@inline
function lanes64(x: v128, size: usize, to: usize): void {
  v128.store_lane<u64>(to, x, 0)
  v128.store_lane<u64>(to + size, x, 1)
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
