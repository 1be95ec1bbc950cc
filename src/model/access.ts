/** How remote stores are reached: the settings about HTTP and S3, as options of a source carry them to every thread. Some of all settings. */

export interface Access {
  /** Seconds without an answer, or without more of it, until a request is given up. */
  readonly http_timeout: number
  readonly http_retries: number
  /** Milliseconds before the first retry. */
  readonly http_retry_wait_ms: number
  /** By which the wait grows from one retry to the next. */
  readonly http_retry_backoff: number
  /** Host and port, with or without a scheme; '' = Amazon's. */
  readonly s3_endpoint: string
  /** '' = that of the environment or profile. */
  readonly s3_region: string
  readonly s3_access_key_id: string
  readonly s3_secret_access_key: string
  readonly s3_session_token: string
  /** '' = that of the environment, else 'default'. */
  readonly s3_profile: string
  /** Requests are not signed, whatever keys there are. */
  readonly s3_anonymous: boolean
  /** 'auto' = virtual hosts at Amazon, paths elsewhere. */
  readonly s3_url_style: 'auto' | 'vhost' | 'path'
  readonly s3_use_ssl: boolean
  /** Where chunks that were fetched are kept; '' = nowhere. */
  readonly cache_directory: string
  /** Bytes that the cache may take. */
  readonly cache_size: number
}

export const initialAccess: Access = {
  http_timeout: 30,
  http_retries: 3,
  http_retry_wait_ms: 100,
  http_retry_backoff: 4,
  s3_endpoint: '',
  s3_region: '',
  s3_access_key_id: '',
  s3_secret_access_key: '',
  s3_session_token: '',
  s3_profile: '',
  s3_anonymous: false,
  s3_url_style: 'auto',
  s3_use_ssl: true,
  cache_directory: '',
  cache_size: 10e9,
}
