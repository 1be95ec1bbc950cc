/** The keys and the region of S3 as Amazon's tools find them: environment, then the files under ~/.aws. Called by source/zarr/store/s3.ts. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type AwsKeys, keysToAsk } from './aws-keys.js'

export interface AwsProfile {
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly sessionToken?: string | undefined
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
  /** Where there are no keys, but something that gives them. */
  readonly ask?: (() => Promise<AwsKeys>) | undefined
}

/** `name` '' = AWS_PROFILE, else 'default'. Keys of the environment come before those of files, but a profile that was named comes first. */
export function awsProfile(name: string): AwsProfile {
  const { env } = process
  const profile = name || env.AWS_PROFILE || 'default'
  const configFile = env.AWS_CONFIG_FILE ?? join(homedir(), '.aws', 'config')
  const config = section(configFile, configName(profile))
  const secrets = section(env.AWS_SHARED_CREDENTIALS_FILE ?? join(homedir(), '.aws', 'credentials'), profile)
  const ofFiles = keysIn({ ...config, ...secrets })
  const ofEnvironment = {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  }
  const keys = name === '' && ofEnvironment.accessKeyId ? ofEnvironment : ofFiles
  const sessionOf = (session: string) => section(configFile, `sso-session ${session}`)
  return {
    ...keys,
    ...(keys.accessKeyId ? {} : { ask: keysToAsk(config, sessionOf) }),
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? config.region,
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? config.endpoint_url,
  }
}

function configName(profile: string): string {
  return profile === 'default' ? 'default' : `profile ${profile}`
}

function keysIn(values: Readonly<Record<string, string>>) {
  return {
    accessKeyId: values.aws_access_key_id,
    secretAccessKey: values.aws_secret_access_key,
    sessionToken: values.aws_session_token,
  }
}

/** A section of an INI file; nothing where there is none. */
function section(path: string, name: string): Record<string, string> {
  const values: Record<string, string> = {}
  let isInside = false
  for (const line of linesOf(path)) {
    const header = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1]
    if (header !== undefined) isInside = header.replace(/\s+/g, ' ') === name
    const [, key, value] = /^([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (isInside && key !== undefined && value !== undefined) values[key] = value
  }
  return values
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/)
  } catch {
    return []
  }
}
