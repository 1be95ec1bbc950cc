/** How a server tells versions of an object apart: an ETag or a date, and a size. Called by the remotes. */
import { type Fingerprints, noFingerprints, setMissing, setText } from '../../../model/fingerprint.js'
import type { FetchOptions } from '../../source.js'
import type { HttpAnswer, HttpRequest, Transport } from './transport.js'

/** A date has seconds only: what changed in the last one may have changed again. */
const leastAgeMs = 2000

/** What the headers of an answer say of the object; undefined where that is nothing to rely on. */
export function versionOf(headers: Headers): string | undefined {
  const etag = headers.get('etag')
  const size = sizeIn(headers)
  if (size === undefined) return undefined
  // A weak one says that versions mean the same, not that they are.
  if (etag?.startsWith('"')) return `${etag} ${size}`
  const modified = headers.get('last-modified')
  return modified && isOld(modified, headers.get('date')) ? `${modified} ${size}` : undefined
}

export function isOld(modified: string, now: string | null): boolean {
  return Date.parse(now ?? '') - Date.parse(modified) >= leastAgeMs
}

function sizeIn(headers: Headers): string | undefined {
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
  return total ?? headers.get('content-length') ?? undefined
}

/** One question per object. */
export async function askEach(
  requests: readonly HttpRequest[],
  send: Transport,
  options: FetchOptions | undefined,
): Promise<Fingerprints> {
  const found = noFingerprints(requests.length)
  const ask = async (request: HttpRequest, i: number) => {
    const { status, headers } = await headersOf(request, send, options)
    const version = status === 200 || status === 206 ? versionOf(headers) : undefined
    if (status === 404 || status === 410) setMissing(found, i)
    else if (version !== undefined) setText(found, i, version)
  }
  await Promise.all(requests.map(ask))
  return found
}

/** By HEAD; by the first byte where a server does not allow that, as URLs that are signed for GET do not. */
async function headersOf(request: HttpRequest, send: Transport, options?: FetchOptions): Promise<HttpAnswer> {
  const head = await send({ ...request, method: 'HEAD' }, options)
  if ([200, 404, 410].includes(head.status)) return head
  return send({ ...request, part: { offset: 0, length: 1 } }, options)
}
