/** The codecs by the names that metadata use, loaded on first use. A new codec is one file and one line here. */
import { ChunkQLError, suggest } from '../model/error.js'
import type { Codec, CodecConfig, CodecKind, CodecTarget } from './codec.js'

const kinds = new Map<string, () => Promise<CodecKind>>([
  ['adler32', () => import('./checksums.js').then((m) => m.adler32)],
  ['astype', () => import('./astype.js').then((m) => m.astype)],
  ['base64', () => import('./base64.js').then((m) => m.base64)],
  ['bitround', () => import('./bitround.js').then((m) => m.bitround)],
  ['blosc', () => import('./blosc.js').then((m) => m.blosc)],
  ['bytes', () => import('./bytes.js').then((m) => m.bytes)],
  ['bz2', () => import('./bz2.js').then((m) => m.bz2)],
  ['categorize', () => import('./categorize.js').then((m) => m.categorize)],
  ['crc32', () => import('./checksums.js').then((m) => m.crc32)],
  ['crc32c', () => import('./checksums.js').then((m) => m.crc32c)],
  ['delta', () => import('./delta.js').then((m) => m.delta)],
  ['fixedscaleoffset', () => import('./fixed-scale-offset.js').then((m) => m.fixedScaleOffset)],
  ['fletcher32', () => import('./checksums.js').then((m) => m.fletcher32)],
  ['gzip', () => import('./gzip.js').then((m) => m.gzip)],
  ['json2', () => import('./json2.js').then((m) => m.json2)],
  ['lz4', () => import('./lz4.js').then((m) => m.lz4)],
  ['lzma', () => import('./lzma.js').then((m) => m.lzma)],
  ['msgpack2', () => import('./msgpack2.js').then((m) => m.msgpack2)],
  ['packbits', () => import('./packbits.js').then((m) => m.packbits)],
  ['quantize', () => import('./astype.js').then((m) => m.quantize)],
  ['shuffle', () => import('./shuffle.js').then((m) => m.shuffle)],
  ['zlib', () => import('./zlib.js').then((m) => m.zlib)],
  ['zstd', () => import('./zstd.js').then((m) => m.zstd)],
])

/** The name of numcodecs: version 3 has `numcodecs.zlib`, in 2024 it was `https://zarr.dev/numcodecs/zlib`. */
export function bareName(name: string): string {
  return name.replace(/^(numcodecs\.|https:\/\/zarr\.dev\/numcodecs\/)/, '')
}

function kindOf(name: string): (() => Promise<CodecKind>) | undefined {
  return kinds.get(bareName(name))
}

/** Codecs of numcodecs that nobody has a decoder of but their own libraries. */
const withoutDecoder: ReadonlySet<string> = new Set(['zfpy', 'pcodec'])

/** Why chunks of a codec cannot be read; undefined where they can. */
export function refusalOf(name: string): string | undefined {
  if (kindOf(name)) return undefined
  return withoutDecoder.has(bareName(name))
    ? `there is no decoder of ${bareName(name)} here: the array has to be written with another codec`
    : `there is no codec "${name}"`
}

/** The configured codecs, in order of encoding; those that have nothing to do are left out. */
export async function openCodecs(configs: readonly CodecConfig[], target: CodecTarget): Promise<Codec[]> {
  const loaded = await Promise.all(configs.map(({ name }) => loadKind(name)))
  const codecs: Codec[] = []
  let { elementSize } = target
  for (const [i, { configuration = {} }] of configs.entries()) {
    const kind = loaded[i] as CodecKind
    const codec = await kind.open(configuration, { elementSize })
    if (codec) codecs.push(codec)
    elementSize = kind.encodedElement?.(configuration) ?? elementSize
  }
  return codecs
}

function loadKind(name: string): Promise<CodecKind> {
  const load = kindOf(name)
  if (!load) throw unknown(name)
  return load()
}

function unknown(name: string): ChunkQLError {
  const near = suggest(name, kinds.keys())
  return new ChunkQLError('unsupported', `there is no codec "${name}" (there are ${[...kinds.keys()].join(', ')})`, {
    hint: near.length > 0 ? `did you mean ${near.join(' or ')}?` : undefined,
  })
}
