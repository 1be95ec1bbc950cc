/** The codecs by the names that metadata use, loaded on first use. A new codec is one file and one line here. */
import { ChunkQLError, suggest } from '../model/error.js'
import type { Codec, CodecConfig, CodecKind, CodecTarget } from './codec.js'

const kinds = new Map<string, () => Promise<CodecKind>>([
  ['blosc', () => import('./blosc.js').then((m) => m.blosc)],
  ['bytes', () => import('./bytes.js').then((m) => m.bytes)],
  ['bz2', () => import('./bz2.js').then((m) => m.bz2)],
  ['crc32c', () => import('./crc32c.js').then((m) => m.crc32c)],
  ['gzip', () => import('./gzip.js').then((m) => m.gzip)],
  ['lz4', () => import('./lz4.js').then((m) => m.lz4)],
  ['lzma', () => import('./lzma.js').then((m) => m.lzma)],
  ['shuffle', () => import('./shuffle.js').then((m) => m.shuffle)],
  ['zlib', () => import('./zlib.js').then((m) => m.zlib)],
  ['zstd', () => import('./zstd.js').then((m) => m.zstd)],
])

/** One configured codec; `null` where it has nothing to do. */
export async function openCodec(config: CodecConfig, target: CodecTarget): Promise<Codec | null> {
  const load = kinds.get(config.name.replace(/^numcodecs\./, ''))
  if (!load) throw unknown(config.name)
  const kind = await load()
  return kind.open(config.configuration ?? {}, target)
}

export function codecNames(): string[] {
  return [...kinds.keys()]
}

function unknown(name: string): ChunkQLError {
  const near = suggest(name, kinds.keys())
  return new ChunkQLError('unsupported', `there is no codec "${name}" (there are ${codecNames().join(', ')})`, {
    hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : undefined,
  })
}
