// Reversal of the bytes of every element, in place.

const pairs = i8x16(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
const fours = i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
const eights = i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)

export function swap(size: i32, count: i32, address: usize): void {
  const order = size == 2 ? pairs : size == 4 ? fours : eights
  const end = address + <usize>count * size
  const whole = end - 15
  for (; <isize>(whole - address) > 0; address += 16) v128.store(address, v128.swizzle(v128.load(address), order))
  for (; address < end; address += size) reverse(size, address)
}

/** The same for elements that lie `stride` bytes apart. */
export function swap_strided(size: i32, stride: i32, count: i32, address: usize): void {
  const end = address + <usize>count * stride
  for (; address < end; address += stride) reverse(size, address)
}

function reverse(size: i32, address: usize): void {
  if (size == 2) store<u16>(address, bswap<u16>(load<u16>(address)))
  else if (size == 4) store<u32>(address, bswap<u32>(load<u32>(address)))
  else store<u64>(address, bswap<u64>(load<u64>(address)))
}
