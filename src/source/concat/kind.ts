/** Several stores as one: a list of locations, or a pattern of paths. Listed in source/registry.ts. */
import { ChunkQLError } from '../../model/error.js'
import { isPath } from '../../platform/node/files.js'
import { isPattern, pathsLike } from '../../platform/node/glob.js'
import type { Source, SourceKind } from '../source.js'
import { concatSource } from './source.js'

type Open = (location: unknown, options: Readonly<Record<string, unknown>>) => Promise<Source>

/** `open` opens each of the stores. */
export function concatenation(open: Open): SourceKind {
  return {
    kind: 'concat',
    accepts: (location) => listOf(location) !== undefined || isPatternOfPaths(location),
    async open(location, options) {
      const locations = listOf(location) ?? matching(String(location))
      const sources = await Promise.all(locations.map((each) => open(each, options)))
      const parts = sources.map((source, i) => ({ name: locations[i] as string, source }))
      const canLeave = sources.every(({ ref }) => ref !== null)
      return concatSource(parts, canLeave ? { kind: 'concat', location: JSON.stringify(locations), options } : null)
    },
  }
}

/** A list of locations; as JSON, where another thread opens it again. */
function listOf(location: unknown): string[] | undefined {
  const list = typeof location === 'string' && location.startsWith('["') ? parsed(location) : location
  const isList = Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === 'string')
  return isList ? (list as string[]) : undefined
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

/** In the order of their names. */
function matching(pattern: string): string[] {
  const paths = pathsLike(pattern)
  if (paths.length > 0) return paths
  throw new ChunkQLError('io', `no path is like '${pattern}'`, {
    hint: '* stands for any characters of a name, ? for one',
  })
}
