/** The kinds of stores: which takes a location. A new kind is one line here. Called by ../open.ts. */
import { type Access, initialAccess } from '../../../model/access.js'
import { absolutePath, parentPath, pathKind } from '../../../platform/node/files.js'
import type { Store } from '../store.js'
import { directoryStore } from './directory.js'
import { foreignStore, isForeignStore } from './foreign.js'
import { isRemoteUrl, openRemote } from './open-remote.js'
import { parentUrl, remoteStore } from './remote.js'

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

function isDirectory(location: unknown): boolean {
  if (typeof location !== 'string' || /^(?!file:)\w{2,}:\/\//.test(location)) return false
  return pathKind(absolutePath(location)) === 'directory'
}

function accessOf({ access }: StoreOptions): Access {
  return { ...initialAccess, ...(access as Partial<Access> | undefined) }
}
