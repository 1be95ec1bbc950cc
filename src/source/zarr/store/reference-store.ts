/** A store of references: its chunks are parts of other files (kerchunk). Called by open.ts. */
import type { Access } from '../../../model/access.js'
import { ChunkQLError } from '../../../model/error.js'
import {
  type Fingerprints,
  isMissing,
  noFingerprints,
  setMissing,
  setNone,
  setParts,
  setText,
} from '../../../model/fingerprint.js'
import { type Part, partWithin } from '../../../platform/node/files.js'
import type { FetchOptions } from '../../source.js'
import { isObject, parseJson } from '../json.js'
import type { DirectoryEntry, Store } from '../store.js'
import { listing } from './listing.js'
import { fileObject, remoteObject, type StoredObject } from './object.js'
import { isRemoteUrl, openRemote } from './open-remote.js'
import { isReplaced, noteOrigin, type Origin, originOf, replaced } from './origin.js'
import { type Reference, readReferences } from './references.js'
import type { Remote } from './remote.js'

export interface References {
  find(key: string, options?: FetchOptions): Promise<Reference | undefined>
  list(prefix: string): readonly DirectoryEntry[] | undefined
}

/** The JSON form, all in memory. */
export async function jsonReferences(object: StoredObject): Promise<References> {
  const bytes = await object.get()
  if (!bytes) throw new ChunkQLError('io', `there is no file '${object.location}'`)
  const spec = parseJson(bytes, object.location)
  if (!isObject(spec)) throw new ChunkQLError('store', 'the references are no object', { where: object.location })
  const found = readReferences(spec, object.location)
  const list = listing(found.keys())
  return { find: async (key) => found.get(key), list }
}

/** `folder` is where relative paths of targets begin. */
export function referenceStore(
  { name, location, identity }: Pick<StoredObject, 'name' | 'location' | 'identity'>,
  references: References,
  folder: string | undefined,
  access: Access,
): Store {
  const target = targets(folder, access)
  const versions = new Map<string, Origin>()

  /** Chunks of a file before and after a change are not put together; the query after that sees the file as it is then. */
  function checkVersion(url: string, origin: Origin | undefined): void {
    const known = versions.get(url)
    if (versions.size > mostVersions) versions.clear()
    if (origin?.tag !== undefined) versions.set(url, origin)
    if (isReplaced(known, origin)) throw replaced(`the file ${url}`)
  }

  async function read(key: string, part: Part | undefined, options?: FetchOptions): Promise<Uint8Array | undefined> {
    const reference = await references.find(key, options)
    if (!reference) return undefined
    if (reference instanceof Uint8Array) return cut(reference, part)
    const { url, offset, length } = reference
    const isPart = offset !== undefined && length !== undefined
    const bytes = await target(url).get(isPart ? partOf(offset, length, part) : part, options)
    // What is referred to and is not there is no chunk that was never written.
    if (!bytes) throw new ChunkQLError('store', `the file that '${key}' refers to is not there: ${url}`)
    const origin = originOf(bytes)
    checkVersion(url, origin)
    return isPart ? noteOrigin(bytes, { ...origin, size: length }) : bytes
  }

  /** Of the objects that are referred to, each asked for once. */
  async function fingerprints(keys: readonly string[], options?: FetchOptions): Promise<Fingerprints> {
    const each = await Promise.all(keys.map((key) => references.find(key, options)))
    const urls = [...new Set(each.flatMap((one) => (one && 'url' in one ? [one.url] : [])))]
    const asked = urls.map(async (url) => [url, await target(url).fingerprint(options)] as const)
    const objects = new Map(await Promise.all(asked))
    const found = noFingerprints(keys.length)
    for (const [i, reference] of each.entries()) {
      if (!reference) setMissing(found, i)
      else if (reference instanceof Uint8Array) setText(found, i, latin1.decode(reference))
      else setTarget(found, i, reference, objects.get(reference.url) as Fingerprints)
    }
    return found
  }

  return {
    name,
    location,
    identity,
    fingerprints,
    get: (key, options) => read(key, undefined, options),
    getRange: read,
    async size(key, options) {
      const reference = await references.find(key, options)
      if (!reference || reference instanceof Uint8Array) return reference?.length
      return reference.length ?? target(reference.url).size(options)
    },
    list: async (prefix) => references.list(prefix),
  }
}

/** Each byte is one character. */
const latin1 = new TextDecoder('latin1')

/** What is referred to and is not there is an error, not a missing chunk. */
function setTarget(to: Fingerprints, i: number, { url, offset, length }: Target, object: Fingerprints): void {
  if (isMissing(object, 0)) setNone(to, i)
  else setParts(to, i, object, `${url} ${offset} ${length}`)
}

type Target = Exclude<Reference, Uint8Array>

/** Files of which the version is remembered. */
const mostVersions = 100_000

function cut(bytes: Uint8Array, part: Part | undefined): Uint8Array {
  const { offset, length } = partWithin(bytes.length, part)
  return noteOrigin(bytes.subarray(offset, offset + length), { size: bytes.length })
}

function partOf(offset: number, length: number, part: Part | undefined): Part {
  const inner = partWithin(length, part)
  return { offset: offset + inner.offset, length: inner.length }
}

/** The objects that references name. Those of one scheme share their connections. */
function targets(folder: string | undefined, access: Access): (url: string) => StoredObject {
  const remotes = new Map<string, Remote>()
  const open = (url: string): StoredObject => {
    if (isRemote(url)) {
      const scheme = url.slice(0, url.indexOf(':'))
      const remote = remotes.get(scheme) ?? openRemote(url, access)
      remotes.set(scheme, remote)
      return remoteObject(url, remote)
    }
    if (/^\w{2,}:\/\//.test(url) && !url.startsWith('file:')) {
      throw new ChunkQLError('unsupported', `there is no way to '${url}'`, {
        hint: 'targets may be files, http, https, s3 and gs',
      })
    }
    return isAbsolute(url) || folder === undefined ? fileObject(url) : open(`${folder}/${url}`)
  }
  return open
}

function isRemote(url: string): boolean {
  return isRemoteUrl(url)
}

function isAbsolute(path: string): boolean {
  return /^(\/|file:|[A-Za-z]:[\\/])/.test(path)
}
