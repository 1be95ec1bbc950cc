// The bits of a stream, the lowest of each byte first. blocks.ts reads by these functions, symbols.ts by its own.

/** The next bits, above two that mean nothing: so some of them are an offset into a table of words without a shift. */
export let bits: u64 = 0
/** How many there are, with the two that are spare. */
export let count: u64 = 0
/** The first byte that is not among them. */
export let at: usize = 0
/** The end of the source. */
export let end: usize = 0

export const spare: u64 = 2

export function openBits(source: usize, sourceEnd: usize): void {
  setBits(0, spare, source)
  end = sourceEnd
}

export function setBits(newBits: u64, newCount: u64, newAt: usize): void {
  bits = newBits
  count = newCount
  at = newAt
}

/** Takes bytes as long as whole ones have room: then 54 bits are there, unless the source ends. */
export function refill(): void {
  if (end - at >= 8) {
    bits |= load<u64>(at) << count
    at += <usize>((63 - count) >> 3)
    count |= 56
  } else {
    for (; count < 56 && at < end; count += 8) bits |= <u64>load<u8>(at++) << count
  }
}

/** Whether so many bits are there. */
// @ts-ignore: decorator
@inline
export function has(wanted: u32): bool {
  return count - spare >= <u64>wanted
}

/** The next bits, of which `has` told. */
// @ts-ignore: decorator
@inline
export function take(wanted: u32): u32 {
  const taken = <u32>(bits >> spare) & ((1 << wanted) - 1)
  bits >>= <u64>wanted
  count -= <u64>wanted
  return taken
}

/** The first byte of which no bit is taken. */
export function nextByte(): usize {
  return at - <usize>((count - spare) >> 3)
}
