/** The kinds of sources: which takes what a user attaches, and how a worker opens it again. A new kind is one line here. */
import { ChunkQLError } from '../model/error.js'
import type { SourceRef } from '../model/job.js'
import { concatenation } from './concat/kind.js'
import { memory } from './memory/kind.js'
import type { Source, SourceKind } from './source.js'
import { zarr } from './zarr/open.js'

const kinds: readonly SourceKind[] = [concatenation(openLocation), memory, zarr]

/** Opens a path, a store, or arrays in memory. Options: `nanIsNull`, `decodeCf` (both by default true), `decodeTimedelta`, `maskValidRange`. */
export async function openLocation(
  location: unknown,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Source> {
  for (const kind of kinds) if (await kind.accepts(location)) return kind.open(location, options)
  throw notAccepted(location)
}

/** Opens again what another thread opened. */
export function openSource(ref: SourceRef): Promise<Source> {
  const kind = kinds.find((candidate) => candidate.kind === ref.kind)
  if (!kind) throw new ChunkQLError('internal', `there is no kind of source '${ref.kind}'`)
  return kind.open(ref.location, ref.options)
}

function notAccepted(location: unknown): ChunkQLError {
  if (typeof location !== 'string') return new ChunkQLError('io', `cannot read data from ${typeof location}`)
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    return new ChunkQLError('unsupported', `there is no way to '${location}'`, {
      hint: 'URLs begin with http, https, s3 or gs',
    })
  }
  return new ChunkQLError('io', `there is no directory '${location}'`, {
    hint: 'a Zarr store is a directory, a zip archive, references in .json, or a URL',
  })
}
