// Elements of 4 or 8 bytes that lie apart, side by side.

/** `count` elements, `stride` bytes apart. */
export function gather(size: i32, stride: usize, count: usize, from: usize, to: usize): void {
  const end = from + count * stride
  if (size == 4) {
    for (; from < end; from += stride, to += 4) store<u32>(to, load<u32>(from))
  } else {
    for (; from < end; from += stride, to += 8) store<u64>(to, load<u64>(from))
  }
}
