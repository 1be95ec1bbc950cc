/** Stores by a pattern of URLs, where what lies behind them can be listed: `s3://bucket/runs/*.zarr`. Called by concat/kind.ts. */
import { type Access, initialAccess } from '../../../model/access.js'
import { ChunkQLError } from '../../../model/error.js'
import { namePattern } from '../../../platform/node/glob.js'
import type { DirectoryEntry } from '../store.js'
import { isRemoteUrl, openRemote } from './open-remote.js'
import { shown } from './transport.js'

/** Other signs of patterns stand in names of objects, and in the queries of URLs. */
export function isUrlPattern(location: unknown): location is string {
  return isRemoteUrl(location) && shown(location).includes('*')
}

/** The URLs that exist, sorted. */
export async function urlsLike(pattern: string, options: Readonly<Record<string, unknown>>): Promise<string[]> {
  const access = { ...initialAccess, ...(options.access as Partial<Access> | undefined) }
  const { list, under } = openRemote(pattern, access)
  if (!list) throw notListed(pattern)
  const [, root = '', path = ''] = /^(\w+:\/\/[^/]+)\/*(.*)$/.exec(pattern) ?? []
  const entriesOf = async (url: string) => ((await list(url)) ?? []).filter(({ name }) => !name.startsWith('.'))

  async function below(url: string, parts: readonly string[], isThere: boolean): Promise<string[]> {
    const [part, ...rest] = parts
    if (part === undefined) return [url]
    // Names before the first sign need not be looked for.
    if (!part.includes('*') && !isThere) return below(under(url, part), rest, false)
    const entries = await entriesOf(url)
    const matches = part.includes('*') ? namePattern(part) : { test: (name: string) => name === part }
    const next = ({ name }: DirectoryEntry) => below(under(url, name), rest, true)
    if (part !== '**') return all(entries.filter(({ name }) => matches.test(name)).map(next))
    const deeper = entries
      .filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => below(under(url, name), parts, true))
    return all([below(url, rest, true), ...deeper])
  }

  const found = await below(root, path.split('/').filter(Boolean), false)
  return found.sort((a, b) => (a < b ? -1 : 1))
}

async function all(found: readonly Promise<string[]>[]): Promise<string[]> {
  return (await Promise.all(found)).flat()
}

function notListed(pattern: string): ChunkQLError {
  return new ChunkQLError('unsupported', `what lies behind '${shown(pattern)}' cannot be listed`, {
    hint: "web servers have no listings: name the stores, FROM ['https://host/a.zarr', 'https://host/b.zarr']",
  })
}
