/** HTTP requests that arrive whole or fail: bounded in number, timed out, tried again with growing waits, counted. Called by the remotes. */

import type { Access } from '../../../model/access.js'
import { ChunkQLError } from '../../../model/error.js'
import type { Part } from '../../../platform/node/files.js'
import type { FetchOptions } from '../../source.js'
import { bodyOf, totalOf } from './body.js'
import { noteOrigin, originOfHeaders } from './origin.js'

export interface HttpRequest {
  readonly url: string
  readonly method?: 'GET' | 'HEAD'
  /** The part that is wanted: the answer's body is exactly it, or there is an error. */
  readonly part?: Part | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Headers that depend on the time of day. */
  sign?(method: string): Promise<Record<string, string>>
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/** Answers of any status that need no retry; network errors and damage throw ChunkQLError('io'). */
export type Transport = (request: HttpRequest, options?: FetchOptions) => Promise<HttpAnswer>

/** An answer that is none: 403, 500 ... */
export class HttpError extends ChunkQLError {
  constructor(
    readonly status: number,
    message: string,
    details: { readonly hint?: string | undefined } = {},
  ) {
    super('io', message, details)
  }
}

/** Requests of a thread that may be under way at once. */
const mostAtOnce = 24

export function httpTransport(access: Access): Transport {
  let underWay = 0
  const waiting: (() => void)[] = []
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (underWay >= mostAtOnce) await new Promise<void>((resume) => waiting.push(resume))
    underWay++
    try {
      return await work()
    } finally {
      underWay--
      waiting.shift()?.()
    }
  }
  return async (request, options) => {
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt >= access.http_retries
      options?.signal?.throwIfAborted()
      let waitMs = access.http_retry_wait_ms * access.http_retry_backoff ** attempt * (0.5 + Math.random() / 2)
      try {
        const answer = await inTurn(() => once(request, access, options))
        if (isLast || !passing.has(answer.status)) return answer
        waitMs = Math.max(waitMs, retryAfterMs(answer.headers))
      } catch (error) {
        if (options?.signal?.aborted) throw cancelled()
        // An object that is too short will be so again.
        if (isLast || error instanceof ChunkQLError) throw failed(request.url, error, attempt + 1)
      }
      await delay(Math.min(waitMs, mostWaitMs), options?.signal)
    }
  }
}

/** Statuses of servers that may be better a moment later. */
const passing = new Set([408, 429, 500, 502, 503, 504])
const mostWaitMs = 30_000

function retryAfterMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? 0)
  return Number.isFinite(seconds) ? seconds * 1000 : 0
}

async function once(request: HttpRequest, access: Access, options: FetchOptions | undefined): Promise<HttpAnswer> {
  const { url, method = 'GET', part } = request
  if (options?.traffic) options.traffic.requests++
  const abort = new AbortController()
  const onAbort = () => abort.abort()
  options?.signal?.addEventListener('abort', onAbort)
  const timer = deadline(access.http_timeout * 1000, abort)
  try {
    const headers = {
      // Packed bytes would have offsets of their own.
      'accept-encoding': 'identity',
      ...request.headers,
      ...(part ? { range: rangeHeader(part) } : {}),
      ...(await request.sign?.(method)),
    }
    const response = await fetch(url, { method, headers, signal: abort.signal })
    const body = method === 'HEAD' ? new Uint8Array() : await bodyOf(response, part, timer.heard)
    if (options?.traffic) options.traffic.bytesRead += body.length
    noteOrigin(body, originOfHeaders(response.headers, totalOf(response)))
    return { status: response.status, headers: response.headers, body }
  } catch (error) {
    throw timer.reason() ?? error
  } finally {
    timer.end()
    options?.signal?.removeEventListener('abort', onAbort)
    // What is left of a body that was given up.
    abort.abort()
  }
}

function rangeHeader(part: Part): string {
  if ('suffixLength' in part) return `bytes=-${part.suffixLength}`
  return `bytes=${part.offset}-${part.offset + part.length - 1}`
}

/** A body that comes more slowly than this is given up too, once the timeout has passed: bytes a millisecond. */
const leastRate = 1

interface Deadline {
  /** More of the answer came. */
  heard(bytes: number): void
  reason(): Error | undefined
  end(): void
}

function deadline(timeoutMs: number, abort: AbortController): Deadline {
  const started = performance.now()
  let last = started
  let bytes = 0
  let reason: Error | undefined
  const timer = setInterval(
    () => {
      const now = performance.now()
      const isSilent = now - last > timeoutMs
      const isSlow = now - started > timeoutMs + bytes / leastRate
      if (!isSilent && !isSlow) return
      const what = isSilent
        ? `nothing was heard for ${timeoutMs / 1000} s`
        : `only ${bytes} bytes came in ${Math.round((now - started) / 1000)} s`
      reason = new Error(what)
      abort.abort()
    },
    Math.min(100, timeoutMs / 4),
  )
  return {
    heard(more) {
      last = performance.now()
      bytes += more
    },
    reason: () => reason,
    end: () => clearInterval(timer),
  }
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resume, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(cancelled())
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resume()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function cancelled(): ChunkQLError {
  return new ChunkQLError('cancelled', 'the request was cancelled')
}

function failed(url: string, error: unknown, attempts: number): ChunkQLError {
  if (error instanceof ChunkQLError) return error
  const { message, cause } = error as Error & { cause?: { message?: string; code?: string } }
  const why = cause?.message || cause?.code || message
  const times = attempts === 1 ? '' : ` (${attempts} attempts)`
  return new ChunkQLError('io', `${shown(url)}: ${why}${times}`)
}

/** A URL without what may be secret in it. */
export function shown(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//')
}
