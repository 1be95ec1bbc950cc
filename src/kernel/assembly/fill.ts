// A value repeated over a range: fill values of chunks that do not exist.

/** Repeats the first `size` bytes at `address` until `length` bytes are written. */
export function fill(size: usize, length: usize, address: usize): void {
  if (size == 1) return memory.fill(address, load<u8>(address), length)
  let done = min(size, length)
  // Each copy doubles what is there.
  while (done < length) {
    const more = min(done, length - done)
    memory.copy(address + done, address, more)
    done += more
  }
}
