/**
 * The files in which something is kept of data: on the disk, or in the memory of this process, where the data are there for
 * nobody else. Called by src/statistics/ and by what shows and drops statistics.
 */
import { removeFolder, writeAtomically } from './atomic-file.js'
import { fileSize, isPath, listDirectory, readWhole } from './files.js'

/** By folder; a folder of files in memory has a name that is no path. */
const inMemory = new Map<string, Map<string, Uint8Array>>()
const prefix = 'memory:'
let made = 0

/** A folder that is gone when it is removed, and with the process. */
export function memoryFolder(): string {
  const name = `${prefix}${++made}`
  inMemory.set(name, new Map())
  return name
}

function filesAround(path: string): Map<string, Uint8Array> | undefined {
  if (!path.startsWith(prefix)) return undefined
  // What was removed is written to no more.
  return inMemory.get(path.replace(/\/.*$/s, '')) ?? new Map()
}

/** Throws what the system says; undefined where there is none. */
export function readKeptFile(path: string): Uint8Array | undefined {
  const files = filesAround(path)
  return files ? files.get(path) : readWhole(path)
}

/** Whole or not at all. */
export function writeKeptFile(path: string, content: Uint8Array | string): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice()
  const files = filesAround(path)
  if (files) files.set(path, bytes)
  else writeAtomically(path, content)
}

export function hasKept(path: string): boolean {
  return filesAround(path)?.has(path) ?? isPath(path)
}

/** The names directly under a folder. */
export function listKeptFolder(path: string): string[] {
  const files = filesAround(path)
  if (!files) return (listDirectory(path) ?? []).map(({ name }) => name)
  const under = [...files.keys()].filter((each) => each.startsWith(`${path}/`))
  return [...new Set(under.map((each) => each.slice(path.length + 1).replace(/\/.*$/s, '')))]
}

export function keptSize(path: string): number {
  const files = filesAround(path)
  return (files ? files.get(path)?.length : fileSize(path)) ?? 0
}

/** With all that is in it. */
export function removeKeptFolder(path: string): void {
  const files = filesAround(path)
  if (!files) removeFolder(path)
  else if (inMemory.has(path)) inMemory.delete(path)
  else for (const each of files.keys()) if (each.startsWith(`${path}/`)) files.delete(each)
}
