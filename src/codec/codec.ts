/** What a codec is: bytes to bytes, inside a machine's memory. Opened by chain.ts, called once per chunk. */
import type { Machine } from '../kernel/machine.js'
import type { Portion } from '../model/portion.js'

/** A range of a machine's memory. */
export interface Span {
  readonly address: number
  readonly length: number
}

/** A codec as metadata name it. A v2 `{ id, ...rest }` is `{ name: id, configuration: rest }`. */
export interface CodecConfig {
  readonly name: string
  readonly configuration?: Readonly<Record<string, unknown>> | undefined
}

/** What codecs may know of the array they serve. */
export interface CodecTarget {
  /** Bytes of one number, so that byte order can be reversed: 8 for f8, 4 for each half of a c8. */
  readonly elementSize: number
}

/** All malformed input throws ChunkQLError('store') that names the codec, what was found and what was expected. */
export type Codec = TransformCodec | InPlaceCodec | CheckCodec

/** Makes other bytes elsewhere: compressors, shuffles. */
export interface TransformCodec {
  readonly kind: 'transform'
  readonly name: string
  /** Decodes less than about 1.5 GB a second. */
  readonly isSlow?: boolean
  /**
   * Decodes `source` into `out`, whose length is the most that may be written; returns how much was.
   * Source and out do not overlap.
   */
  decode(source: Span, out: Span, machine: Machine): number
  /**
   * As `decode`, of bytes whose decoded length is that of `out`; what is no part of the portion may be left as it is.
   * Returns how many bytes were decoded.
   */
  decodePart?(source: Span, out: Span, machine: Machine, portion: Portion): number
  /**
   * Decoded bytes of the blocks in which `decodePart` decodes: ranges that begin and end with one cost nothing twice.
   * Undefined where these bytes are not cut into any.
   */
  blockBytes?(source: Span, machine: Machine): number | undefined
  /** Length of the encoded bytes of `length` decoded ones, where that is fixed. */
  encodedLength?(length: number): number
  /** Decoded length of `source`, where `encodedLength` does not tell; may cost a decoding. */
  measure(source: Span, machine: Machine): number
}

/** Changes bytes where they are and keeps their number: byte order. */
export interface InPlaceCodec {
  readonly kind: 'inPlace'
  readonly name: string
  apply(span: Span, machine: Machine): void
}

/** Verifies and takes off what was added: checksums. */
export interface CheckCodec {
  readonly kind: 'check'
  readonly name: string
  /** The part of `source` that was encoded. */
  verify(source: Span, machine: Machine): Span
  encodedLength(length: number): number
}

/** A file of the shelf exports one. */
export interface CodecKind {
  /** A codec for one array; `null` where the configuration asks for nothing. Throws 'unsupported' or 'store'. */
  open(configuration: Readonly<Record<string, unknown>>, target: CodecTarget): Codec | null | Promise<Codec | null>
  /** Bytes of one encoded number, where a filter changes its type: what codecs after it have as `elementSize`. */
  encodedElement?(configuration: Readonly<Record<string, unknown>>): number
}
