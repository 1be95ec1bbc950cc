// The kernel: everything that must run at the speed of memory. Compiled by scripts/build.mjs, called through machine.ts.
export { bit_unshuffle } from './bit-shuffle'
export { blosclz_decode } from './blosclz'
export { bz2_decode, bz2_scratch } from './bz2'
export { adler32, crc32, crc32c, crc64, fletcher32 } from './checksums'
export { collect_values, group_values } from './collect'
export {
  append_records,
  gather,
  gather_texts,
  hash_parts,
  hash_texts,
  list_texts,
  number_anew,
  pack_texts,
  renumber,
  scatter_parts,
} from './divide'
export { fill } from './fill'
export { fold_lists } from './fold'
export { fill_unknown, hash_enter, hash_find, hash_rebuild, mark_unknown, number_find } from './hash'
export { inflate_scratch } from './inflate/blocks'
export { gzip_decode, inflate_decode, zlib_decode } from './inflate/streams'
export { enter_numbers, mark_numbers, order_numbers } from './look'
export { lz4_decode } from './lz4'
export { lzma_decode, lzma_scratch } from './lzma/decode'
export { lzma2_decode, lzma2_used } from './lzma/lzma2'
export { unshuffle, unshuffle_planes, weave2, weave4, weave8 } from './shuffle'
export { acos, asin, atan, atan2, cbrt, cos, exp, ln, log10, log2, pow, sin, tan } from './math'
export { accumulate_numbers, convert_numbers, rescale_numbers, unpack_bits } from './numbers'
export { enter_places, number_places, write_places } from './places'
export { snappy_decode } from './snappy'
export { swap, swap_strided } from './swap'
export { keep_texts, pad_texts, place_texts } from './texts'
export { find_variable, hash_variable, lay_variable, pairs_listed, pairs_of, pairs_within } from './variable'
export { zstd_decode, zstd_length, zstd_scratch } from './zstd/frame'

/** Static data lies below; the machine's arena begins here. */
export function heap_base(): usize {
  return __heap_base
}
