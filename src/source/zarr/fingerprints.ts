/** Fingerprints of the chunks of an array: those of the objects that they are read from. Called by chunked.ts. */
import {
  digestText,
  type Fingerprints,
  isMissing,
  noFingerprints,
  setMissing,
  setNone,
  setParts,
} from '../../model/fingerprint.js'
import { identityOf } from '../../model/identity.js'
import type { ChunkedColumn, FetchOptions } from '../source.js'
import type { ZarrArray } from './array.js'
import type { ChunkFiles } from './chunk-files.js'
import type { Decoding } from './convention.js'
import type { Store } from './store.js'

export function chunkFingerprints(
  store: Store,
  array: ZarrArray,
  files: ChunkFiles,
  decoding: Decoding,
): Pick<ChunkedColumn, 'fingerprints' | 'fetched' | 'digest' | 'origin'> {
  if (!store.fingerprints) return {}
  const { fetched } = store
  return {
    ...(fetched && { fetched: (bytes: Uint8Array | null) => (bytes ? fetched(bytes) : absent(array)) }),
    digest: digestOf(array, decoding),
    origin: `${store.identity ?? ''}/${array.path}`,
    fingerprints(chunks, options) {
      const objects = chunks.map((chunk) => files.objects(files.locate(chunk)))
      const keys = [...new Set(objects.flat())]
      const asked = askFor(store, array, keys, options)
      const tell = (each: Fingerprints) => {
        files.told?.(keys, each)
        return spread(objects, keys, each)
      }
      return asked instanceof Promise ? asked.then(tell) : tell(asked)
    },
  }
}

/** Of a chunk that was not there. Where it would be a part of objects, it tells nothing of these. */
function absent({ shards, edges }: ZarrArray): Fingerprints {
  const found = noFingerprints(1)
  if (shards.length === 0 && !edges) setMissing(found, 0)
  return found
}

/** Without its metadata an array was moved or removed: then a chunk that is not there is no fill value. */
function askFor(
  store: Store,
  { metadataKey }: ZarrArray,
  keys: readonly string[],
  options: FetchOptions | undefined,
): Fingerprints | Promise<Fingerprints> {
  const { fingerprints, has, changes } = store
  const asked = fingerprints?.(keys, options) ?? noFingerprints(keys.length)
  if (!(asked instanceof Promise)) {
    return changes && has && someMissing(asked) && !has(metadataKey) ? withoutMissing(asked) : asked
  }
  return asked.then(async (found) => {
    const isGone = changes && someMissing(found) && (await store.size(metadataKey, options)) === undefined
    return isGone ? withoutMissing(found) : found
  })
}

function someMissing(found: Fingerprints): boolean {
  for (let i = 0; 2 * i < found.length; i++) if (isMissing(found, i)) return true
  return false
}

function withoutMissing(found: Fingerprints): Fingerprints {
  for (let i = 0; 2 * i < found.length; i++) if (isMissing(found, i)) setNone(found, i)
  return found
}

/** From objects to chunks: several may lie in one, or one in several. */
function spread(objects: readonly (readonly string[])[], keys: readonly string[], found: Fingerprints): Fingerprints {
  if (keys.length === objects.length && objects.every(({ length }) => length === 1)) return found
  const places = new Map(keys.map((key, i) => [key, i]))
  const chunks = noFingerprints(objects.length)
  for (const [i, own] of objects.entries()) {
    const parts = own.map((key) => found.subarray(2 * (places.get(key) ?? 0), 2 * (places.get(key) ?? 0) + 2))
    const [only] = parts
    if (only && parts.length === 1) chunks.set(only, 2 * i)
    else setParts(chunks, i, BigUint64Array.from(parts.flatMap((part) => [...part])), '')
  }
  return chunks
}

/** The shape is left out, and of attributes those that do not change what is read: they have done so in the decoding. */
export function digestOf(array: ZarrArray, decoding: Decoding): string {
  const { chunk, edges, axes, codecs, shards, keys, fillIsMissing, field } = array
  const { dataType, fill } = field?.whole ?? array
  const { offset, bigEndian, name, missing } = field ?? {}
  const stored = { chunk, edges, axes, codecs, shards, keys, fillIsMissing, dataType, fill }
  return digestText(identityOf({ stored, own: { type: array.dataType, offset, bigEndian, name, missing }, decoding }))
}
