/** What the machine is: cores, memory, the place for temporary files. Called by `settings.ts`. */
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { pathToFileURL } from 'node:url'

export function coreCount(): number {
  return availableParallelism()
}

/** Bytes. */
export function totalMemory(): number {
  return totalmem()
}

export function temporaryDirectory(): string {
  return tmpdir()
}

/** What `import()` takes for a package name or for a path as the user wrote it, relative to the working directory. */
export function moduleUrl(name: string): string {
  return /^(\.{0,2}\/|[A-Za-z]:[\\/])/.test(name) ? pathToFileURL(name).href : name
}
