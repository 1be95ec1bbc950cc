/** Keeps the files of a directory within a size: those used longest ago go first. Called by file-cache.ts and pack.ts. */
import { readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What is left of its size when there was too much. */
const keptShare = 0.9
/** A file that was not finished after this long never will be. */
const unfinishedMs = 3_600_000
export const unfinished = '.tmp'
/** Others may have files of their own there. */
const suffixes = ['.chunk', '.pack']

/** Others write there, too: after so much of its size it is counted again. */
const recountShare = 1 / 32

/** What a file takes of the disk: whole blocks. */
export function onDisk(bytes: number, blockBytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes
}

/** `blockBytes`: what a small file takes of the disk at least, where there may be many. */
export class OldestOut {
  #total: number | undefined
  #written = 0

  constructor(
    readonly directory: string,
    readonly size: number,
    readonly blockBytes: number,
  ) {}

  /** To be told of what was written; takes out files where there is too much. */
  wrote(bytes: number): void {
    const { directory, size, blockBytes } = this
    this.#total = this.#total === undefined ? prune(directory, size, blockBytes) : this.#total + bytes
    this.#written += bytes
    if (this.#total <= size && this.#written <= recountShare * size) return
    this.#total = prune(directory, size, blockBytes)
    this.#written = 0
  }
}

/** Takes out what was used longest ago until there is room; returns what is left, in bytes. */
function prune(directory: string, size: number, blockBytes: number): number {
  const all = readdirSync(directory).flatMap((name) => {
    const path = join(directory, name)
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat?.isFile() ? [{ name, path, bytes: onDisk(stat.size, blockBytes), usedMs: stat.mtimeMs }] : []
  })
  for (const { name, path, usedMs } of all) {
    if (name.endsWith(unfinished) && Date.now() - usedMs > unfinishedMs) remove(path)
  }
  const files = all
    .filter(({ name }) => suffixes.some((each) => name.endsWith(each)))
    .sort((a, b) => a.usedMs - b.usedMs)
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total <= size) return total
  for (const { path, bytes } of files) {
    if (total <= keptShare * size) break
    remove(path)
    total -= bytes
  }
  return total
}

export function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else did.
  }
}
