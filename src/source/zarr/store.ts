/** Where bytes lie, by key: a directory, objects behind a URL, an archive, references. Its kinds are in store/; opened by store/open.ts. */
import type { Fingerprints } from '../../model/fingerprint.js'
import type { DirectoryEntry, Part, Place } from '../../platform/node/files.js'
import type { FetchOptions } from '../source.js'

export type { DirectoryEntry, Part, Place }

/** Keys are paths without a leading slash; their parts are names, whatever they contain. */
export interface Store {
  /** For people: `era.zarr`. */
  readonly name: string
  /** The path or URL by which another thread can open it again; absent where a store cannot leave this one. */
  readonly location?: string | undefined
  /** A whole object; undefined where there is none. */
  get(key: string, options?: FetchOptions): Promise<Uint8Array | undefined>
  /** A part of an object, exactly, its origin noted (store/origin.ts); undefined where there is no object. Throws where it is too short. */
  getRange(key: string, part: Part, options?: FetchOptions): Promise<Uint8Array | undefined>
  /** Bytes of an object; undefined where there is none. */
  size(key: string, options?: FetchOptions): Promise<number | undefined>
  /** What lies directly under a prefix, sorted by name; undefined where there is nothing. Absent where a store cannot tell. */
  list?(prefix: string, options?: FetchOptions): Promise<readonly DirectoryEntry[] | undefined>
  /**
   * Local files only: reads at once to where `place` says, called once. Else as `get` and `getRange`. Where `readTells`, the
   * one fingerprint of `seen` is set to that of the object; to none where it changed while it was read.
   */
  read?(key: string, place: Place, part?: Part, seen?: Fingerprints): number | undefined
  readonly readTells?: true | undefined
  /** Local files only: whether an object is there. */
  has?(key: string): boolean
  /** Of objects as they are now, one for each key; at once where `read` is there. Absent where none can be had. */
  fingerprints?(keys: readonly string[], options?: FetchOptions): Fingerprints | Promise<Fingerprints>
  /** That of the object that bytes came from which `get` or `getRange` gave, as of then; unknown where none was told with them. */
  fetched?(bytes: Uint8Array): Fingerprints
  /** As that of a source. */
  readonly identity?: string | undefined
  /** Objects may be taken away while the store is open; else what was not found never was there. */
  readonly changes?: boolean | undefined
}
