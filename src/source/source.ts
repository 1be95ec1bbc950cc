/** What every source of data offers. I/O is planned as data, then fetched, then decoded: three separate steps. */
import type { Machine } from '../kernel/machine.js'
import type { Fingerprints } from '../model/fingerprint.js'
import type { SourceRef } from '../model/job.js'
import type { Portion } from '../model/portion.js'
import type { Layout, Schema } from '../model/schema.js'
import type { Value } from '../model/type.js'
import type { Utf8, Vector } from '../model/vector.js'

/** Bytes to be read for one chunk, known by arithmetic before anything is read. */
export interface ByteRange {
  /** File or object key, relative to the source; for people also the name of the chunk. */
  readonly key: string
  readonly offset?: number | undefined
  readonly length?: number | undefined
  /** The chunk is a part of the object that an index in it tells: the number of the chunk in each level of indexes. */
  readonly inner?: readonly number[] | undefined
}

/**
 * Encoded bytes: in a machine's memory where they were read at once, in memory of their own where they were fetched.
 * `null` = the chunk does not exist: all its cells have the fill value.
 */
export type Fetched = { readonly address: number; readonly length: number } | Uint8Array | null

/** What was asked of a store, counted by whoever asks it; retries count. */
export interface Traffic {
  requests: number
  /** Encoded bytes that arrived. */
  bytesRead: number
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined
  /** Of fingerprints: those that were learnt since then are new enough, as `performance.now()` tells the time. */
  readonly since?: number | undefined
  readonly traffic?: Traffic | undefined
}

/** Different texts, by number. */
export interface KeptTexts {
  readonly utf8: Utf8
  /** The numbers of those that stand for NULL. */
  readonly nulls: readonly number[]
}

/** Where encoded bytes are put. */
export type Room = Pick<Machine, 'bytes' | 'allocate'>

/** One of `read` and `fetch` is there, or both: then `read` is the fast way. */
export interface ChunkedColumn {
  readonly layout: Layout
  /** `table/column`, for errors. */
  readonly name: string
  /** Decoding a chunk takes longer than looking at every number in it does. */
  readonly isSlow?: boolean
  /** Where chunk `index` (per own dim) lies. Pure. */
  locate(index: readonly number[]): ByteRange
  /**
   * Reads the encoded bytes at once, into memory that `room` allocates (released by the caller's mark), or straight to
   * `out` where they are as long as the decoded ones and need no codec. Local files, and arrays in memory.
   * Damaged or short reads throw ChunkQLError('store') naming array and chunk. Where `readTells`, the one fingerprint of
   * `seen` is set to that of the chunk; to none where it changed meanwhile.
   */
  read?(range: ByteRange, room: Room, out?: number, seen?: Fingerprints): Fetched
  readonly readTells?: true | undefined
  /** Gets the encoded bytes into memory of their own, while other chunks are decoded. Throws as `read` does. */
  fetch?(range: ByteRange, options?: FetchOptions): Promise<Uint8Array | null>
  /** Decodes into `layout.bytes` bytes at `out`; writes the fill value where `fetched` is null. Throws as `read` does. */
  decode(fetched: Fetched, machine: Machine, out: number, range: ByteRange): void
  /**
   * As `decode`; cells that are no part of the portion may be left as they are. Returns how many bytes were decoded.
   * Absent where all have to be.
   */
  decodePart?(
    fetched: Exclude<Fetched, null>,
    machine: Machine,
    out: number,
    range: ByteRange,
    portion: Portion,
  ): number
  /**
   * Decoded bytes of the blocks in which `decodePart` decodes the whole cells of a chunk: ranges that begin and end with one
   * cost nothing twice. Undefined where the chunk has none; absent where `prepare` has something to do. Throws as `fetch` does.
   */
  blockBytes?(fetched: Exclude<Fetched, null>, machine: Machine, range: ByteRange): number | undefined
  /**
   * Makes a decoded chunk ready to be read as this column: byte order of a field, checks. Called once for each column that
   * reads the chunk, after `decode` was called for one of them. Throws as `fetch` does.
   */
  prepare?(machine: Machine, out: number, range: ByteRange): void
  /** The values whose numbers the cells of the chunk decoded to `out` are, where the layout's form says so. */
  kept?(machine: Machine, out: number): readonly Value[]
  /** The same as bytes, where they are texts that came as bytes: `kept` makes strings of them. */
  keptTexts?(machine: Machine, out: number): KeptTexts | undefined
  /**
   * By which chunks (per own dim) can be told from what they were, asked anew each time; at once where `read` is there.
   * Absent, as one that is unknown: nothing can be told of it.
   */
  fingerprints?(chunks: readonly (readonly number[])[], options?: FetchOptions): Fingerprints | Promise<Fingerprints>
  /** Of a chunk by what `fetch` brought: which version that is, as told with it. Unknown where nothing was told. */
  fetched?(bytes: Uint8Array | null): Fingerprints
  /**
   * Of what decides, beside the chunk, which values are read: type, codecs, chunk shape, fill value, attributes. The shape is
   * not part of it: it stays when the array grows. Present wherever `fingerprints` is.
   */
  readonly digest?: string | undefined
  /** Where the array lies, as `Source.identity`; '' where the fingerprints tell. Absent where nobody else finds it there. */
  readonly origin?: string | undefined
}

export interface Source {
  /** Absent: the source cannot leave this thread (arrays in memory, stores made of closures). */
  readonly ref: SourceRef | null
  /** The same for the same data whoever opens them: a real path, a URL without secrets. Absent where nobody else can. */
  readonly identity?: string | undefined
  /** A folder in memory (platform/node/kept-files.ts) for what is kept of data that are there for this process only. */
  readonly keeps?: string | undefined
  /** Its bytes come from afar: queries fetch ahead of what they decode. */
  readonly isRemote?: boolean | undefined
  readonly schema: Schema
  /** All values of a one-dimensional column, decoded. Cached by the source. */
  coordinate(table: string, column: string): Promise<Vector>
  /** Throws ChunkQLError('unsupported' | 'store') with the column's `refused` text. */
  column(table: string, column: string): ChunkedColumn | Promise<ChunkedColumn>
  /**
   * Cells [start, end) of a column that has neither a layout nor a reason to be refused (text, values with a validity of
   * their own), in C order over the column's own dims.
   */
  vectors?(table: string, column: string, start: number, end: number): Vector | Promise<Vector>
  /**
   * Of what decides, beside the chunks, which values a column has: another thread that finds another text here must not read it
   * for this one. Present where `ref` is.
   */
  version?(table: string, column: string): string
  close(): Promise<void>
}

/** A kind of source: recognises what a user attached and opens it; also opens it again in a worker from its `ref`. */
export interface SourceKind {
  readonly kind: string
  accepts(location: unknown): boolean | Promise<boolean>
  open(location: unknown, options: Readonly<Record<string, unknown>>): Promise<Source>
}
