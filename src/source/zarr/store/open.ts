/** The kinds of stores: which takes a location. A new kind is one line here. Called by ../open.ts. */
import { type Access, initialAccess } from '../../../model/access.js'
import { absolutePath, parentPath, pathKind, pathUnder, readPart } from '../../../platform/node/files.js'
import type { Store } from '../store.js'
import { directoryStore } from './directory.js'
import { foreignStore, isForeignStore } from './foreign.js'
import { openObject } from './object.js'
import { isRemoteUrl, openRemote } from './open-remote.js'
import { parquetReferences } from './parquet-references.js'
import { jsonReferences, referenceStore } from './reference-store.js'
import { parentUrl, remoteStore } from './remote.js'
import { shown } from './transport.js'
import { zipStore } from './zip.js'

/** `access`: how remote stores are reached. */
export type StoreOptions = Readonly<Record<string, unknown>>

interface StoreKind {
  accepts(location: unknown): boolean
  open(location: never, options: StoreOptions): Store | Promise<Store>
  /** The location of what holds the store, where its arrays may have siblings. */
  parent?(location: string): string | undefined
}

const kinds: readonly StoreKind[] = [
  { accepts: isForeignStore, open: foreignStore },
  { accepts: (location) => isFileLike(location, /\.zip$/i), open: openZip },
  { accepts: (location) => isFileLike(location, /\.json$/i), open: openJsonReferences },
  { accepts: isParquetReferences, open: openParquetReferences },
  { accepts: isDirectory, open: directoryStore, parent: parentPath },
  {
    accepts: isRemoteUrl,
    open: (url: string, options) => remoteStore(url, openRemote(url, accessOf(options))),
    parent: parentUrl,
  },
]

export function isStoreLocation(location: unknown): boolean {
  return kinds.some((kind) => kind.accepts(location))
}

export async function openStore(location: unknown, options: StoreOptions): Promise<Store> {
  const kind = kinds.find((candidate) => candidate.accepts(location))
  if (!kind) throw new TypeError(`not a store: ${String(location)}`)
  return kind.open(location as never, options)
}

/** The store around one that was named by the path of an array. */
export async function openParent({ location }: Store, options: StoreOptions): Promise<Store | undefined> {
  if (location === undefined) return undefined
  const kind = kinds.find((candidate) => candidate.accepts(location))
  const parent = kind?.parent?.(location)
  return parent === undefined ? undefined : openStore(parent, options)
}

/** A file, or a URL, whose name says what it is. */
function isFileLike(location: unknown, name: RegExp): location is string {
  if (typeof location !== 'string') return false
  return isRemoteUrl(location)
    ? name.test(shown(location))
    : name.test(location) && pathKind(absolutePath(location)) === 'file'
}

/** A folder whose metadata tell the size of a record; behind a URL, its name has to say it. */
function isParquetReferences(location: unknown): boolean {
  if (typeof location !== 'string') return false
  if (isRemoteUrl(location)) return /\.(parq|parquet)\/?$/i.test(shown(location))
  if (!isDirectory(location)) return false
  const metadata = readPart(pathUnder(absolutePath(location), '.zmetadata'))
  return metadata !== undefined && /"record_size"\s*:/.test(new TextDecoder().decode(metadata))
}

function openZip(location: string, options: StoreOptions): Promise<Store> {
  return zipStore(openObject(location, accessOf(options)))
}

async function openJsonReferences(location: string, options: StoreOptions): Promise<Store> {
  const access = accessOf(options)
  const object = openObject(location, access)
  const named = { name: object.name.replace(/\.json$/i, ''), location: object.location, identity: object.identity }
  return referenceStore(named, await jsonReferences(object), folderOf(object.location), access)
}

async function openParquetReferences(location: string, options: StoreOptions): Promise<Store> {
  const access = accessOf(options)
  const folder = isRemoteUrl(location) ? remoteStore(location, openRemote(location, access)) : directoryStore(location)
  const named = {
    name: folder.name.replace(/\.(parq|parquet)$/i, ''),
    location: folder.location ?? location,
    identity: folder.identity ?? location,
  }
  return referenceStore(named, await parquetReferences(folder), folderOf(named.location), access)
}

function folderOf(location: string): string | undefined {
  return isRemoteUrl(location) ? parentUrl(location) : parentPath(location)
}

function isDirectory(location: unknown): boolean {
  if (typeof location !== 'string' || /^(?!file:)\w{2,}:\/\//.test(location)) return false
  return pathKind(absolutePath(location)) === 'directory'
}

function accessOf({ access }: StoreOptions): Access {
  return { ...initialAccess, ...(access as Partial<Access> | undefined) }
}
