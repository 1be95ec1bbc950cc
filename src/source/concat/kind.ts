/** Several stores as one: a list of locations, or a pattern of paths. Listed in source/registry.ts. */
import { ChunkQLError } from '../../model/error.js'
import { isPath } from '../../platform/node/files.js'
import { isPattern, pathsLike } from '../../platform/node/glob.js'
import type { Source, SourceKind } from '../source.js'
import { isUrlPattern, urlsLike } from '../zarr/store/url-patterns.js'
import { concatSource } from './source.js'

type Open = (location: unknown, options: Readonly<Record<string, unknown>>) => Promise<Source>

/** `open` opens each of the stores. */
export function concatenation(open: Open): SourceKind {
  return {
    kind: 'concat',
    accepts: (location) => listOf(location) !== undefined || isPatternOfPaths(location) || isUrlPattern(location),
    async open(location, options) {
      const { paths, byName } = listOf(location) ?? { paths: [String(location)], byName: false }
      const matched = await Promise.all(paths.map((path) => locationsLike(path, options)))
      const locations = matched.flat()
      const sources = await Promise.all(locations.map((each) => open(each, options)))
      const parts = sources.map((source, i) => ({ name: locations[i] as string, source }))
      const canLeave = sources.every(({ ref }) => ref !== null)
      const again = JSON.stringify(byName ? { union: locations } : locations)
      return concatSource(parts, byName, canLeave ? { kind: 'concat', location: again, options } : null)
    },
  }
}

interface List {
  readonly paths: readonly string[]
  readonly byName: boolean
}

/** A list of locations; as JSON, where a query or another thread names it: then it may be a union by name. */
function listOf(location: unknown): List | undefined {
  const isJson = typeof location === 'string' && /^\[\s*"|^\{"union":/.test(location)
  const given = isJson ? parsed(location as string) : location
  const union = typeof given === 'object' && given !== null && 'union' in given ? given.union : undefined
  const list = isJson && union !== undefined ? union : given
  const isList = Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === 'string')
  return isList ? { paths: list as string[], byName: list === union } : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isPatternOfPaths(location: unknown): boolean {
  return typeof location === 'string' && isPattern(location) && !isPath(location)
}

/** In the order of their names; a location that is no pattern is itself. */
async function locationsLike(pattern: string, options: Readonly<Record<string, unknown>>): Promise<string[]> {
  const isOfUrls = isUrlPattern(pattern)
  if (!isOfUrls && !isPatternOfPaths(pattern)) return [pattern]
  const found = isOfUrls ? await urlsLike(pattern, options) : pathsLike(pattern)
  if (found.length > 0) return found
  throw new ChunkQLError('io', `no path is like '${pattern}'`, {
    hint: '* stands for any characters of a name, ? for one',
  })
}
