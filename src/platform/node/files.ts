/**
 * Local files, read synchronously: twelve times as many small files a second as through promises, and no slower where the
 * pages come from the disk (measured: 13 MB chunks alike, chunks of 512 bytes 5.6 against 7.8 s). Called by sources.
 */
import {
  type BigIntStats,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface DirectoryEntry {
  readonly name: string
  readonly isDirectory: boolean
}

/** The absolute path that a user named: a path or a file: URL. */
export function absolutePath(location: string): string {
  return resolve(location.startsWith('file:') ? fileURLToPath(location) : location)
}

export function lastPart(path: string): string {
  return basename(path)
}

export function parentPath(path: string): string {
  return dirname(path)
}

/** A path under `root`; the parts of a key are names, not instructions to leave it. */
export function pathUnder(root: string, key: string): string {
  if (key.includes('..') && key.split('/').includes('..')) throw new Error(`'${key}' leads out of its store`)
  // Not `join`: it costs as much as reading a small file does.
  return key === '' ? root : `${root}/${key}`
}

export function pathKind(path: string): 'file' | 'directory' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat && (stat.isDirectory() ? 'directory' : 'file')
}

export function isPath(path: string): boolean {
  return existsSync(path)
}

/** Without links; a path that does not exist is as it is. */
export function realPath(path: string): string {
  return absentAsUndefined(() => realpathSync(path)) ?? path
}

export interface FileStamp {
  readonly isFile: boolean
  readonly size: bigint
  readonly mtimeNs: bigint
}

/** Undefined where there is no file. At once: 2.2 us, a third of what it takes through promises. */
export function fileStamp(path: string): FileStamp | undefined {
  const stat = absentAsUndefined(() => statSync(path, { bigint: true, throwIfNoEntry: false }))
  return stat && stampOf(stat)
}

function stampOf(stat: BigIntStats): FileStamp {
  return { isFile: stat.isFile(), size: stat.size, mtimeNs: stat.mtimeNs }
}

/** The whole file, or undefined where there is none. */
export function readWhole(path: string): Uint8Array | undefined {
  return absentAsUndefined(() => readFileSync(path))
}

/** What a directory holds, sorted by name; undefined where there is none. */
export function listDirectory(path: string): DirectoryEntry[] | undefined {
  const entries = absentAsUndefined(() => readdirSync(path, { withFileTypes: true }))
  return entries
    ?.map((entry) => ({
      name: entry.name,
      isDirectory: entry.isDirectory() || (entry.isSymbolicLink() && pathKind(join(path, entry.name)) === 'directory'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A part of a file or object: some bytes from an offset on, or the last ones. */
export type Part = { readonly offset: number; readonly length: number } | { readonly suffixLength: number }

/** The object that a part was read of. */
export interface Origin {
  /** Bytes of all of it. */
  readonly size?: number | undefined
  /** Another one after it was written to or replaced. */
  readonly tag?: string | undefined
  readonly modified?: string | undefined
  /** What fingerprints are made of: the version that a server told of with the bytes. */
  readonly version?: string | undefined
}

/** Where so many bytes go. Of a part of a file its origin is told. */
export type Place = (length: number, origin?: Origin) => Uint8Array

/**
 * Reads a file, or a part of it, to where `place` says, called once with the length in bytes. Returns the length, or
 * undefined where there is no file. A part that the file does not have is an error, as is a file that shrinks meanwhile.
 * `look` is told what the file is before and after its bytes are read: half of what it costs to ask by its path.
 */
export function readInto(
  path: string,
  place: Place,
  part?: Part,
  look?: (stamp: FileStamp) => void,
): number | undefined {
  const file = absentAsUndefined(() => openSync(path, 'r'), ['ENOENT'])
  if (file === undefined) return undefined
  try {
    look?.(stampOf(fstatSync(file, { bigint: true })))
    const length = (part ? undefined : readSmall(file, place)) ?? readPlaced(file, place, part)
    look?.(stampOf(fstatSync(file, { bigint: true })))
    return length
  } finally {
    closeSync(file)
  }
}

const small = new Uint8Array(1 << 16)

/** A file that ends within a few pages; undefined where it does not. Asking for its size costs as much as reading it. */
function readSmall(file: number, place: Place): number | undefined {
  // Fewer bytes than there is room for: the file ends there.
  const length = readSync(file, small, 0, small.length, 0)
  if (length === small.length) return undefined
  place(length).set(small.subarray(0, length))
  return length
}

function readPlaced(file: number, place: Place, part: Part | undefined): number {
  const { size, ino, mtimeMs } = fstatSync(file)
  const { offset, length } = partWithin(size, part)
  const target = part ? place(length, { size, tag: `${ino} ${mtimeMs} ${size}` }) : place(length)
  for (let done = 0; done < length; ) {
    const count = readSync(file, target, done, length - done, offset + done)
    if (count === 0) throw new Error(`the file ended after ${done} of ${length} bytes: it changed while it was read`)
    done += count
  }
  return length
}

/** A file, or a part of it, in memory of its own. `note` is told of which file a part is. */
export function readPart(
  path: string,
  part?: Part,
  note?: (bytes: Uint8Array, origin: Origin | undefined) => void,
): Uint8Array | undefined {
  let target: Uint8Array | undefined
  const length = readInto(
    path,
    (bytes, origin) => {
      target = new Uint8Array(bytes)
      note?.(target, origin)
      return target
    },
    part,
  )
  return length === undefined ? undefined : target
}

/** Bytes; undefined where there is no file. */
export function fileSize(path: string): number | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat?.isFile() ? stat.size : undefined
}

/** Where a part lies in a file or object of `size` bytes; without a part all of it. Throws where it ends too early. */
export function partWithin(size: number, part: Part | undefined): { readonly offset: number; readonly length: number } {
  if (!part) return { offset: 0, length: size }
  const { offset, length } = 'offset' in part ? part : { offset: size - part.suffixLength, length: part.suffixLength }
  if (offset >= 0 && offset + length <= size) return { offset, length }
  throw new Error(`bytes ${offset} to ${offset + length} were asked for, there are ${size}`)
}

function absentAsUndefined<T>(read: () => T, codes = ['ENOENT', 'ENOTDIR']): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isSystemError(error) && codes.includes(error.code)) return undefined
    throw error
  }
}

function isSystemError(error: unknown): error is { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
