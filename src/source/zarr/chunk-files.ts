/** Where the encoded bytes of an array's chunks are: objects of their own, or parts of shards. Opened by open.ts, called by chunked.ts. */
import type { Fingerprints } from '../../model/fingerprint.js'
import type { ByteRange, FetchOptions } from '../source.js'
import { chunkKey, keyIndex, type ZarrArray } from './array.js'
import { rectilinearFiles } from './rectilinear.js'
import { openShards } from './shard-reader.js'
import type { Place, Store } from './store.js'

export interface ChunkFiles {
  /** Where chunk `index` is. Pure. */
  locate(index: readonly number[]): ByteRange
  /** The objects that a chunk is read from. */
  objects(range: ByteRange): readonly string[]
  /** Told the fingerprints of objects: what is remembered of others is not used for them. */
  told?(keys: readonly string[], now: Fingerprints): void
  /** Local files only: as `read` of a store. */
  read?(range: ByteRange, place: Place, seen?: Fingerprints): number | undefined
  readonly readTells?: true | undefined
  /** In memory of their own; undefined where there is no such chunk. */
  get(range: ByteRange, options?: FetchOptions): Promise<Uint8Array | undefined>
}

export async function openChunkFiles(store: Store, array: ZarrArray): Promise<ChunkFiles> {
  const prefix = array.path === '' ? '' : `${array.path}/`
  const keyOf = (index: readonly number[]) => prefix + chunkKey(array.keys, index)
  if (array.shards.length > 0)
    return openShards(store, array, keyOf, (key) => keyIndex(array.keys, key.slice(prefix.length)))
  if (array.edges) return rectilinearFiles(store, array.edges, array.chunk, keyOf)
  const { read, readTells } = store
  return {
    locate: (index) => ({ key: keyOf(index) }),
    objects: ({ key }) => [key],
    ...(read ? { read: ({ key }, place, seen) => read(key, place, undefined, seen), readTells } : {}),
    get: ({ key }, options) => store.get(key, options),
  }
}
