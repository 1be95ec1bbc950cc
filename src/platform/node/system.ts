/** What the machine is: cores, memory, the place for temporary files. Called by `settings.ts`. */
import { availableParallelism, homedir, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
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

/** In the place for what programs can do without: XDG_CACHE_HOME on Linux, and what macOS and Windows have instead. */
export function localCache(): string {
  return join(userCacheDirectory(), 'chunkql')
}

function userCacheDirectory(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (XDG_CACHE_HOME?.startsWith('/')) return XDG_CACHE_HOME
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  if (process.platform === 'win32') return LOCALAPPDATA || join(homedir(), 'AppData', 'Local')
  return join(homedir(), '.cache')
}

/** What `import()` takes for a package name or for a path as the user wrote it, relative to the working directory. */
export function moduleUrl(name: string): string {
  return /^(\.{0,2}\/|[A-Za-z]:[\\/])/.test(name) ? pathToFileURL(name).href : name
}
