/** A worker's own memory with the kernel in it: addresses are handed out in marks, views never outlive a growth. */
import { ChunkQLError } from '../model/error.js'
import { wasm } from './generated/wasm.js'

export interface Machine {
  readonly memory: WebAssembly.Memory
  readonly kernel: KernelExports
  /** The whole memory. Read it anew after every `allocate`: growing detaches old views, which then have length 0. */
  readonly bytes: Uint8Array
  /** The same for words; read anew like `bytes`. */
  readonly view: DataView
  /** An address, 16-byte aligned; 64 bytes past the end may be read and written by SIMD. Throws ChunkQLError('memory') past the limit. */
  allocate(bytes: number): number
  /** Everything allocated after `mark()` is given back by `release(mark)`. */
  mark(): number
  release(mark: number): void
}

/** The functions of the AssemblyScript kernel; all pointers are addresses in the machine's memory. */
export interface KernelExports {
  /** The first address that the kernel does not use itself. */
  heap_base(): number

  // Codecs. A negative result is an error code of the codec; nothing is read or written out of the ranges given.
  /** One LZ4 block; returns the decoded length. -1: the source ends too early, -2: more than `outLength`, -3: a bad offset. */
  lz4_decode(source: number, sourceLength: number, out: number, outLength: number, enough: number): number
  /** Zstandard frames; returns the decoded length. `scratch` = `zstd_scratch()` bytes. Errors: assembly/zstd/status.ts. */
  zstd_decode(source: number, sourceLength: number, out: number, outLength: number, scratch: number): number
  zstd_scratch(): number
  /** The decoded length that the frames tell, -7 where one does not. */
  zstd_length(source: number, sourceLength: number): bigint
  /**
   * DEFLATE: members of gzip, a stream of zlib, or blocks alone; returns the decoded length. `scratch` =
   * `inflate_scratch()` bytes. Errors: assembly/inflate/status.ts.
   */
  gzip_decode(source: number, sourceLength: number, out: number, outLength: number, scratch: number): number
  zlib_decode(source: number, sourceLength: number, out: number, outLength: number, scratch: number): number
  inflate_decode(source: number, sourceLength: number, out: number, outLength: number, scratch: number): number
  inflate_scratch(): number
  /** One stream of BloscLZ; errors as of `lz4_decode`. */
  blosclz_decode(source: number, sourceLength: number, out: number, outLength: number): number
  /** One block of Snappy; errors as of `lz4_decode`, and -4: another length than it tells. */
  snappy_decode(source: number, sourceLength: number, out: number, outLength: number): number
  /** Bzip2 streams; `scratch` = `bz2_scratch()` bytes. Errors: assembly/bz2.ts. */
  bz2_decode(source: number, sourceLength: number, out: number, outLength: number, scratch: number): number
  bz2_scratch(): number
  /**
   * One stream of LZMA without a header: `properties` = lc + 9 lp + 45 pb, `told` its decoded length or -1.
   * `scratch` = `lzma_scratch()` bytes. Errors: assembly/lzma/status.ts.
   */
  lzma_decode(
    source: number,
    sourceLength: number,
    out: number,
    outLength: number,
    scratch: number,
    properties: number,
    told: number,
  ): number
  lzma_scratch(): number
  /** LZMA2 up to its end; `lzma2_used()` tells how many bytes of the source that were. */
  lzma2_decode(source: number, sourceLength: number, out: number, outLength: number, scratch: number): number
  lzma2_used(): number
  /** out[i * size + j] = source[j * (length / size) + i]; a remainder is copied. */
  unshuffle(size: number, length: number, source: number, out: number): void
  /** Of the elements [from, to) the bytes [first, past) only. */
  unshuffle_planes(
    size: number,
    first: number,
    past: number,
    length: number,
    from: number,
    to: number,
    source: number,
    out: number,
  ): void
  /** The same for planes of `count` bytes that lie anywhere. */
  weave2(count: number, a: number, b: number, out: number): void
  weave4(count: number, a: number, b: number, c: number, d: number, out: number): void
  weave8(count: number, ...planesThenOut: number[]): void
  /** The shuffle of bits by blosc; `scratch` holds `length` bytes. */
  bit_unshuffle(size: number, length: number, source: number, out: number, scratch: number): void
  // Checksums; read the results as unsigned (`>>> 0`).
  crc32c(address: number, length: number): number
  crc32(address: number, length: number): number
  adler32(address: number, length: number): number
  fletcher32(address: number, length: number): number
  crc64(address: number, length: number): bigint
  // Runs of `count` numbers, little-endian; types are numbered as in codec/number-type.ts.
  /** As NumPy's `astype`. */
  convert_numbers(from: number, to: number, count: number, source: number, out: number): void
  /** As NumPy's `cumsum` into an array of type `to`. */
  accumulate_numbers(from: number, to: number, count: number, source: number, out: number): void
  /** stored / scale + offset. */
  rescale_numbers(
    from: number,
    to: number,
    count: number,
    source: number,
    out: number,
    scale: number,
    offset: number,
  ): void
  /** `count` bits, the most significant first, to bytes of 0 and 1. */
  unpack_bits(count: number, source: number, out: number): void
  /** Reverses the bytes of `count` elements of 2, 4 or 8 bytes in place. */
  swap(size: number, count: number, address: number): void
  /** The same for elements that lie `stride` bytes apart. */
  swap_strided(size: number, stride: number, count: number, address: number): void
  /** Repeats the first `size` bytes at `address` until `length` bytes are written. */
  fill(size: number, length: number, address: number): void

  /** One number for each of `cells` lists; tells how many are values that stand for NULL. See assembly/fold.ts. */
  fold_lists(
    fold: number,
    type: number,
    skipNaN: number,
    size: number,
    start: number,
    end: number,
    endType: number,
    endAt: number,
    lists: number,
    step: number,
    cells: number,
    out: number,
  ): number

  // Hash table of key records (model/nest.ts). The caller allocates: see kernel/hash-table.ts.
  /**
   * For each of `count` records (width i64 words) with codes[i] >= 0, finds or adds its group and writes the number to codes[i].
   * `table` = `slots` entries of 64 bits (assembly/hash.ts; a power of two from 2 on), `kept` = where the records of groups are kept,
   * `groups` = where their number stands. Stops before a record that would be group `limit`: returns how many were handled.
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
  /** Leaves 0 of those marks (0 or -1) whose code is `unknown`, and -1 of all others. Returns how many are 0. */
  mark_unknown(codes: number, marks: number, count: number, unknown: number): number
  /** Writes the marks that are not negative over their codes. */
  fill_unknown(codes: number, marks: number, count: number): void
  /** Of records of one key that is a number: writes it over codes that are not negative. Returns the greatest plus one. */
  number_find(records: number, count: number, codes: number): number
  /** Enters the groups [from, to) of those kept, none of which the table has. */
  hash_enter(kept: number, width: number, from: number, to: number, table: number, slots: number): void
  /** Clears a table and enters the groups of another one. */
  hash_rebuild(from: number, fromSlots: number, table: number, slots: number): void

  // Texts of any length: see assembly/variable.ts.
  pairs_of(source: number, end: number, cells: number, hasNull: number, pairs: number): number
  find_variable(
    pairs: number,
    count: number,
    codes: number,
    table: number,
    slots: number,
    kept: number,
    state: number,
  ): number
  hash_variable(pairs: number, count: number, hashes: number): void
  pairs_within(offsets: number, count: number, bytes: number, pairs: number): void
  pairs_listed(kept: number, numbers: number, count: number, pairs: number): void
  /** 0 where a text is not ASCII. */
  lay_variable(pairs: number, count: number, offsets: number, out: number): number

  /**
   * Writes each of `count` texts of `size` bytes, `step` bytes apart, as a record of ceil(size / 8) words with zeros
   * behind, and 0 over its code: an active record. Up to 7 bytes behind a text are read.
   */
  pad_texts(texts: number, step: number, size: number, count: number, records: number, codes: number): void

  /** Records of at most two words for cells that are listed: see assembly/texts.ts. */
  keep_texts(cells: number, step: number, size: number, count: number, ordinals: number, records: number): void
  /** The place of each cell by windows over its bytes, -1 where it has none. Returns less than 0 where one has none. */
  place_texts(cells: number, step: number, size: number, count: number, windows: number, codes: number): number
  /** Numbers over places; new ones from `known` on are told to `born`. Returns how many there are. See assembly/places.ts. */
  number_places(codes: number, count: number, table: number, known: number, born: number): number
  enter_places(codes: number, count: number, table: number, first: number): void
  /** Key records of the places that `born` lists. */
  write_places(born: number, count: number, windows: number, keys: number, records: number): void

  // Numbers one after another, as long as there is something to see: see assembly/look.ts.
  order_numbers(type: number, cells: number, step: number, count: number, before: number, flags: number): number
  mark_numbers(
    type: number,
    cells: number,
    step: number,
    count: number,
    least: bigint,
    range: bigint,
    marks: number,
    known: number,
    most: number,
  ): number
  enter_numbers(
    type: number,
    cells: number,
    step: number,
    count: number,
    least: bigint,
    range: bigint,
    table: number,
    known: number,
    most: number,
  ): number

  // Values kept by group: see assembly/collect.ts.
  collect_values(records: number, marks: number, codes: number, count: number, groups: number, values: number): number
  group_values(
    groups: number,
    values: number,
    count: number,
    most: number,
    counts: number,
    places: number,
    out: number,
  ): void

  // Groups divided by the hashes of their keys, and columns out of key records: see assembly/divide.ts.
  hash_parts(records: number, width: number, count: number, most: number, parts: number, counts: number): void
  scatter_parts(from: number, step: number, size: number, parts: number, count: number, ends: number): void
  append_records(records: number, width: number, count: number, codes: number, kept: number, next: number): number
  gather(from: number, step: number, size: number, count: number, to: number, toStep: number): void
  gather_texts(
    records: number,
    width: number,
    key: number,
    count: number,
    texts: number,
    words: number,
    to: number,
    toStep: number,
  ): void
  list_texts(texts: number, words: number, numbers: number, count: number, to: number): void
  hash_texts(texts: number, words: number, count: number, hashes: number): void
  number_anew(
    records: number,
    width: number,
    key: number,
    word: number,
    count: number,
    marks: number,
    before: number,
    listed: number,
  ): number
  renumber(records: number, width: number, key: number, word: number, count: number, numbers: number): void
  /** 1 where all texts are ASCII, 0 where not, -1 where one has no character: then nothing that it wrote counts. */
  pack_texts(
    texts: number,
    step: number,
    words: number,
    wide: number,
    count: number,
    offsets: number,
    out: number,
  ): number

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

const pageBytes = 65536
/** They hold the static data of the kernel. */
const firstPages = 2
/** Room behind every allocation that SIMD code may touch. */
const slackBytes = 64
/** All that 32-bit addresses reach, less one page, so that no end address is 2^32. */
const mostPages = 65535

let compiled: WebAssembly.Module | undefined

/** The compiled kernel, made once per thread. Post it to workers and give it to `useKernelModule`: they then share its optimized code. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(fromBase64(wasm))
  return compiled
}

/** A plain loop: `Uint8Array.from` with a function takes milliseconds of every start. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** A worker that was sent the module says so before it makes a machine. */
export function useKernelModule(module: WebAssembly.Module): void {
  compiled = module
}

/** A machine whose memory grows on demand, up to `limit` bytes. */
export function createMachine(options: { readonly limit: number }): Machine {
  const limitPages = Math.min(mostPages, Math.max(1, Math.floor(options.limit / pageBytes)))
  const memory = new WebAssembly.Memory({ initial: firstPages, maximum: mostPages })
  const instance = new WebAssembly.Instance(kernelModule(), { env: { memory } })
  const kernel = instance.exports as unknown as KernelExports
  let top = align(kernel.heap_base())
  let bytes = new Uint8Array(memory.buffer)
  let view = new DataView(memory.buffer)

  function reserve(end: number, length: number): void {
    const pages = memory.buffer.byteLength / pageBytes
    const needed = Math.ceil(end / pageBytes)
    if (needed <= pages) return
    if (needed > limitPages) throw overLimit(length, top, limitPages * pageBytes)
    const wanted = Math.min(limitPages, Math.max(needed, pages * 2))
    if (!grown(memory, wanted - pages) && !grown(memory, needed - pages)) throw refused(length, top)
  }

  return {
    memory,
    kernel,
    get bytes() {
      if (bytes.buffer !== memory.buffer) bytes = new Uint8Array(memory.buffer)
      return bytes
    },
    get view() {
      if (view.buffer !== memory.buffer) view = new DataView(memory.buffer)
      return view
    },
    allocate(length) {
      const address = top
      const end = align(address + length) + slackBytes
      reserve(end, length)
      top = end
      return address
    },
    mark: () => top,
    release(mark) {
      top = mark
    },
  }
}

let mathematics: KernelExports | undefined

/** The kernel's functions that need no memory, for the interpreter: one tiny instance per thread. */
export function mathKernel(): KernelExports {
  mathematics ??= createMachine({ limit: pageBytes }).kernel
  return mathematics
}

function align(address: number): number {
  return Math.ceil(address / 16) * 16
}

function grown(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages)
    return true
  } catch {
    return false
  }
}

function overLimit(bytes: number, used: number, limit: number): ChunkQLError {
  return new ChunkQLError(
    'memory',
    `${bytes} bytes are needed beside ${used} in use, the limit of a thread is ${limit}`,
    {
      hint: 'raise memory_limit, or lower threads',
    },
  )
}

function refused(bytes: number, used: number): ChunkQLError {
  return new ChunkQLError('memory', `the system refused ${bytes} bytes beside ${used} in use`, {
    hint: 'lower memory_limit or threads',
  })
}
