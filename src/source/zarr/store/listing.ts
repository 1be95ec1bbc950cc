/** What lies directly under a prefix, of keys that are all known: archives and references. */
import type { DirectoryEntry } from '../store.js'

/** The keys are gone through once, with the first question. */
export function listing(keys: Iterable<string>): (prefix: string) => DirectoryEntry[] | undefined {
  let directories: Map<string, Map<string, boolean>> | undefined
  return (prefix) => {
    directories ??= directoriesOf(keys)
    const entries = directories.get(prefix)
    if (!entries) return undefined
    return [...entries].map(([name, isDirectory]) => ({ name, isDirectory })).sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

function directoriesOf(keys: Iterable<string>): Map<string, Map<string, boolean>> {
  const directories = new Map<string, Map<string, boolean>>()
  const add = (path: string, isDirectory: boolean): void => {
    const at = path.lastIndexOf('/')
    const parent = at < 0 ? '' : path.slice(0, at)
    const known = directories.get(parent)
    if (known) known.set(path.slice(at + 1), isDirectory)
    else {
      directories.set(parent, new Map([[path.slice(at + 1), isDirectory]]))
      if (parent !== '') add(parent, true)
    }
  }
  for (const key of keys) add(key, false)
  return directories
}
