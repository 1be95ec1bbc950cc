/** Keeps what HTTP brought, where a cache_directory is set: the server is asked whether it still is the same, and sends it only if not. Called by open-remote.ts. */
import type { Access } from '../../../model/access.js'
import { fileCache } from '../../../platform/node/file-cache.js'
import type { Part } from '../../../platform/node/files.js'
import { noteOrigin } from './origin.js'
import type { HttpAnswer, Transport } from './transport.js'
import { isOld } from './versions.js'

export function withCache(send: Transport, { cache_directory, cache_size }: Access): Transport {
  if (cache_directory === '') return send
  const cache = fileCache(cache_directory, cache_size)
  return async (request, options) => {
    if (request.method === 'HEAD') return send(request, options)
    const name = `${request.url} ${partText(request.part)}`
    const kept = cache.get(name)
    const headers = { ...request.headers, ...(kept && conditionOf(kept.tag)) }
    const answer = await send({ ...request, headers }, options)
    if (answer.status === 304 && kept) {
      const version = request.part || kept.tag.startsWith('W/') ? undefined : `${kept.tag} ${kept.bytes.length}`
      return { ...answer, status: 200, body: noteOrigin(kept.bytes, { tag: kept.tag, version }) }
    }
    const tag = tagOf(answer)
    if (tag !== undefined) cache.put(name, { tag, bytes: answer.body })
    return answer
  }
}

function partText(part: Part | undefined): string {
  if (!part) return ''
  return 'suffixLength' in part ? `-${part.suffixLength}` : `${part.offset}+${part.length}`
}

/** How the server tells versions of an object apart; undefined where it does not, or nothing came. */
function tagOf({ status, headers }: HttpAnswer): string | undefined {
  if (status !== 200 && status !== 206) return undefined
  const etag = headers.get('etag')
  if (etag) return etag
  const modified = headers.get('last-modified')
  return modified && isOld(modified, headers.get('date')) ? modified : undefined
}

function conditionOf(tag: string): Record<string, string> {
  return /^(W\/)?"/.test(tag) ? { 'if-none-match': tag } : { 'if-modified-since': tag }
}
