// The kernel: everything that must run at the speed of memory. Compiled by scripts/build.mjs, called through machine.ts.
export { crc32c } from './crc32c'
export { fill } from './fill'
export { hash_find, hash_rebuild } from './hash'
export { lz4_decode } from './lz4'
export { unshuffle, weave2, weave4, weave8 } from './shuffle'
export { acos, asin, atan, atan2, cbrt, cos, exp, ln, log10, log2, pow, sin, tan } from './math'
export { swap } from './swap'
export { zstd_decode, zstd_length, zstd_scratch } from './zstd/frame'

/** Static data lies below; the machine's arena begins here. */
export function heap_base(): usize {
  return __heap_base
}
