/** Keys of S3 that have to be asked for: each way gives those that the server of the tests wants, or says what is missing. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { openLocation } from '../../src/source/registry.js'
import { readAll } from './read-all.js'
import { serveS3 } from './s3-server.js'
import { mapStore } from './stores.js'

const keys = { id: 'ASIATEST', secret: 'a secret', token: 'a token' }
const given = { AccessKeyId: keys.id, SecretAccessKey: keys.secret }
const soon = () => new Date(Date.now() + 3600_000).toISOString()

const objects = new Map(
  [...mapStore({ v: { shape: [1], chunks: { 0: Int32Array.of(7) } } })].map(([key, bytes]) => [`a.zarr${key}`, bytes]),
)

/** A home without anything of whoever runs the tests, and a server that wants the keys. */
async function prepare(context: TestContext, config: string, environment: Record<string, string> = {}) {
  const before = { ...process.env }
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  const home = mkdtempSync(join(tmpdir(), 'chunkql-keys-'))
  mkdirSync(join(home, '.aws', 'sso', 'cache'), { recursive: true })
  writeFileSync(join(home, '.aws', 'config'), config)
  Object.assign(process.env, { HOME: home, ...environment })
  const { url, close } = await serveS3({ objects, keys })
  context.after(async () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
    rmSync(home, { recursive: true })
    await close()
  })
  const read = async () => {
    const access = { s3_endpoint: url, s3_region: 'us-east-1', http_retries: 0 }
    return readAll(await openLocation('s3://data/a.zarr', { access }), 'v', 'v')
  }
  return { home, read }
}

/** Answers with JSON what `find` gives. */
async function serveJson(context: TestContext, find: (asked: IncomingMessage) => unknown): Promise<string> {
  const server = createServer((asked, response) => {
    const found = find(asked)
    response.writeHead(found === undefined ? 403 : 200).end(typeof found === 'string' ? found : JSON.stringify(found))
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  context.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('of a program', async (context) => {
  const text = JSON.stringify({ Version: 1, ...given, SessionToken: keys.token, Expiration: soon() })
  const { home, read } = await prepare(context, '[default]\ncredential_process = "node" keys.mjs\n')
  writeFileSync(join(home, 'keys.mjs'), `console.log(${JSON.stringify(text)})`)
  writeFileSync(
    join(home, '.aws', 'config'),
    `[default]\ncredential_process = "${process.execPath}" ${home}/keys.mjs\n`,
  )
  assert.deepEqual(await read(), [7])
  writeFileSync(join(home, 'keys.mjs'), 'console.log("no")')
  await assert.rejects(read(), { code: 'io', message: /credential_process gave no JSON/ })
})

test('of a container', async (context) => {
  let times = 0
  const url = await serveJson(context, ({ headers }) => {
    times++
    return headers.authorization === 'pass' ? { ...given, Token: keys.token, Expiration: soon() } : undefined
  })
  const { read } = await prepare(context, '', {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/keys`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pass',
  })
  assert.deepEqual(await read(), [7])
  assert.equal(times, 1)
  process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN = 'other'
  await assert.rejects(read(), { code: 'io', message: /no keys for S3: .*HTTP 403/ })
})

test('of single sign-on', async (context) => {
  const url = await serveJson(context, ({ headers, url: path }) =>
    headers['x-amz-sso_bearer_token'] === 'bearer' && path?.includes('role_name=reader&account_id=12')
      ? {
          roleCredentials: {
            accessKeyId: keys.id,
            secretAccessKey: keys.secret,
            sessionToken: keys.token,
            expiration: Date.now() + 3e6,
          },
        }
      : undefined,
  )
  const profile = '[default]\nsso_session = lab\nsso_account_id = 12\nsso_role_name = reader\n'
  const { home, read } = await prepare(context, `${profile}[sso-session lab]\nsso_region = eu-west-1\n`, {
    AWS_ENDPOINT_URL_SSO: url,
  })
  await assert.rejects(read(), { message: /no one is logged in/, hint: /aws sso login/ })
  const cache = join(home, '.aws', 'sso', 'cache', `${createHash('sha1').update('lab').digest('hex')}.json`)
  writeFileSync(cache, JSON.stringify({ accessToken: 'bearer', expiresAt: soon() }))
  assert.deepEqual(await read(), [7])
  writeFileSync(cache, JSON.stringify({ accessToken: 'bearer', expiresAt: '2020-01-01T00:00:00Z' }))
  await assert.rejects(read(), { message: /ended at 2020/ })
})

test('of a token in a file', async (context) => {
  const url = await serveJson(
    context,
    () =>
      `<R><AccessKeyId>${keys.id}</AccessKeyId><SecretAccessKey>${keys.secret}</SecretAccessKey><SessionToken>${keys.token}</SessionToken><Expiration>${soon()}</Expiration></R>`,
  )
  const { home, read } = await prepare(context, '', {
    AWS_ENDPOINT_URL_STS: url,
    AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
  })
  process.env.AWS_WEB_IDENTITY_TOKEN_FILE = join(home, 'token')
  await assert.rejects(read(), { message: /AWS_WEB_IDENTITY_TOKEN_FILE names/ })
  writeFileSync(join(home, 'token'), 'token\n')
  assert.deepEqual(await read(), [7])
})

test('of a machine, where a profile says so', async (context) => {
  const url = await serveJson(context, ({ url: path, headers, method }) => {
    if (path === '/latest/api/token') return method === 'PUT' ? 'session' : undefined
    if (headers['x-aws-ec2-metadata-token'] !== 'session') return undefined
    if (path?.endsWith('/security-credentials/')) return 'role'
    return path?.endsWith('/role') ? { ...given, Token: keys.token, Expiration: soon() } : undefined
  })
  const { read } = await prepare(context, '[default]\ncredential_source = Ec2InstanceMetadata\n', {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
  })
  assert.deepEqual(await read(), [7])
})

test('a role that is not asked for is named', async (context) => {
  const { read } = await prepare(context, '[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = x\n')
  await assert.rejects(read(), { code: 'io', message: /takes the role arn:aws:iam::1:role\/r/ })
})
