/** Lists what lies under a prefix of a bucket: ListObjectsV2, page by page. Called by s3.ts. */
import type { DirectoryEntry } from '../store.js'
import { bodyOrAbsent } from './remote.js'
import type { HttpAnswer } from './transport.js'

/** `ask` sends a query to the bucket. Undefined where nothing lies there. */
export async function listObjects(
  { bucket, key }: { readonly bucket: string; readonly key: string },
  ask: (query: string) => Promise<HttpAnswer>,
): Promise<DirectoryEntry[] | undefined> {
  const prefix = key === '' ? '' : `${key.replace(/\/+$/, '')}/`
  const found: DirectoryEntry[] = []
  let token: string | undefined
  do {
    const query = new URLSearchParams({ 'list-type': '2', delimiter: '/', 'encoding-type': 'url', prefix })
    if (token) query.set('continuation-token', token)
    // In a signature, and so here, a space is %20.
    const answer = await ask(`?${query.toString().replaceAll('+', '%20')}`)
    const body = bodyOrAbsent(`s3://${bucket}/${prefix}`, answer)
    if (!body) return undefined
    const page = new TextDecoder().decode(body)
    for (const path of prefixesOf(page)) found.push({ name: nameIn(path, prefix), isDirectory: true })
    for (const path of keysOf(page)) if (path !== prefix) found.push({ name: nameIn(path, prefix), isDirectory: false })
    token = /<IsTruncated>true/.test(page) ? textOf(page, 'NextContinuationToken') : undefined
  } while (token)
  if (found.length === 0) return undefined
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

export interface VersionPage {
  /** By key, in order: as `versionOf` has them; undefined where the service tells none. */
  readonly versions: ReadonlyMap<string, string | undefined>
  /** Nothing comes after them. */
  readonly isLast: boolean
}

/** A page of all objects whose keys begin with a prefix and come after another key. Throws where keys have no order. */
export async function listVersions(
  prefix: string,
  after: string,
  ask: (query: string) => Promise<HttpAnswer>,
): Promise<VersionPage> {
  const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url', prefix, 'start-after': after })
  const body = bodyOrAbsent(`s3://${prefix}`, await ask(`?${query.toString().replaceAll('+', '%20')}`))
  const page = new TextDecoder().decode(body)
  const versions = new Map<string, string | undefined>()
  let last = ''
  for (const [, object = ''] of page.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
    const [key, etag, size] = [keysOf(object, page)[0] ?? '', textOf(object, 'ETag'), textOf(object, 'Size')]
    if (key <= last) throw new Error('the listing is not in the order of keys')
    last = key
    versions.set(key, etag?.startsWith('"') && size ? `${etag} ${size}` : undefined)
  }
  return { versions, isLast: !/<IsTruncated>true/.test(page) }
}

function prefixesOf(page: string): string[] {
  return [...page.matchAll(/<CommonPrefixes>\s*<Prefix>([^<]*)<\/Prefix>/g)].map((found) => keyOf(found[1] ?? '', page))
}

function keysOf(text: string, page = text): string[] {
  return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((found) => keyOf(found[1] ?? '', page))
}

/** Keys come as in URLs, so that XML can hold any: where the server knows how, and says so. */
function keyOf(text: string, page: string): string {
  const key = unescaped(text)
  return /<EncodingType>url</.test(page) ? decodeURIComponent(key.replaceAll('+', ' ')) : key
}

function nameIn(path: string, prefix: string): string {
  return path.slice(prefix.length).replace(/\/$/, '')
}

function textOf(page: string, tag: string): string | undefined {
  const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(page)?.[1]
  return found === undefined ? undefined : unescaped(found)
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name) => entities[name] ?? whole)
}
