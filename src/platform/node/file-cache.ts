/** A bounded cache of files: written under another name and renamed, verified when read, the ones used longest ago out first. Called by source/zarr/store/cache.ts. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChunkQLError } from '../../model/error.js'
import { OldestOut, remove, unfinished } from './oldest-out.js'

export interface Kept {
  /** By which its origin tells whether it still is the same. */
  readonly tag: string
  readonly bytes: Uint8Array
}

export interface FileCache {
  get(name: string): Kept | undefined
  put(name: string, kept: Kept): void
}

const newline = 10
const suffix = '.chunk'

/** Others may use the same directory at the same time. */
export function fileCache(directory: string, size: number): FileCache {
  makeDirectory(directory)
  const bound = new OldestOut(directory, size, 1)

  function put(name: string, { tag, bytes }: Kept): void {
    const header = Buffer.from(`${JSON.stringify({ tag, hash: hashOf(bytes) })}\n`)
    const length = header.length + bytes.length
    if (length > size) return
    const path = pathOf(directory, name)
    const temporary = join(directory, `${randomBytes(8).toString('hex')}${unfinished}`)
    try {
      writeFileSync(temporary, Buffer.concat([header, bytes]), { mode: 0o600, flag: 'wx' })
      renameSync(temporary, path)
    } catch {
      // A full disk is no reason to fail a query.
      remove(temporary)
      return
    }
    bound.wrote(length)
  }

  return { get: (name) => read(pathOf(directory, name)), put }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new ChunkQLError('io', `cache_directory '${directory}' cannot be made: ${(error as Error).message}`)
  }
}

function pathOf(directory: string, name: string): string {
  return join(directory, `${hashOf(name)}${suffix}`)
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Undefined where there is none, or where it is not what was written. */
function read(path: string): Kept | undefined {
  try {
    const content = readFileSync(path)
    const end = content.indexOf(newline)
    const { tag, hash } = JSON.parse(content.toString('utf8', 0, end)) as { tag: string; hash: string }
    const bytes = content.subarray(end + 1)
    if (hashOf(bytes) !== hash) return undefined
    const now = new Date()
    utimesSync(path, now, now)
    return { tag, bytes }
  } catch {
    return undefined
  }
}
