/** A directory of the local disk as a store. */

import { type Fingerprints, noFingerprints, setFile, setMissing, setNone } from '../../../model/fingerprint.js'
import {
  absolutePath,
  type FileStamp,
  fileSize,
  fileStamp,
  isPath,
  lastPart,
  listDirectory,
  type Part,
  type Place,
  pathUnder,
  readInto,
  readPart,
  readWhole,
  realPath,
} from '../../../platform/node/files.js'
import type { FetchOptions } from '../../source.js'
import type { Store } from '../store.js'
import { noteOrigin } from './origin.js'

export function directoryStore(location: string): Store {
  const root = absolutePath(location)
  const at = (key: string) => pathUnder(root, key)
  return {
    name: lastPart(root),
    location: root,
    changes: true,
    get: async (key, options) => counted(readWhole(at(key)), options),
    getRange: async (key, part, options) => counted(readPart(at(key), part, noteOrigin), options),
    size: async (key) => fileSize(at(key)),
    list: async (prefix) => listDirectory(at(prefix)),
    read: (key, place, part, seen) => (seen ? readSeen(at(key), place, part, seen) : readInto(at(key), place, part)),
    readTells: true,
    has: (key) => isPath(at(key)),
    identity: realPath(root),
    fingerprints: (keys) => fileFingerprints(keys.length, (i) => at(keys[i] as string)),
  }
}

export function fileFingerprints(count: number, pathOf: (i: number) => string): Fingerprints {
  const found = noFingerprints(count)
  for (let i = 0; i < count; i++) {
    const stamp = fileStamp(pathOf(i))
    if (!stamp) setMissing(found, i)
    else if (stamp.isFile) setFile(found, i, stamp.mtimeNs, stamp.size, Date.now())
  }
  return found
}

/** Also tells the fingerprint of what was read. A file that is replaced meanwhile is read as it was, and told so. */
function readSeen(path: string, place: Place, part: Part | undefined, seen: Fingerprints): number | undefined {
  let before: FileStamp | undefined
  setNone(seen, 0)
  const length = readInto(path, place, part, (stamp) => {
    if (before?.size === stamp.size && before.mtimeNs === stamp.mtimeNs) {
      setFile(seen, 0, stamp.mtimeNs, stamp.size, Date.now())
    }
    before = stamp
  })
  if (length === undefined) setMissing(seen, 0)
  return length
}

/** Counts what was read as one request. */
export function counted(bytes: Uint8Array | undefined, options: FetchOptions | undefined): Uint8Array | undefined {
  if (!options?.traffic) return bytes
  options.traffic.requests++
  options.traffic.bytesRead += bytes?.length ?? 0
  return bytes
}
