/** Places behind URLs: what all have in common, and a store over one. Called by open.ts. */
import { ChunkQLError } from '../../../model/error.js'
import { type Fingerprints, noFingerprints, setText } from '../../../model/fingerprint.js'
import type { FetchOptions } from '../../source.js'
import type { DirectoryEntry, Part, Store } from '../store.js'
import { originOf } from './origin.js'
import { type HttpAnswer, HttpError, shown } from './transport.js'

/** Objects by their URLs. */
export interface Remote {
  /** All of an object or a part of it; undefined where there is none. */
  get(url: string, part: Part | undefined, options?: FetchOptions): Promise<Uint8Array | undefined>
  /** Bytes; undefined where there is none. */
  size(url: string, options?: FetchOptions): Promise<number | undefined>
  /** Of objects as they are now. Where a server tells nothing of an object, there is none. */
  fingerprints(urls: readonly string[], options?: FetchOptions): Promise<Fingerprints>
  /** The same for the same place: see `Source.identity`. */
  identity(url: string): string
  /** What lies directly under a URL; absent where that cannot be told. */
  list?(url: string, options?: FetchOptions): Promise<DirectoryEntry[] | undefined>
  /** The URL of what lies under another. */
  under(url: string, key: string): string
}

export function remoteStore(location: string, remote: Remote): Store {
  const root = location.replace(/\/+(?=$|\?)/, '')
  const { list } = remote
  return {
    name: lastName(root),
    location: root,
    changes: true,
    get: (key, options) => remote.get(remote.under(root, key), undefined, options),
    getRange: (key, part, options) => remote.get(remote.under(root, key), part, options),
    size: (key, options) => remote.size(remote.under(root, key), options),
    identity: remote.identity(root),
    fingerprints: (keys, options) =>
      remote.fingerprints(
        keys.map((key) => remote.under(root, key)),
        options,
      ),
    fetched,
    ...(list ? { list: (prefix, options) => list(remote.under(root, prefix), options) } : {}),
  }
}

/** As `fingerprints` would have told it when the bytes came. */
function fetched(bytes: Uint8Array): Fingerprints {
  const found = noFingerprints(1)
  const version = originOf(bytes)?.version
  if (version !== undefined) setText(found, 0, version)
  return found
}

/** `era.zarr` of `https://host/data/era.zarr?token=1`. */
export function lastName(url: string): string {
  const path = shown(url).replace(/\/+$/, '')
  return decoded(path.slice(path.lastIndexOf('/') + 1))
}

/** The URL one part up; undefined where that is no path any more. */
export function parentUrl(url: string): string | undefined {
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/.exec(url) ?? []
  const at = path.lastIndexOf('/')
  return at > path.indexOf('://') + 2 ? path.slice(0, at) + query : undefined
}

/** Each part is a name, whatever characters it has. */
export function encodedPath(key: string): string {
  return key.split('/').map(encodedName).join('/')
}

function encodedName(name: string): string {
  return encodeURIComponent(name).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The body of an answer; undefined where there is no such object. */
export function bodyOrAbsent(url: string, { status, body }: HttpAnswer): Uint8Array | undefined {
  if (status === 404 || status === 410) return undefined
  if (status >= 200 && status < 300) return body
  if (status === 416) throw new ChunkQLError('store', `${shown(url)} is shorter than its index tells`)
  throw refusal(url, status, body)
}

/** What a server says in S3's XML is kept. */
export function refusal(url: string, status: number, body: Uint8Array): HttpError {
  const text = new TextDecoder().decode(body.subarray(0, 4096))
  const said = ['Code', 'Message'].map((tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1]).filter(Boolean)
  const message = [`${shown(url)}: HTTP ${status}`, ...said].join(', ')
  return new HttpError(status, message, { hint: hints[status] })
}

const hints: Readonly<Record<number, string>> = {
  401: 'the server wants credentials',
  403: 'the keys do not allow it, or the object does not exist and the store may not be listed',
}
