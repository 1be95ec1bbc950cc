// The bit shuffle of blosc, undone: row 8 j + b holds bit b of byte j of every element, the first element lowest.
import { unshuffle, weaveVectors } from './shuffle'

/**
 * A number of elements that is no multiple of eight was left as it is (in version 2 of the format, which Zarr has).
 * Bits become planes of bytes first, in `scratch` of `length` bytes; then the planes are woven.
 */
export function bit_unshuffle(size: i32, length: usize, source: usize, out: usize, scratch: usize): void {
  const count = length / size
  if (count & 7) return memory.copy(out, source, length)
  const groups = count / 8
  const whole = groups * 8 * size
  const planes = size == 1 ? out : scratch
  for (let j: usize = 0; j < <usize>size; j++) plane(groups, source + 8 * j * groups, planes + 8 * j * groups)
  if (size > 1) unshuffle(size, whole, scratch, out)
  if (whole < length) memory.copy(out + whole, source + whole, length - whole)
}

/** Eight rows of `groups` bytes to the bytes of 8 * groups elements. */
function plane(groups: usize, rows: usize, to: usize): void {
  const vectors = groups & ~15
  let g: usize = 0
  for (; g < vectors; g += 16, to += 128) transposeVectors(rows + g, groups, to)
  for (; g < groups; g++, to += 8) store<u64>(to, transpose(gather(rows + g, groups)))
}

function gather(at: usize, stride: usize): u64 {
  let rows: u64 = 0
  for (let b: u64 = 0; b < 8; b++, at += stride) rows |= <u64>load<u8>(at) << (8 * b)
  return rows
}

/** An 8 x 8 matrix of bits: bit i of byte b becomes bit b of byte i, by exchange of ever larger squares. */
function transpose(x: u64): u64 {
  let t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aa
  x ^= t ^ (t << 7)
  t = (x ^ (x >> 14)) & 0x0000cccc0000cccc
  x ^= t ^ (t << 14)
  t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0
  return x ^ t ^ (t << 28)
}

/** The same for sixteen matrices at once, one in each lane of eight vectors. */
function transposeVectors(at: usize, stride: usize, to: usize): void {
  const two = 2 * stride
  const four = 4 * stride
  let a = v128.load(at)
  let b = v128.load(at + stride)
  let c = v128.load(at + two)
  let d = v128.load(at + two + stride)
  let e = v128.load(at + four)
  let f = v128.load(at + four + stride)
  let g = v128.load(at + four + two)
  let h = v128.load(at + four + two + stride)
  // Squares of one bit, of two, of four: the upper half of the first row changes places with the lower of the second.
  let t = crossing(a, b, 1, 0x55)
  a = v128.xor(a, i64x2.shl(t, 1)); b = v128.xor(b, t)
  t = crossing(c, d, 1, 0x55)
  c = v128.xor(c, i64x2.shl(t, 1)); d = v128.xor(d, t)
  t = crossing(e, f, 1, 0x55)
  e = v128.xor(e, i64x2.shl(t, 1)); f = v128.xor(f, t)
  t = crossing(g, h, 1, 0x55)
  g = v128.xor(g, i64x2.shl(t, 1)); h = v128.xor(h, t)
  t = crossing(a, c, 2, 0x33)
  a = v128.xor(a, i64x2.shl(t, 2)); c = v128.xor(c, t)
  t = crossing(b, d, 2, 0x33)
  b = v128.xor(b, i64x2.shl(t, 2)); d = v128.xor(d, t)
  t = crossing(e, g, 2, 0x33)
  e = v128.xor(e, i64x2.shl(t, 2)); g = v128.xor(g, t)
  t = crossing(f, h, 2, 0x33)
  f = v128.xor(f, i64x2.shl(t, 2)); h = v128.xor(h, t)
  t = crossing(a, e, 4, 0x0f)
  a = v128.xor(a, i64x2.shl(t, 4)); e = v128.xor(e, t)
  t = crossing(b, f, 4, 0x0f)
  b = v128.xor(b, i64x2.shl(t, 4)); f = v128.xor(f, t)
  t = crossing(c, g, 4, 0x0f)
  c = v128.xor(c, i64x2.shl(t, 4)); g = v128.xor(g, t)
  t = crossing(d, h, 4, 0x0f)
  d = v128.xor(d, i64x2.shl(t, 4)); h = v128.xor(h, t)
  weaveVectors(a, b, c, d, e, f, g, h, to)
}

/** Where the bits of `x`, `shift` higher, differ from those of `y`, under a mask of every byte. */
// @ts-ignore: decorator
@inline
function crossing(x: v128, y: v128, shift: i32, mask: u8): v128 {
  return v128.and(v128.xor(i64x2.shr_u(x, shift), y), i8x16.splat(mask))
}
