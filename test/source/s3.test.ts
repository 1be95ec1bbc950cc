/** Stores in S3 and what speaks like it: anonymous and signed, both styles of URLs, listings, regions, profiles. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { connect } from '../../src/index.js'
import type { Access } from '../../src/model/access.js'
import { openLocation } from '../../src/source/registry.js'
import { checkFixture, fixtures } from './expected.js'
import { type S3Options, serveS3 } from './s3-server.js'

const objects = new Map<string, Uint8Array>()
for (const file of readdirSync(fixtures, { recursive: true })) {
  const path = join(fixtures, String(file))
  if (statSync(path).isFile()) objects.set(`some dir/${file}`, readFileSync(path))
}

// Keys of whoever runs the tests are none of their business.
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
process.env.AWS_CONFIG_FILE = '/nowhere'
process.env.AWS_SHARED_CREDENTIALS_FILE = '/nowhere'

async function serveFor(context: TestContext, options: Partial<S3Options> = {}) {
  const server = await serveS3({ objects, ...options })
  context.after(() => server.close())
  return server
}

function open(endpoint: string, path: string, access: Partial<Access> = {}) {
  return openLocation(path, { access: { s3_endpoint: endpoint, http_retries: 0, ...access } })
}

const keys = { id: 'AKIATEST', secret: 'secret/with+signs' }
const signed: Partial<Access> = { s3_access_key_id: keys.id, s3_secret_access_key: keys.secret }

test('stores are found by listing and read, anonymously', async (context) => {
  const { url } = await serveFor(context, { pageSize: 3 })
  for (const name of ['types-v2', 'names-v2', 'grid-v2'])
    await checkFixture(name, await open(url, `s3://data/some dir/${name}.zarr`))
})

test('a listing may have keys as they are', async (context) => {
  const { url } = await serveFor(context, { isPlain: true })
  await checkFixture('names-v2', await open(url, 's3://data/some dir/names-v2.zarr'))
})

test('requests are signed, whatever characters their keys have', async (context) => {
  const { url, asked } = await serveFor(context, { keys })
  await checkFixture('names-v2', await open(url, 's3://data/some dir/names-v2.zarr/', signed))
  assert.ok(asked.every(({ headers }) => headers.authorization))
  const wrong = open(url, 's3://data/some dir/grid-v2.zarr', { ...signed, s3_secret_access_key: 'another' })
  await assert.rejects(wrong, { code: 'io', message: /HTTP 403, SignatureDoesNotMatch, told by the test/ })
  await assert.rejects(open(url, 's3://data/some dir/grid-v2.zarr', { ...signed, s3_anonymous: true }), /HTTP 403/)
})

test('keys and region come from the environment, or from a profile', async (context) => {
  const token = 'a token'
  const { url } = await serveFor(context, { keys: { ...keys, token }, region: 'eu-west-1' })
  const directory = mkdtempSync(join(tmpdir(), 'chunkql-aws-'))
  const set = (values: Record<string, string>) => Object.assign(process.env, values)
  context.after(() => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_REGION'])
      delete process.env[name]
    set({ AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' })
  })
  set({ AWS_CONFIG_FILE: join(directory, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials') })
  writeFileSync(
    join(directory, 'config'),
    `[default]\nregion = us-west-2\n[profile lab]\nregion=eu-west-1\nendpoint_url = ${url}\n`,
  )
  const secrets = `aws_access_key_id = ${keys.id}\naws_secret_access_key=${keys.secret}\naws_session_token = ${token}\n`
  writeFileSync(join(directory, 'credentials'), `[default]\naws_access_key_id = other\n\n[lab]\n${secrets}`)
  await checkFixture('grid-v2', await open('', 's3://data/some dir/grid-v2.zarr', { s3_profile: 'lab' }))
  set({
    AWS_ACCESS_KEY_ID: keys.id,
    AWS_SECRET_ACCESS_KEY: keys.secret,
    AWS_SESSION_TOKEN: token,
    AWS_REGION: 'eu-west-1',
  })
  await checkFixture('grid-v2', await open(url, 's3://data/some dir/grid-v2.zarr'))
})

test('a bucket of another region is asked there', async (context) => {
  const { url } = await serveFor(context, { keys, region: 'ap-south-1' })
  await checkFixture('grid-v2', await open(url, 's3://data/some dir/grid-v2.zarr', signed))
})

test('gs:// is asked in the same way', async (context) => {
  const { url } = await serveFor(context, { keys, region: 'auto' })
  await checkFixture('grid-v2', await open(url, 'gs://data/some dir/grid-v2.zarr', signed))
})

test('the bucket may be part of the host', async () => {
  const { requestUrl } = await import('../../src/source/zarr/store/s3.js')
  const service = {
    name: 'amazon',
    endpoint: (region: string) => `https://s3.${region}.amazonaws.com`,
    region: 'eu-west-1',
    keys: undefined,
  }
  const at = (url: string, style: 'vhost' | 'path') => requestUrl({ ...service, style }, url)
  assert.equal(at('s3://data/a b/c+d#e', 'vhost'), 'https://data.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd%23e')
  assert.equal(at('s3://data/a', 'path'), 'https://s3.eu-west-1.amazonaws.com/data/a')
  assert.equal(at('s3://dotted.name/a', 'vhost'), 'https://s3.eu-west-1.amazonaws.com/dotted.name/a')
})

test('the way there is set by SET and by options of attach; secrets are not shown', async (context) => {
  const { url } = await serveFor(context, { keys })
  const db = await connect({ settings: { inline_bytes: 0 } })
  context.after(() => db.close())
  await db.run(
    `SET s3_endpoint = '${url}'; SET s3_access_key_id = '${keys.id}'; SET s3_secret_access_key = '${keys.secret}'`,
  )
  const counted = await db.query('SELECT count(*) AS n FROM "s3://data/some dir/grid-v2.zarr".t2m WHERE t2m > 0')
  assert.equal(Number(counted.get(0)?.n), 399)
  assert.match(String((await db.query('SHOW s3_secret_access_key')).get(0)), /\*\*\*/)
  await db.run('RESET s3_access_key_id')
  await assert.rejects(db.attach('era', 's3://data/some dir/grid-v2.zarr'), /HTTP 403/)
  await db.attach('era', 's3://data/some dir/grid-v2.zarr', { s3_access_key_id: keys.id })
  assert.equal((await db.query('SELECT max(lat) FROM era.t2m')).numRows, 1)
  await db.run(`ATTACH 's3://data/some dir/grid-v2.zarr' AS again (s3_access_key_id '${keys.id}')`)
  assert.equal((await db.query('SELECT max(lat) FROM again.t2m')).numRows, 1)
  await assert.rejects(db.run("ATTACH 'p' AS q (type zarr)"), { code: 'setting', message: /no setting type/ })
})
