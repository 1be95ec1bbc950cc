/** Ranges of one object that are asked for together and lie close together come by one request. Called by open-remote.ts. */
import type { FetchOptions } from '../../source.js'
import type { Part } from '../store.js'
import { noteOrigin, originOf } from './origin.js'
import type { Remote } from './remote.js'

/** Bytes between two ranges that cost less than another request, and bytes of a request that is not made larger. */
const gapBytes = 64 << 10
const mostBytes = 8 << 20

interface Ask {
  readonly offset: number
  readonly length: number
  readonly options: FetchOptions | undefined
  resolve(bytes: Uint8Array | undefined): void
  reject(error: unknown): void
}

/** Asked for together means: in one turn, before anything is waited for. */
export function withCoalescing(remote: Remote): Remote {
  const asked = new Map<string, Ask[]>()
  const flush = () => {
    const all = [...asked]
    asked.clear()
    for (const [url, asks] of all) for (const group of grouped(asks)) void fetchGroup(remote, url, group)
  }
  // The index of a shard is asked for by every chunk that is on its way.
  const ends = new Map<string, Promise<Uint8Array | undefined>>()
  const lastBytes = (url: string, part: Exclude<Part, { offset: number }>, options?: FetchOptions) => {
    const name = `${part.suffixLength} of ${url}`
    const coming = ends.get(name)
    if (coming) return coming
    const bytes = remote.get(url, part, { traffic: options?.traffic })
    ends.set(name, bytes)
    const forget = () => ends.delete(name)
    bytes.then(forget, forget)
    return bytes
  }
  return {
    ...remote,
    get(url, part, options) {
      if (!isSpan(part)) return part ? lastBytes(url, part, options) : remote.get(url, part, options)
      if (part.length === 0) return Promise.resolve(new Uint8Array())
      return new Promise((resolve, reject) => {
        if (asked.size === 0) queueMicrotask(flush)
        const ask = { ...part, options, resolve, reject }
        const asks = asked.get(url)
        if (asks) asks.push(ask)
        else asked.set(url, [ask])
      })
    },
  }
}

function isSpan(part: Part | undefined): part is Extract<Part, { offset: number }> {
  return part !== undefined && 'offset' in part
}

function grouped(asks: readonly Ask[]): Ask[][] {
  const groups: Ask[][] = []
  let end = 0
  for (const ask of asks.toSorted((a, b) => a.offset - b.offset)) {
    const group = groups.at(-1)
    const start = group?.[0]?.offset ?? 0
    const past = Math.max(end, ask.offset + ask.length)
    if (group && ask.offset <= end + gapBytes && past - start <= mostBytes) {
      group.push(ask)
      end = past
    } else {
      groups.push([ask])
      end = ask.offset + ask.length
    }
  }
  return groups
}

async function fetchGroup(remote: Remote, url: string, asks: readonly Ask[]): Promise<void> {
  const [first] = asks as [Ask]
  const end = Math.max(...asks.map(({ offset, length }) => offset + length))
  try {
    const signal = whenAllAbort(asks)
    const options = { ...first.options, signal }
    const bytes = await remote.get(url, { offset: first.offset, length: end - first.offset }, options)
    for (const { offset, length, resolve } of asks) {
      const at = offset - first.offset
      // A copy where the rest would be kept alive by it.
      resolve(asks.length === 1 || !bytes ? bytes : noteOrigin(bytes.slice(at, at + length), originOf(bytes)))
    }
  } catch (error) {
    for (const { reject } of asks) reject(error)
  }
}

/** A request that several wait for ends when none does any more. */
function whenAllAbort(asks: readonly Ask[]): AbortSignal | undefined {
  const signals = asks.map(({ options }) => options?.signal)
  const [only] = signals
  if (signals.length === 1) return only
  if (signals.some((signal) => !signal)) return undefined
  const abort = new AbortController()
  let left = signals.length
  for (const signal of signals) {
    if (signal?.aborted) left--
    else signal?.addEventListener('abort', () => --left === 0 && abort.abort(), { once: true })
  }
  if (left === 0) abort.abort()
  return abort.signal
}
