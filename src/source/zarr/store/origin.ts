/**
 * Of which version of an object bytes are, where the store says so: parts of one object that are put together must be of
 * one version. Noted by stores, asked by shard-reader.ts, zip.ts and reference-store.ts.
 */
import { ChunkQLError } from '../../../model/error.js'
import type { Origin } from '../../../platform/node/files.js'
import { isOld, versionOf } from './versions.js'

export type { Origin }

const origins = new WeakMap<object, Origin>()

/** Of the bytes of an answer, or of what was made of them. */
export function noteOrigin<T extends object>(bytes: T, origin: Origin | undefined): T {
  if (origin) origins.set(bytes, origin)
  return bytes
}

export function originOf(bytes: object): Origin | undefined {
  return origins.get(bytes)
}

/** Whether an object was replaced between two answers. Servers behind one name may tag the same file differently. */
export function isReplaced(before: Origin | undefined, after: Origin | undefined): boolean {
  if (before?.tag === undefined || after?.tag === undefined || before.tag === after.tag) return false
  const isSameFile = before.modified !== undefined && before.modified === after.modified && before.size === after.size
  return !isSameFile
}

export function replaced(what: string): ChunkQLError {
  return new ChunkQLError('store', `${what} was replaced or written to while it was read`, { hint: 'ask again' })
}

/** What the headers of an answer tell. */
export function originOfHeaders(headers: Headers, size: number | undefined): Origin {
  const modified = headers.get('last-modified') ?? undefined
  const isLasting = modified !== undefined && isOld(modified, headers.get('date'))
  const tag = headers.get('etag') ?? (isLasting ? modified : undefined)
  return { size, tag, ...(isLasting ? { modified } : {}), version: versionOf(headers) }
}
