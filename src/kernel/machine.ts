/** A worker's own memory with the kernel in it: addresses are handed out in marks, views never outlive a growth. */
export interface Machine {
  readonly memory: WebAssembly.Memory
  readonly kernel: KernelExports
  /** The whole memory. Read it anew after every `allocate`: growing detaches old views, which then have length 0. */
  readonly bytes: Uint8Array
  /** An address, 16-byte aligned; 64 bytes past the end may be read and written by SIMD. Throws ChunkQLError('memory') past the limit. */
  allocate(bytes: number): number
  /** Everything allocated after `mark()` is given back by `release(mark)`. */
  mark(): number
  release(mark: number): void
}

/** The functions of the AssemblyScript kernel; all pointers are addresses in the machine's memory. */
export interface KernelExports {
  // Codecs. A negative result is an error code of the codec; nothing is read or written out of the ranges given.
  /** One LZ4 block; returns the decoded length. */
  lz4_decode(source: number, sourceLength: number, out: number, outLength: number): number
  /** out[i * size + j] = source[j * (length / size) + i]; a remainder is copied. */
  unshuffle(size: number, length: number, source: number, out: number): void
  /** Reverses the bytes of `count` elements of 2, 4 or 8 bytes in place. */
  swap(size: number, count: number, address: number): void
  /** Repeats the first `size` bytes at `address` until `length` bytes are written. */
  fill(size: number, length: number, address: number): void

  // Hash table of key records (model/nest.ts). The caller allocates: see kernel/hash-table.ts.
  /**
   * For each of `count` records (width i64 words) with codes[i] >= 0, finds or adds its group and writes the number to codes[i].
   * `table` = slots (i32 each, -1 free, a power of two), `records` = where the records of groups are kept.
   * Stops early where the table is `limit` groups full: returns how many records were handled. Group count is kept at `groups`.
   */
  hash_find(
    records: number,
    width: number,
    count: number,
    codes: number,
    table: number,
    slots: number,
    kept: number,
    groups: number,
    limit: number,
  ): number
  /** Enters `groups` kept records into an empty table of another size. */
  hash_rebuild(kept: number, width: number, groups: number, table: number, slots: number): void

  // Mathematics: the one implementation of each, for code and interpreter alike.
  exp(x: number): number
  ln(x: number): number
  log2(x: number): number
  log10(x: number): number
  pow(x: number, y: number): number
  sin(x: number): number
  cos(x: number): number
  tan(x: number): number
  asin(x: number): number
  acos(x: number): number
  atan(x: number): number
  atan2(y: number, x: number): number
  cbrt(x: number): number
}
