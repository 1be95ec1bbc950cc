/** The settings: names, defaults, how a value is read. SET, SHOW, `connect` and `--set` go through here. */
import { type Access, initialAccess } from './model/access.js'
import { ChunkQLError, suggest } from './model/error.js'
import type { Settings } from './model/job.js'
import type { Span } from './model/span.js'
import { coreCount, localCache, temporaryDirectory, totalMemory } from './platform/node/system.js'

interface Setting<T> {
  readonly summary: string
  readonly initial: () => T
  /** The value, or undefined where it is not one. */
  readonly read: (value: unknown) => T | undefined
  /** What is expected, for errors. */
  readonly expected: string
  /** Not to be shown. */
  readonly isSecret?: boolean
}

type Definitions = { readonly [Name in keyof Settings]: Setting<Settings[Name]> }

const definitions: Definitions = {
  threads: {
    summary: 'worker threads that read, decode and aggregate chunks',
    initial: coreCount,
    read: (value) => inRange(number(value), 1, 1024),
    expected: 'a whole number from 1 to 1024',
  },
  memory_limit: {
    summary: 'bytes that all threads may use together',
    initial: () => Math.floor(totalMemory() / 2),
    read: (value) => inRange(byteCount(value), 1e6, Number.MAX_SAFE_INTEGER),
    expected: "a size such as '2GB', '500MB' or a number of bytes",
  },
  temp_directory: {
    summary: 'where data go that memory cannot hold',
    initial: temporaryDirectory,
    read: (value) => (typeof value === 'string' ? value : undefined),
    expected: 'a path',
  },
  local_cache: {
    summary: 'the directory that has what is known of stores, and partial results',
    initial: localCache,
    read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
    expected: 'a path',
  },
  nan_is_null: {
    summary: 'whether NaN in stored floats means missing; read when a store is attached',
    initial: () => true,
    read: boolean,
    expected: 'true or false',
  },
  decode_cf: {
    summary: 'whether attributes say what values mean: masks, scales, times; read when a store is attached',
    initial: () => true,
    read: boolean,
    expected: 'true or false',
  },
  decode_timedelta: {
    summary: "whether numbers with units such as 'days' are lengths of time; read when a store is attached",
    initial: () => false,
    read: boolean,
    expected: 'true or false',
  },
  mask_valid_range: {
    summary: 'whether numbers outside of valid_range, valid_min, valid_max are missing; read when a store is attached',
    initial: () => false,
    read: boolean,
    expected: 'true or false',
  },
  engine: {
    summary: "'auto' compiles queries; 'interpreter' runs the same definitions without compiling",
    initial: () => 'auto',
    read: (value) => (value === 'auto' || value === 'interpreter' ? value : undefined),
    expected: "'auto' or 'interpreter'",
  },
  optimizer: {
    summary: 'whether the rules of the optimizer run',
    initial: () => true,
    read: boolean,
    expected: 'true or false',
  },
  pruning: {
    summary: 'whether chunks that cannot pass the filter are left out',
    initial: () => true,
    read: boolean,
    expected: 'true or false',
  },
  cache_partials: {
    summary: 'bytes that partial results may take in local_cache, kept from query to query; 0 = none',
    initial: () => 0,
    read: (value) => inRange(byteCount(value), 0, Number.MAX_SAFE_INTEGER),
    expected: "a size such as '1GB', or 0",
  },
  statistics_location: {
    summary: "where statistics of chunks are kept: 'cache' (under local_cache) or 'store' (beside the arrays)",
    initial: () => 'cache',
    read: (value) => (value === 'cache' || value === 'store' ? value : undefined),
    expected: "'cache' or 'store'",
  },
  trust_statistics: {
    summary: 'whether statistics count of chunks that cannot be told from what they were',
    initial: () => false,
    read: boolean,
    expected: 'true or false',
  },
  collect_statistics: {
    summary:
      "'auto': queries leave statistics behind as far as that costs less than 5 % of decoding; 'always': of all chunks that " +
      "they decode; 'off': only ANALYZE does",
    initial: () => 'auto',
    read: (value) => (value === 'auto' || value === 'always' || value === 'off' ? value : undefined),
    expected: "'auto', 'always' or 'off'",
  },
  inline_bytes: {
    summary: 'queries that decode fewer bytes run on the main thread',
    initial: () => 8e6,
    read: (value) => inRange(byteCount(value), 0, Number.MAX_SAFE_INTEGER),
    expected: 'a size in bytes',
  },
  exchange_groups: {
    summary: 'groups of all tasks together from which on they are divided, so that all threads merge them',
    initial: () => 2 ** 21,
    read: (value) => inRange(number(value), 0, Number.MAX_SAFE_INTEGER),
    expected: 'a whole number from 0 on',
  },
  http_timeout: {
    ...decimal(0.1, 3600),
    summary: 'seconds without an answer, or without more of it, until a request is given up',
    initial: () => initialAccess.http_timeout,
  },
  http_retries: {
    summary: 'how often a request is tried again after a passing failure',
    initial: () => initialAccess.http_retries,
    read: (value) => inRange(number(value), 0, 100),
    expected: 'a whole number from 0 to 100',
  },
  http_retry_wait_ms: {
    summary: 'milliseconds before the first retry',
    initial: () => initialAccess.http_retry_wait_ms,
    read: (value) => inRange(number(value), 0, 60_000),
    expected: 'a whole number from 0 to 60000',
  },
  http_retry_backoff: {
    ...decimal(1, 100),
    summary: 'by which the wait grows from one retry to the next',
    initial: () => initialAccess.http_retry_backoff,
  },
  s3_endpoint: text('s3_endpoint', "host and port of an S3 service, with or without http://; '' = Amazon's"),
  s3_region: text('s3_region', "region of the buckets; '' = that of the environment or profile"),
  s3_access_key_id: text('s3_access_key_id', "key of an S3 service; '' = that of the environment or profile"),
  s3_secret_access_key: { ...text('s3_secret_access_key', 'the secret of the key'), isSecret: true },
  s3_session_token: { ...text('s3_session_token', 'the token of a temporary key'), isSecret: true },
  s3_profile: text('s3_profile', "the profile in ~/.aws; '' = AWS_PROFILE, else default"),
  s3_anonymous: {
    summary: 'whether requests to S3 go unsigned, whatever keys there are',
    initial: () => initialAccess.s3_anonymous,
    read: boolean,
    expected: 'true or false',
  },
  s3_url_style: {
    summary: "where an S3 URL has the bucket: 'vhost', 'path', or 'auto': vhost at Amazon, path elsewhere",
    initial: () => initialAccess.s3_url_style,
    read: (value) => (value === 'auto' || value === 'vhost' || value === 'path' ? value : undefined),
    expected: "'auto', 'vhost' or 'path'",
  },
  s3_use_ssl: {
    summary: 'whether an S3 endpoint without a scheme is reached by https',
    initial: () => initialAccess.s3_use_ssl,
    read: boolean,
    expected: 'true or false',
  },
  cache_directory: text('cache_directory', "where chunks of remote stores are kept; '' = nowhere"),
  cache_size: {
    summary: 'bytes that the cache may take; the oldest chunks go first',
    initial: () => initialAccess.cache_size,
    read: (value) => inRange(byteCount(value), 0, Number.MAX_SAFE_INTEGER),
    expected: 'a size in bytes',
  },
}

type TextSetting = {
  [Name in keyof Access]: Access[Name] extends string ? (string extends Access[Name] ? Name : never) : never
}[keyof Access]

function text(name: TextSetting, summary: string): Setting<string> {
  return {
    summary,
    initial: () => initialAccess[name],
    read: (value) => (typeof value === 'string' ? value : undefined),
    expected: 'a text',
  }
}

function decimal(least: number, most: number): Pick<Setting<number>, 'read' | 'expected'> {
  return {
    read: (value) => {
      const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof read === 'number' ? inRange(read, least, most) : undefined
    },
    expected: `a number from ${least} to ${most}`,
  }
}

/** What a source needs of the settings. */
export function accessOf(settings: Settings): Access {
  const names = Object.keys(initialAccess) as (keyof Access)[]
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as unknown as Access
}

/** The value as SHOW tells it. */
export function shownValue(settings: Settings, name: keyof Settings): string {
  return definitions[name].isSecret && settings[name] !== '' ? '***' : String(settings[name])
}

export const settingNames = Object.keys(definitions) as (keyof Settings)[]

export function initialSettings(): Settings {
  return Object.fromEntries(settingNames.map((name) => [name, definitions[name].initial()])) as unknown as Settings
}

export function summaryOf(name: keyof Settings): string {
  return definitions[name].summary
}

/** The settings with one changed; `undefined` gives it its first value back. */
export function withSetting(settings: Settings, name: string, value: unknown, span?: Span): Settings {
  const known = settingNamed(name, span)
  const definition = definitions[known] as Setting<unknown>
  const read = value === undefined ? definition.initial() : definition.read(value)
  if (read === undefined) {
    const found = definition.isSecret ? 'that' : typeof value === 'string' ? `'${value}'` : String(value)
    throw new ChunkQLError('setting', `${known} cannot be ${found}: expected ${definition.expected}`, { span })
  }
  return { ...settings, [known]: read }
}

export function settingNamed(name: string, span?: Span): keyof Settings {
  const known = settingNames.find((candidate) => candidate === name.toLowerCase())
  if (known) return known
  const near = suggest(name, settingNames)
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are: ${settingNames.join(', ')}`
  throw new ChunkQLError('setting', `there is no setting ${name}`, { span, hint })
}

function number(value: unknown): number | undefined {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof read === 'bigint') return Number(read)
  return typeof read === 'number' && Number.isInteger(read) ? read : undefined
}

function inRange(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined
}

function boolean(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase()
  if (['true', 'on', '1', 'yes'].includes(text)) return true
  return ['false', 'off', '0', 'no'].includes(text) ? false : undefined
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

function byteCount(value: unknown): number | undefined {
  if (typeof value !== 'string') return number(value)
  const found = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value)
  const unit = found && units[(found[2] ?? '').toLowerCase()]
  return found && unit ? Math.floor(Number(found[1]) * unit) : undefined
}
