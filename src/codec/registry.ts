/** The codecs by the names that metadata use, loaded on first use. A new codec is one file and one line here. */
import { ChunkQLError, suggest } from '../model/error.js'
import type { Codec, CodecConfig, CodecKind, CodecTarget } from './codec.js'

const kinds = new Map<string, () => Promise<CodecKind>>([['bytes', () => import('./bytes.js').then((m) => m.bytes)]])

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
