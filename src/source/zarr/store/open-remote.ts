/** The kinds of places behind URLs, by scheme. A new one is one line here. */

import type { Access } from '../../../model/access.js'
import { ChunkQLError } from '../../../model/error.js'
import { withCache } from './cache.js'
import { withCoalescing } from './coalesce.js'
import { httpRemote } from './http.js'
import type { Remote } from './remote.js'
import { gsRemote, s3Remote } from './s3.js'
import { httpTransport, type Transport } from './transport.js'

const schemes: Readonly<Record<string, (access: Access, send: Transport) => Remote>> = {
  http: (_, send) => httpRemote(send),
  https: (_, send) => httpRemote(send),
  s3: s3Remote,
  s3a: s3Remote,
  gs: gsRemote,
  gcs: gsRemote,
}

export function isRemoteUrl(location: unknown): location is string {
  return typeof location === 'string' && schemeOf(location) in schemes
}

export function openRemote(url: string, access: Access): Remote {
  const make = schemes[schemeOf(url)]
  if (!make) throw new ChunkQLError('unsupported', `'${url}' cannot be reached: there is no way to ${schemeOf(url)}://`)
  return withCoalescing(make(access, withCache(httpTransport(access), access)))
}

function schemeOf(location: string): string {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase() ?? ''
}
