/** One object, wherever it lies: a local file, or something behind a URL. What archives and references are made of. */
import type { Access } from '../../../model/access.js'
import type { Fingerprints } from '../../../model/fingerprint.js'
import { absolutePath, fileSize, lastPart, readInto, readPart, realPath } from '../../../platform/node/files.js'
import type { FetchOptions } from '../../source.js'
import type { Part, Place } from '../store.js'
import { counted, fileFingerprints } from './directory.js'
import { isRemoteUrl, openRemote } from './open-remote.js'
import { noteOrigin } from './origin.js'
import { lastName, type Remote } from './remote.js'

export interface StoredObject {
  readonly name: string
  readonly location: string
  /** All of it or a part; undefined where it is not there. */
  get(part?: Part, options?: FetchOptions): Promise<Uint8Array | undefined>
  size(options?: FetchOptions): Promise<number | undefined>
  /** One; at once where `read` is there. */
  fingerprint(options?: FetchOptions): Fingerprints | Promise<Fingerprints>
  /** As that of a source. */
  readonly identity: string
  /** Local files only: reads at once. */
  read?(place: Place, part?: Part): number | undefined
}

export function openObject(location: string, access: Access): StoredObject {
  return isRemoteUrl(location) ? remoteObject(location, openRemote(location, access)) : fileObject(location)
}

export function remoteObject(url: string, remote: Remote): StoredObject {
  return {
    name: lastName(url),
    location: url,
    get: (part, options) => remote.get(url, part, options),
    size: (options) => remote.size(url, options),
    fingerprint: (options) => remote.fingerprints([url], options),
    identity: remote.identity(url),
  }
}

export function fileObject(location: string): StoredObject {
  const path = absolutePath(location)
  return {
    name: lastPart(path),
    location: path,
    get: async (part, options) => counted(readPart(path, part, noteOrigin), options),
    size: async () => fileSize(path),
    fingerprint: () => fileFingerprints(1, () => path),
    identity: realPath(path),
    read: (place, part) => readInto(path, place, part),
  }
}
