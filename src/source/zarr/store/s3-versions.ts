/**
 * Versions of many objects of a bucket from its listing, a thousand to a request; of few, or where the bucket may not be
 * listed in order, object by object. Called by s3.ts.
 */
import { type Fingerprints, noFingerprints, setMissing, setText } from '../../../model/fingerprint.js'
import type { FetchOptions } from '../../source.js'
import type { VersionPage } from './s3-list.js'

type Ask = (urls: readonly string[], options: FetchOptions | undefined) => Promise<Fingerprints>
/** A page of what lies under a directory and comes after a URL. */
type List = (directory: string, after: string, options: FetchOptions | undefined) => Promise<VersionPage>

/** Fewer than this are asked for one by one, unless what was listed before will do. */
const leastListed = 16
/** Objects that a page must bring on average to be worth more than asking for them. */
const leastOfPage = 8
/** Versions that are remembered; then all are forgotten. */
const mostKnown = 1_000_000

interface Known {
  /** Undefined: there is no such object. */
  readonly version: string | undefined
  readonly at: number
}

export function listedVersions(list: List, ask: Ask): Ask {
  const known = new Map<string, Known>()
  let canList = true
  // One after another: what several want is often on one page.
  let last: Promise<unknown> = Promise.resolve()

  const isKnown = (url: string, since: number) => (known.get(url)?.at ?? Number.NEGATIVE_INFINITY) >= since

  async function listAll(urls: readonly string[], since: number, options: FetchOptions | undefined): Promise<void> {
    const wanted = urls.filter((url) => !isKnown(url, since)).sort()
    let pages = Math.ceil(wanted.length / leastOfPage)
    for (let next = 0; next < wanted.length && pages > 0; pages--) {
      const at = performance.now()
      const from = wanted[next] as string
      // A part of a name comes before all that it begins.
      const page = await list(directoryOf(from, wanted.at(-1) as string), from.slice(0, -1), options)
      next += learn(page, wanted.slice(next), at)
      if (!page.isLast && page.versions.size === 0) return
    }
  }

  /** Takes in a page that was asked for at a time; how many of those that are wanted it settles. */
  function learn({ versions, isLast }: VersionPage, wanted: readonly string[], at: number): number {
    if (known.size + versions.size > mostKnown) known.clear()
    for (const [url, version] of versions) if (version !== undefined) known.set(url, { version, at })
    const end = isLast ? undefined : ([...versions.keys()].at(-1) ?? '')
    const beyond = end === undefined ? -1 : wanted.findIndex((url) => url > end)
    const settled = beyond < 0 ? wanted : wanted.slice(0, beyond)
    for (const url of settled) if (!versions.has(url)) known.set(url, { version: undefined, at })
    return settled.length
  }

  return async (urls, options) => {
    const { since } = options ?? {}
    // Others are not in the order of their bytes.
    const isPlain = urls.every((url) => /^[\x20-\x7e]+$/.test(url))
    if (!canList || !isPlain || (urls.length < leastListed && since === undefined)) return ask(urls, options)
    const least = since ?? performance.now()
    const listed = last.then(() => listAll(urls, least, options))
    last = listed.catch(() => {
      canList = false
    })
    await last
    return fromKnown(urls, (url) => (isKnown(url, least) ? known.get(url) : undefined), ask, options)
  }
}

/** That two URLs have in common, with the slash at its end. */
function directoryOf(a: string, b: string): string {
  let end = 0
  while (end < a.length && a[end] === b[end]) end++
  return a.slice(0, a.lastIndexOf('/', end - 1) + 1)
}

async function fromKnown(
  urls: readonly string[],
  find: (url: string) => Known | undefined,
  ask: Ask,
  options: FetchOptions | undefined,
): Promise<Fingerprints> {
  const found = noFingerprints(urls.length)
  const rest: number[] = []
  for (const [i, url] of urls.entries()) {
    const known = find(url)
    if (!known) rest.push(i)
    else if (known.version === undefined) setMissing(found, i)
    else setText(found, i, known.version)
  }
  const asked = await ask(
    rest.map((i) => urls[i] as string),
    options,
  )
  for (const [k, i] of rest.entries()) found.set(asked.subarray(2 * k, 2 * k + 2), 2 * i)
  return found
}
