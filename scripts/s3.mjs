// Reads the fixtures from a real S3 server: `node scripts/s3.mjs http://127.0.0.1:5005`, after a build with `--tests`.
// It makes a bucket there and writes the fixtures into it. Keys are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or any.
// Run against moto (`moto_server -p 5005`), s3rver, minio. s3rver 3.7.1 fails with names-v2: its listing leaves out a prefix under
// which only other prefixes lie (`outer/`).
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AwsClient } from 'aws4fetch'
import { openLocation } from '../build/src/source/registry.js'
import { checkFixture, fixtures } from '../build/test/source/expected.js'

const endpoint = process.argv[2] ?? 'http://127.0.0.1:5005'
const accessKeyId = process.env.AWS_ACCESS_KEY_ID ?? 'S3RVER'
const secretAccessKey = process.env.AWS_SECRET_ACCESS_KEY ?? 'S3RVER'
const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1', retries: 0 })
const stores = ['names-v2', 'types-v2', 'grid-v2']

async function put(path, body) {
  const url = `${endpoint}/chunkql/${path.split('/').map(encodeURIComponent).join('/')}`
  const headers = { 'content-type': 'application/octet-stream', 'x-amz-acl': 'public-read' }
  const response = await client.fetch(url, { method: 'PUT', body, headers, signal: AbortSignal.timeout(10_000) })
  if (!response.ok && response.status !== 409)
    throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`)
}

await put('', undefined)
for (const store of stores) {
  const root = join(fixtures, `${store}.zarr`)
  for (const file of readdirSync(root, { recursive: true })) {
    const path = join(root, file)
    if (statSync(path).isFile()) await put(`some dir/${store}.zarr/${file}`, readFileSync(path))
  }
}
for (const signed of [true, false]) {
  const keys = signed
    ? { s3_access_key_id: accessKeyId, s3_secret_access_key: secretAccessKey }
    : { s3_anonymous: true }
  for (const store of stores) {
    const access = { s3_endpoint: endpoint, s3_region: 'us-east-1', http_retries: 0, ...keys }
    await checkFixture(store, await openLocation(`s3://chunkql/some dir/${store}.zarr`, { access }))
    console.log(`${store}, ${signed ? 'signed' : 'anonymous'}: as written`)
  }
}
