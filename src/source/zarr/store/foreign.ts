/** Stores that a user made: any object with the `get` of zarrita's stores, and a Map from paths to bytes. They cannot leave their thread. */
import type { AbsolutePath, AsyncReadable, GetOptions } from '@zarrita/storage'
import { ChunkQLError } from '../../../model/error.js'
import { noFingerprints, setMissing, setObject } from '../../../model/fingerprint.js'
import { partWithin } from '../../../platform/node/files.js'
import type { FetchOptions } from '../../source.js'
import type { Part, Store } from '../store.js'
import { counted } from './directory.js'
import { listing } from './listing.js'
import { noteOrigin } from './origin.js'

/** Keys are paths with a leading slash, as zarrita's are; those of a Map may do without. */
export type ForeignStore = Pick<AsyncReadable, 'get' | 'getRange'>

export function isForeignStore(location: unknown): location is ForeignStore {
  return typeof location === 'object' && location !== null && 'get' in location && typeof location.get === 'function'
}

export function foreignStore(store: ForeignStore): Store {
  return store instanceof Map ? mapStore(store) : readableStore(store)
}

function readableStore(store: ForeignStore): Store {
  const optionsOf = (options?: FetchOptions): GetOptions | undefined => options?.signal && { signal: options.signal }
  const get = async (key: string, options?: FetchOptions) =>
    counted(bytesOf(await store.get(`/${key}` as AbsolutePath, optionsOf(options)), key), options)
  return {
    name: 'store',
    get,
    async getRange(key, part, options) {
      if (!store.getRange) return partOf(await get(key, options), part)
      const bytes = bytesOf(await store.getRange(`/${key}` as AbsolutePath, part, optionsOf(options)), key)
      const expected = 'length' in part ? part.length : part.suffixLength
      if (bytes && bytes.length !== expected) {
        throw new ChunkQLError('store', `the store returned ${bytes.length} bytes, ${expected} were asked for`)
      }
      return counted(bytes, options)
    },
    size: async (key, options) => (await get(key, options))?.length,
  }
}

function mapStore(map: ReadonlyMap<string, unknown>): Store {
  const get = async (key: string, options?: FetchOptions) =>
    counted(bytesOf(map.get(`/${key}`) ?? map.get(key), key), options)
  return {
    name: 'store',
    get,
    getRange: async (key, part, options) => partOf(await get(key, options), part),
    size: async (key) => (await get(key))?.length,
    fingerprints(keys) {
      const found = noFingerprints(keys.length)
      for (const [i, key] of keys.entries()) {
        const bytes = bytesOf(map.get(`/${key}`) ?? map.get(key), key)
        if (bytes) setObject(found, i, bytes, bytes.length)
        else setMissing(found, i)
      }
      return found
    },
    // Anew each time: it may have got more keys.
    list: async (prefix) => listing([...map.keys()].map((key) => key.replace(/^\//, '')))(prefix),
  }
}

function partOf(bytes: Uint8Array | undefined, part: Part): Uint8Array | undefined {
  if (!bytes) return undefined
  const { offset, length } = partWithin(bytes.length, part)
  return noteOrigin(bytes.subarray(offset, offset + length), { size: bytes.length })
}

function bytesOf(found: unknown, key: string): Uint8Array | undefined {
  if (found === undefined || found === null) return undefined
  if (found instanceof Uint8Array) return found
  throw new ChunkQLError('store', `the store has no bytes at '${key}', but ${typeof found}`, {
    hint: 'keys lead to Uint8Array',
  })
}
