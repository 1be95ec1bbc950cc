/** Where bytes come from: a directory, read synchronously, or any store of zarrita's kind. Opened by open.ts. */
import type { AbsolutePath, AsyncReadable, GetOptions } from '@zarrita/storage'
import type { Machine } from '../../kernel/machine.js'
import {
  absolutePath,
  type DirectoryEntry,
  isPath,
  lastPart,
  listDirectory,
  pathUnder,
  readInto,
  readWhole,
} from '../../platform/node/files.js'
import type { Fetched } from '../source.js'

export interface Store {
  /** For people: `era.zarr`. */
  readonly name: string
  /** The directory, where it is one: another thread can open it again. */
  readonly path?: string | undefined
  /** A whole small file; undefined where there is none. */
  get(key: string): Promise<Uint8Array | undefined>
  /** What lies under a prefix; absent where a store cannot tell. */
  list?(prefix: string): readonly DirectoryEntry[] | undefined
  /** A whole object to memory that `machine` allocates; null where there is none. */
  fetch(key: string, machine: Machine, signal?: AbortSignal): Fetched | Promise<Fetched>
  /** Whether the object is there, where that is cheap to ask. */
  has?(key: string): boolean
}

export function directoryStore(location: string): Store {
  const root = absolutePath(location)
  return {
    name: lastPart(root),
    path: root,
    get: async (key) => readWhole(pathUnder(root, key)),
    list: (prefix) => listDirectory(pathUnder(root, prefix)),
    has: (key) => isPath(pathUnder(root, key)),
    fetch(key, machine) {
      let address = 0
      const length = readInto(pathUnder(root, key), (bytes) => {
        address = machine.allocate(bytes)
        return machine.bytes.subarray(address, address + bytes)
      })
      return length === undefined ? null : { address, length }
    },
  }
}

/** zarrita's stores, and a Map from `/path` to bytes. */
export function foreignStore(store: Pick<AsyncReadable, 'get'>): Store {
  const get = (key: string, options?: GetOptions) => store.get(`/${key}` as AbsolutePath, options)
  return {
    name: 'store',
    get: async (key) => get(key),
    async fetch(key, machine, signal) {
      const bytes = await get(key, signal && { signal })
      if (!bytes) return null
      const address = machine.allocate(bytes.length)
      machine.bytes.set(bytes, address)
      return { address, length: bytes.length }
    },
  }
}
