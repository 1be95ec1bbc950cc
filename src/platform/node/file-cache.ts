/** A bounded cache of files: written under another name and renamed, verified when read, the ones used longest ago out first. Called by source/zarr/store/cache.ts and execute/partial-cache.ts. */
import { createHash, randomBytes } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ChunkQLError } from '../../model/error.js'

export interface Kept {
  /** By which its origin tells whether it still is the same. */
  readonly tag: string
  readonly bytes: Uint8Array
}

export interface FileCache {
  get(name: string): Kept | undefined
  put(name: string, kept: Kept): void
}

/** What is left of its size when there was too much. */
const keptShare = 0.9
/** Others write there, too: after so much of its size it is counted again. */
const recountShare = 1 / 32
/** A file that was not finished after this long never will be. */
const unfinishedMs = 3_600_000
const newline = 10
const suffix = '.chunk'
const unfinished = '.tmp'

/**
 * Others may use the same directory at the same time. `blockBytes`: what a small file takes of the disk at least, where
 * there may be many.
 */
export function fileCache(directory: string, size: number, blockBytes = 1): FileCache {
  makeDirectory(directory)
  let total: number | undefined
  let written = 0

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
    const taken = onDisk(length, blockBytes)
    total = total === undefined ? prune(directory, size, blockBytes) : total + taken
    written += taken
    if (total <= size && written <= recountShare * size) return
    total = prune(directory, size, blockBytes)
    written = 0
  }

  return { get: (name) => read(pathOf(directory, name)), put }
}

function onDisk(bytes: number, blockBytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes
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

/** Takes out what was used longest ago until there is room; returns what is left, in bytes. */
function prune(directory: string, size: number, blockBytes: number): number {
  const all = readdirSync(directory).flatMap((name) => {
    const path = join(directory, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat ? [{ name, path, bytes: onDisk(stat.size, blockBytes), usedMs: stat.mtimeMs }] : []
  })
  for (const { name, path, usedMs } of all) {
    if (name.endsWith(unfinished) && Date.now() - usedMs > unfinishedMs) remove(path)
  }
  const files = all.filter(({ name }) => name.endsWith(suffix)).sort((a, b) => a.usedMs - b.usedMs)
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total <= size) return total
  for (const { path, bytes } of files) {
    if (total <= keptShare * size) break
    remove(path)
    total -= bytes
  }
  return total
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else did.
  }
}
