/** Objects of a plain web server, by HTTP with ranges. Called by open-remote.ts. */
import { digestText } from '../../../model/fingerprint.js'
import type { FetchOptions } from '../../source.js'
import { bodyOrAbsent, encodedPath, type Remote, refusal } from './remote.js'
import { type HttpAnswer, type HttpRequest, shown, type Transport } from './transport.js'
import { askEach } from './versions.js'

export function httpRemote(send: Transport): Remote {
  return {
    get: async (url, part, options) => bodyOrAbsent(url, await send({ url, part }, options)),
    size: (url, options) => sizeOf({ url }, send, options),
    fingerprints: (urls, options) =>
      askEach(
        urls.map((url) => ({ url })),
        send,
        options,
      ),
    // What is asked may be what is answered, and may be a secret.
    identity: (url) => (/[?#]/.test(url) ? `${shown(url)}?${digestText(url)}` : shown(url)),
    under(url, key) {
      if (key === '') return url
      const [, path = '', query = ''] = /^([^?#]*)(.*)$/.exec(url) ?? []
      return `${path}/${encodedPath(key)}${query}`
    },
  }
}

/** By HEAD; by the first byte where a server does not allow that, as URLs that are signed for GET do not. */
export async function sizeOf(
  request: HttpRequest,
  send: Transport,
  options: FetchOptions | undefined,
): Promise<number | undefined> {
  const head = await send({ ...request, method: 'HEAD' }, options)
  if (head.status === 404 || head.status === 410) return undefined
  const length = head.headers.get('content-length')
  if (head.status === 200 && length !== null) return Number(length)
  const first = await send({ ...request, part: { offset: 0, length: 1 } }, options)
  if (bodyOrAbsent(request.url, first) === undefined) return undefined
  return totalOf(request.url, first)
}

function totalOf(url: string, answer: HttpAnswer): number {
  const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? answer.headers.get('content-length')
  if (total === null || total === undefined) throw refusal(shown(url), answer.status, answer.body)
  return Number(total)
}
