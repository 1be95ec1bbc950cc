/** Objects of S3 and of what speaks as it does: `s3://bucket/key`, `gs://bucket/key`. Called by open-remote.ts. */
import { AwsV4Signer } from 'aws4fetch'
import type { Access } from '../../../model/access.js'
import { ChunkQLError } from '../../../model/error.js'
import { type AwsProfile, awsProfile } from '../../../platform/node/aws.js'
import { type AwsKeys, lastingKeys } from '../../../platform/node/aws-keys.js'
import type { FetchOptions } from '../../source.js'
import { sizeOf } from './http.js'
import { bodyOrAbsent, encodedPath, type Remote } from './remote.js'
import { listObjects, listVersions, type VersionPage } from './s3-list.js'
import { listedVersions } from './s3-versions.js'
import type { HttpAnswer, HttpRequest, Transport } from './transport.js'
import { askEach } from './versions.js'

/** A service: where it is, and who asks. */
export interface Service {
  /** The same wherever its buckets are. */
  readonly name: string
  /** With a scheme, without a slash at the end. */
  endpoint(region: string): string
  readonly style: 'vhost' | 'path'
  region: string
  /** Absent: requests are not signed. */
  readonly keys: (() => Promise<AwsKeys>) | undefined
}

export function s3Remote(access: Access, send: Transport): Remote {
  const profile = awsProfile(access.s3_profile)
  const region = access.s3_region || profile.region || 'us-east-1'
  const own = access.s3_endpoint || profile.endpoint
  const fixed = own && withScheme(own, access.s3_use_ssl)
  const endpoint = (of: string) => fixed || `https://s3.${of}.amazonaws.com`
  const style = access.s3_url_style === 'auto' ? (own ? 'path' : 'vhost') : access.s3_url_style
  return objects({ name: fixed || 'amazon', endpoint, style, region, keys: keysOf(access, profile) }, send)
}

/** Google's service takes the same requests; only keys that were set for it are its own. */
export function gsRemote(access: Access, send: Transport): Remote {
  const fixed = withScheme(access.s3_endpoint || 'storage.googleapis.com', access.s3_use_ssl)
  return objects(
    { name: fixed, endpoint: () => fixed, style: 'path', region: access.s3_region || 'auto', keys: keysOf(access, {}) },
    send,
  )
}

function withScheme(endpoint: string, isSecure: boolean): string {
  const bare = endpoint.replace(/\/+$/, '')
  return /^https?:\/\//.test(bare) ? bare : `${isSecure ? 'https' : 'http'}://${bare}`
}

function keysOf(access: Access, profile: AwsProfile): Service['keys'] {
  if (access.s3_anonymous) return undefined
  if (access.s3_access_key_id !== '') {
    return keysFrom(access.s3_access_key_id, access.s3_secret_access_key, access.s3_session_token)
  }
  const { accessKeyId, secretAccessKey, sessionToken, ask } = profile
  if (accessKeyId && secretAccessKey) return keysFrom(accessKeyId, secretAccessKey, sessionToken)
  return ask && lastingKeys(ask)
}

function keysFrom(accessKeyId: string, secretAccessKey: string, sessionToken: string | undefined): Service['keys'] {
  return async () => ({ accessKeyId, secretAccessKey, sessionToken })
}

function objects(service: Service, send: Transport): Remote {
  const ask = (url: string, query: string, options: FetchOptions | undefined, request: Partial<HttpRequest> = {}) =>
    inRightRegion(service, options, send, () => signed(service, { ...request, url: requestUrl(service, url) + query }))
  const askAll = (urls: readonly string[], options: FetchOptions | undefined) =>
    askEach(
      urls.map((url) => ({ url })),
      ({ url, method = 'GET', part }) => ask(url, '', options, { method, part }),
      options,
    )
  const listAfter = async (directory: string, after: string, options?: FetchOptions): Promise<VersionPage> => {
    const { bucket, key } = placeOf(after)
    const page = await listVersions(placeOf(directory).key, key, (query) => ask(bucketUrl(after), query, options))
    const root = directory.slice(0, directory.indexOf('://') + 3) + bucket
    return { ...page, versions: new Map([...page.versions].map(([name, version]) => [`${root}/${name}`, version])) }
  }
  return {
    get: async (url, part, options) => bodyOrAbsent(url, await ask(url, '', options, { part })),
    size: (url, options) =>
      sizeOf(
        { url },
        (request) => ask(url, '', options, { method: request.method ?? 'GET', part: request.part }),
        options,
      ),
    fingerprints: listedVersions(listAfter, askAll),
    list: (url, options) => listObjects(placeOf(url), (query) => ask(bucketUrl(url), query, options)),
    identity: (url) => `${service.name} ${url.replace(/\/+$/, '')}`,
    under: (url, key) => (key === '' ? url : `${url.replace(/\/+$/, '')}/${key}`),
  }
}

function signed(service: Service, request: HttpRequest): HttpRequest {
  const { keys } = service
  if (!keys) return request
  return {
    ...request,
    async sign(method) {
      const { accessKeyId, secretAccessKey, sessionToken } = await keys()
      const signing = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
      const signer = new AwsV4Signer({ ...signing, method, url: request.url, service: 's3', region: service.region })
      const { headers } = await signer.sign()
      return Object.fromEntries(headers.entries())
    },
  }
}

/** A bucket of another region says which. */
async function inRightRegion(
  service: Service,
  options: FetchOptions | undefined,
  send: Transport,
  request: () => HttpRequest,
): Promise<HttpAnswer> {
  const answer = await send(request(), options)
  const region = answer.headers.get('x-amz-bucket-region')
  if (![301, 307, 400, 403].includes(answer.status) || !region || region === service.region) return answer
  service.region = region
  return send(request(), options)
}

interface Place {
  readonly bucket: string
  readonly key: string
}

/** Keys of these URLs are names as they are, not encoded. */
export function placeOf(url: string): Place {
  const [, bucket, key = ''] = /^\w+:\/\/([^/]+)\/?(.*)$/.exec(url) ?? []
  if (!bucket) throw new ChunkQLError('io', `'${url}' names no bucket`, { hint: 'expected s3://bucket/path' })
  return { bucket, key }
}

function bucketUrl(url: string): string {
  return `s3://${placeOf(url).bucket}/`
}

export function requestUrl({ endpoint: of, style, region }: Service, url: string): string {
  const endpoint = of(region)
  const { bucket, key } = placeOf(url)
  const path = encodedPath(key)
  // A certificate for *.host does not cover a bucket with dots.
  if (style === 'path' || (bucket.includes('.') && endpoint.startsWith('https'))) return `${endpoint}/${bucket}/${path}`
  const [scheme, host] = endpoint.split('://')
  return `${scheme}://${bucket}.${host}/${path}`
}
