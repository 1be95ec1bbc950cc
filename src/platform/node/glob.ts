/** Paths by a pattern: `*` is any characters of a name, `?` one, `[abc]` one of some, `**` any directories. Called by sources. */
import { type DirectoryEntry, isPath, listDirectory } from './files.js'

/** Of local paths; for those of URLs see source/zarr/store/url-patterns.ts. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path) && !/^\w{2,}:\/\//.test(path)
}

/** The paths that exist, sorted by name. */
export function pathsLike(pattern: string): string[] {
  const parts = pattern.split('/')
  const isAbsolute = parts[0] === ''
  return below(isAbsolute ? '/' : '', isAbsolute ? parts.slice(1) : parts).sort((a, b) => (a < b ? -1 : 1))
}

function below(root: string, parts: readonly string[]): string[] {
  const [part, ...rest] = parts.filter((each) => each !== '')
  if (part === undefined) return [root]
  const join = (name: string) => (root === '' || root.endsWith('/') ? root + name : `${root}/${name}`)
  if (part === '**')
    return [...below(root, rest), ...directories(root).flatMap(({ name }) => below(join(name), [part, ...rest]))]
  if (!isPattern(part)) return isPath(join(part)) ? below(join(part), rest) : []
  const matches = namePattern(part)
  return entries(root)
    .filter(({ name }) => matches.test(name))
    .flatMap(({ name }) => below(join(name), rest))
}

function entries(root: string): DirectoryEntry[] {
  return (listDirectory(root === '' ? '.' : root) ?? []).filter(({ name }) => !name.startsWith('.'))
}

function directories(root: string): DirectoryEntry[] {
  return entries(root).filter(({ isDirectory }) => isDirectory)
}

/** A `[` without its `]` is itself. */
export function namePattern(part: string): RegExp {
  const source = part.replace(/\[[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === '*') return '.*'
    if (piece === '?') return '.'
    if (piece.length > 1) return piece.replace('[!', '[^').replaceAll('\\', '\\\\')
    return piece.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 'u')
}
