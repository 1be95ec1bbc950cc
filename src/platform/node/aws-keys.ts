/**
 * Keys of S3 that have to be asked for: of a program, of a machine's or container's service, of single sign-on. They end
 * after a while and are asked for again. Called by source/zarr/store/s3.ts.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ChunkQLError } from '../../model/error.js'

export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  /** Milliseconds since 1970. */
  readonly until?: number | undefined
}

type Section = Readonly<Record<string, string>>

/** Undefined where nothing says that there are any. `sessionOf` gives the `[sso-session]` section of a name. */
export function keysToAsk(
  profile: Section,
  sessionOf: (name: string) => Section,
): (() => Promise<AwsKeys>) | undefined {
  const { env } = process
  const { credential_process: command, sso_account_id: account, role_arn: role } = profile
  if (command) return () => keysOfProgram(command)
  if (account) return () => keysOfSignOn(profile, sessionOf(profile.sso_session ?? ''))
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) return keysOfWebIdentity
  if (env.AWS_CONTAINER_CREDENTIALS_FULL_URI || env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) return keysOfContainer
  if (profile.credential_source === 'Ec2InstanceMetadata') return keysOfMachine
  if (role) {
    return async () => {
      throw noKeys(`the profile takes the role ${role}, which is not asked for here`)
    }
  }
  return undefined
}

/** Asked for once, and again before they end. */
export function lastingKeys(ask: () => Promise<AwsKeys>): () => Promise<AwsKeys> {
  let known: Promise<AwsKeys> | undefined
  let until = 0
  return () => {
    if (known && Date.now() < until) return known
    until = Number.POSITIVE_INFINITY
    known = ask()
    known.then(
      (keys) => {
        until = (keys.until ?? Number.POSITIVE_INFINITY) - leastLeftMs
      },
      () => {
        known = undefined
      },
    )
    return known
  }
}

const leastLeftMs = 60_000
const timeoutMs = 5000

/** `credential_process` of a profile: a command line that prints keys. */
async function keysOfProgram(command: string): Promise<AwsKeys> {
  const [program = '', ...words] = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  )
  const run = promisify(execFile)
  const { stdout } = await run(program, words, { timeout: 60_000 }).catch((error) => {
    throw noKeys(`credential_process '${program}': ${(error as Error).message.split('\n')[0]}`)
  })
  return keysIn(parsed(stdout, 'credential_process'), 'credential_process')
}

/** The token that `aws sso login` left behind is exchanged for keys of the profile's role. */
async function keysOfSignOn(profile: Section, session: Section): Promise<AwsKeys> {
  const name = profile.sso_session ?? profile.sso_start_url ?? ''
  const region = session.sso_region ?? profile.sso_region ?? 'us-east-1'
  const hint = 'log in again: aws sso login'
  const file = join(homedir(), '.aws', 'sso', 'cache', `${createHash('sha1').update(name).digest('hex')}.json`)
  const text = textOf(file)
  if (text === undefined) throw noKeys(`no one is logged in to single sign-on: there is no ${file}`, hint)
  const { accessToken, expiresAt } = parsed(text, file)
  if (Date.parse(String(expiresAt)) < Date.now())
    throw noKeys(`the login to single sign-on ended at ${expiresAt}`, hint)
  const endpoint = process.env.AWS_ENDPOINT_URL_SSO ?? `https://portal.sso.${region}.amazonaws.com`
  const query = new URLSearchParams({
    role_name: profile.sso_role_name ?? '',
    account_id: profile.sso_account_id ?? '',
  })
  const headers = { 'x-amz-sso_bearer_token': String(accessToken) }
  const answer = parsed(await ask(`${endpoint}/federation/credentials?${query}`, { headers }), 'single sign-on')
  return keysIn(objectIn(answer, 'roleCredentials'), 'single sign-on')
}

/** A token in a file, as Kubernetes has it, is exchanged for keys of the role. */
async function keysOfWebIdentity(): Promise<AwsKeys> {
  const {
    AWS_WEB_IDENTITY_TOKEN_FILE: file = '',
    AWS_ROLE_ARN: role = '',
    AWS_REGION: region = 'us-east-1',
  } = process.env
  const token = textOf(file)
  if (token === undefined) throw noKeys(`AWS_WEB_IDENTITY_TOKEN_FILE names ${file}, which cannot be read`)
  const endpoint = process.env.AWS_ENDPOINT_URL_STS ?? `https://sts.${region}.amazonaws.com`
  const query = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: process.env.AWS_ROLE_SESSION_NAME ?? 'chunkql',
    WebIdentityToken: token.trim(),
  })
  const answer = await ask(`${endpoint}/`, { method: 'POST', body: query })
  const tags = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration']
  const found = tags.map((tag) => [tag, new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(answer)?.[1]])
  return keysIn(Object.fromEntries(found), 'the security token service')
}

async function keysOfContainer(): Promise<AwsKeys> {
  const { env } = process
  const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
  const url = relative ? `http://169.254.170.2${relative}` : (env.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')
  const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
  const token = file ? textOf(file)?.trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN
  const answer = await ask(url, { headers: token ? { authorization: token } : {} })
  return keysIn(parsed(answer, 'the container'), 'the container')
}

async function keysOfMachine(): Promise<AwsKeys> {
  const host = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254'
  const base = `${host.replace(/\/$/, '')}/latest`
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '300' }
  const headers = { 'x-aws-ec2-metadata-token': await ask(`${base}/api/token`, { method: 'PUT', headers: ttl }) }
  const place = `${base}/meta-data/iam/security-credentials/`
  const [role = ''] = (await ask(place, { headers })).split('\n')
  return keysIn(parsed(await ask(place + role, { headers }), 'the machine'), 'the machine')
}

async function ask(url: string, request: RequestInit): Promise<string> {
  const where = url.replace(/\?.*$/, '')
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) }).catch((error) => {
    throw noKeys(`${where}: ${(error as Error).message}`)
  })
  if (!response.ok) throw noKeys(`${where}: HTTP ${response.status}`)
  return response.text()
}

type Answer = Readonly<Record<string, unknown>>

function parsed(text: string, from: string): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    throw noKeys(`${from} gave no JSON`)
  }
}

function objectIn(answer: Answer, name: string): Answer {
  return (answer[name] ?? {}) as Answer
}

/** Services spell the same four names in two ways, and call the token by two. */
function keysIn(answer: Answer, from: string): AwsKeys {
  const accessKeyId = answer.AccessKeyId ?? answer.accessKeyId
  const secretAccessKey = answer.SecretAccessKey ?? answer.secretAccessKey
  const sessionToken = answer.SessionToken ?? answer.sessionToken ?? answer.Token
  const until = answer.Expiration ?? answer.expiration
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') throw noKeys(`${from} gave no keys`)
  return {
    accessKeyId,
    secretAccessKey,
    ...(typeof sessionToken === 'string' ? { sessionToken } : {}),
    until: typeof until === 'number' ? until : typeof until === 'string' ? Date.parse(until) : undefined,
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function noKeys(why: string, hint = 'set s3_access_key_id and s3_secret_access_key, or s3_anonymous'): ChunkQLError {
  return new ChunkQLError('io', `no keys for S3: ${why}`, { hint })
}
