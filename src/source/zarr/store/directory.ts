/** A directory of the local disk as a store. */
import {
  absolutePath,
  fileSize,
  isPath,
  lastPart,
  listDirectory,
  pathUnder,
  readInto,
  readPart,
  readWhole,
} from '../../../platform/node/files.js'
import type { FetchOptions } from '../../source.js'
import type { Store } from '../store.js'

export function directoryStore(location: string): Store {
  const root = absolutePath(location)
  const at = (key: string) => pathUnder(root, key)
  return {
    name: lastPart(root),
    location: root,
    changes: true,
    get: async (key, options) => counted(readWhole(at(key)), options),
    getRange: async (key, part, options) => counted(readPart(at(key), part), options),
    size: async (key) => fileSize(at(key)),
    list: async (prefix) => listDirectory(at(prefix)),
    read: (key, place, part) => readInto(at(key), place, part),
    has: (key) => isPath(at(key)),
  }
}

/** Counts what was read as one request. */
export function counted(bytes: Uint8Array | undefined, options: FetchOptions | undefined): Uint8Array | undefined {
  if (!options?.traffic) return bytes
  options.traffic.requests++
  options.traffic.bytesRead += bytes?.length ?? 0
  return bytes
}
