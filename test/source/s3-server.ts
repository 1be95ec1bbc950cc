/** What S3 does for readers: objects, ranges, listings, and the refusal of requests that are not signed as it asks. Called by s3.test.ts. */
import { createHash, createHmac } from 'node:crypto'
import { answer, type Fault, serve, type TestServer } from './http-server.js'

export interface S3Options {
  /** Object keys to bytes, of the one bucket `data`. */
  readonly objects: ReadonlyMap<string, Uint8Array>
  /** Where absent, nothing needs to be signed. */
  readonly keys?: { readonly id: string; readonly secret: string; readonly token?: string }
  readonly region?: string
  /** Entries of a page of a listing. */
  readonly pageSize?: number
  readonly mayList?: boolean
  /** The ETag of bytes. */
  readonly tag?: (body: Uint8Array) => string
  /** Listings have keys as they are, whatever was asked for: some servers do. */
  readonly isPlain?: boolean
}

export async function serveS3(options: S3Options): Promise<TestServer> {
  const { objects, keys, region = 'us-east-1', tag } = options
  const fault: Fault = ({ method, url, headers, range, key }, response) => {
    const refuse = (status: number, code: string) => {
      const wrong = /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? region
      response.writeHead(status, {
        'content-type': 'application/xml',
        ...(wrong === region ? {} : { 'x-amz-bucket-region': region }),
      })
      response.end(
        method === 'HEAD' ? undefined : `<Error><Code>${code}</Code><Message>told by the test</Message></Error>`,
      )
      return true
    }
    if (keys && !isSigned(method, url, headers, keys, region)) return refuse(403, 'SignatureDoesNotMatch')
    const query = new URL(url, 'http://host').searchParams
    if (query.get('list-type') === '2' && options.mayList === false) return refuse(403, 'AccessDenied')
    if (query.get('list-type') === '2') {
      response.writeHead(200, { 'content-type': 'application/xml' }).end(listing(options, query))
      return true
    }
    const host = String(headers.host)
    const path = host.startsWith('data.') ? key : key.replace(/^data\//, '')
    const body = objects.get(path)
    if (!body) return refuse(404, 'NoSuchKey')
    answer({ method, key, range, url, headers }, response, body, tag?.(body))
    return true
  }
  return serve(() => undefined, fault)
}

function listing(options: S3Options, query: URLSearchParams): string {
  const { objects, pageSize = 1000, isPlain = false } = options
  if (!query.has('delimiter')) return flatListing(options, query)
  const prefix = query.get('prefix') ?? ''
  const entries = new Set<string>()
  for (const key of objects.keys()) {
    if (!key.startsWith(prefix)) continue
    const end = key.indexOf('/', prefix.length)
    entries.add(end < 0 ? key : key.slice(0, end + 1))
  }
  const sorted = [...entries].sort()
  const start = Number(query.get('continuation-token')?.replace('page<', '') ?? 0)
  const page = sorted.slice(start, start + pageSize)
  const isTruncated = start + pageSize < sorted.length
  const text = page.map((key) => {
    const shown = isPlain ? key : encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')
    return key.endsWith('/')
      ? `<CommonPrefixes><Prefix>${shown}</Prefix></CommonPrefixes>`
      : `<Contents><Key>${shown}</Key></Contents>`
  })
  const next = isTruncated ? `<NextContinuationToken>page&lt;${start + pageSize}</NextContinuationToken>` : ''
  const encoding = isPlain ? '' : '<EncodingType>url</EncodingType>'
  return `<ListBucketResult>${encoding}<IsTruncated>${isTruncated}</IsTruncated>${text.join('')}${next}</ListBucketResult>`
}

/** All keys after another one, with what tells versions apart. */
function flatListing({ objects, pageSize = 1000, tag }: S3Options, query: URLSearchParams): string {
  const [prefix, after] = [query.get('prefix') ?? '', query.get('start-after') ?? '']
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
  const text = keys.slice(0, pageSize).map((key) => {
    const body = objects.get(key) as Uint8Array
    const etag = (tag?.(body) ?? `"${body.length}"`).replaceAll('"', '&quot;')
    return `<Contents><Key>${encodeURIComponent(key).replaceAll('%2F', '/')}</Key><ETag>${etag}</ETag><Size>${body.length}</Size></Contents>`
  })
  return `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${keys.length > pageSize}</IsTruncated>${text.join('')}</ListBucketResult>`
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Signature version 4, worked out from the request as it arrived. */
function isSigned(
  method: string,
  url: string,
  headers: Headers,
  keys: NonNullable<S3Options['keys']>,
  region: string,
): boolean {
  const authorization = String(headers.authorization ?? '')
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
  const [, id, day, inRegion, signedHeaders = '', signature] = found.exec(authorization) ?? []
  const date = String(headers['x-amz-date'] ?? '')
  if (id !== keys.id || inRegion !== region || !date.startsWith(day ?? '-')) return false
  if ((headers['x-amz-security-token'] ?? '') !== (keys.token ?? '')) return false
  const [path = '', query = ''] = url.split('?')
  const canonical = [
    method,
    path
      .split('/')
      .map((part) => strict(decodeURIComponent(part)))
      .join('/'),
    query
      .split('&')
      .filter(Boolean)
      .map((pair) =>
        pair
          .split('=')
          .map((each) => strict(decodeURIComponent(each)))
          .join('='),
      )
      .sort()
      .join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    String(headers['x-amz-content-sha256']),
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (by, text) => hmac(by, String(text)),
    `AWS4${keys.secret}`,
  )
  return hmac(key, toSign).toString('hex') === signature
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
