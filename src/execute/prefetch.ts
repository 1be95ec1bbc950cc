/**
 * Fetches the chunks that are wanted next while the present one is decoded: a bounded number at once, and not more bytes
 * than memory has room for. One for each stage on a thread; `wants.ts` tells what is wanted, chunk readers take it.
 */
import type { ByteRange, ChunkedColumn, Fetched, Traffic } from '../source/source.js'

/** A chunk that will be loaded. */
export interface Want {
  readonly column: ChunkedColumn
  readonly range: ByteRange
}

export interface PrefetchLimits {
  /** Requests at once. */
  readonly requests: number
  /** Bytes that may wait to be decoded, at the moment. */
  room(): number
}

interface Coming {
  readonly fetched: Promise<Fetched>
  /** Estimated until the bytes are there. */
  bytes: number
  /** They were taken before they were there. */
  taken: boolean
}

interface Follower {
  readonly wants: Iterator<Want>
  readonly traffic: Traffic
}

export class Prefetch {
  readonly #coming = new Map<string, Coming>()
  readonly #numbers = new Map<ChunkedColumn, number>()
  /** What tasks will want, in their order. */
  readonly #followers: Follower[] = []
  /** Encoded bytes of a chunk, per column, as of those fetched last. */
  readonly #sizes = new Map<ChunkedColumn, number>()
  /** One for each request: hundreds that listen to one signal are taken for a leak. */
  readonly #requests = new Set<AbortController>()
  #bytes = 0

  constructor(readonly limits: PrefetchLimits) {}

  /** Takes up what a task will want, after what earlier ones do. `traffic` counts it. */
  follow(wants: Iterable<Want>, traffic: Traffic): void {
    this.#followers.push({ wants: wants[Symbol.iterator](), traffic })
    this.#advance()
  }

  /** The bytes of a chunk, wherever they are on their way; else they are asked for now. */
  take(column: ChunkedColumn, range: ByteRange, traffic: Traffic): Promise<Fetched> {
    const name = this.#nameOf(column, range)
    const coming = this.#coming.get(name) ?? this.#start(column, range, traffic)
    this.#coming.delete(name)
    coming.taken = true
    this.#bytes -= coming.bytes
    this.#advance()
    return coming.fetched
  }

  /** Whether a chunk is on its way, or there. */
  #has({ column, range }: Want): boolean {
    return this.#coming.has(this.#nameOf(column, range))
  }

  /** Columns are told apart whatever their stores name their chunks. */
  #nameOf(column: ChunkedColumn, { key, offset, inner }: ByteRange): string {
    const number = this.#numbers.get(column) ?? this.#numbers.size
    this.#numbers.set(column, number)
    return `${number} ${key} ${offset ?? ''} ${inner?.join('.') ?? ''}`
  }

  /** Fetches out of turn what is known to be wanted soon, where there is room. */
  want(want: Want, traffic: Traffic): void {
    if (!this.#has(want) && this.#hasRoom(want.column)) this.#start(want.column, want.range, traffic)
  }

  /** Gives up what was wanted: requests under way are cancelled. */
  stop(): void {
    this.#followers.length = 0
    this.#coming.clear()
    this.#bytes = 0
    for (const request of this.#requests) request.abort()
    this.#requests.clear()
  }

  #advance(): void {
    for (let follower = this.#followers[0]; follower; follower = this.#followers[0]) {
      while (this.#requests.size < this.limits.requests && this.#bytes < this.limits.room()) {
        const { done, value } = follower.wants.next()
        if (done) break
        if (!this.#has(value)) this.#start(value.column, value.range, follower.traffic)
      }
      if (this.#requests.size >= this.limits.requests || this.#bytes >= this.limits.room()) return
      this.#followers.shift()
    }
  }

  #hasRoom(column: ChunkedColumn): boolean {
    return this.#requests.size < this.limits.requests && this.#bytes + this.#sizeOf(column) <= this.limits.room()
  }

  #sizeOf(column: ChunkedColumn): number {
    return this.#sizes.get(column) ?? column.layout.bytes
  }

  #start(column: ChunkedColumn, range: ByteRange, traffic: Traffic): Coming {
    const request = new AbortController()
    const { signal } = request
    this.#requests.add(request)
    const fetched = (column.fetch as NonNullable<ChunkedColumn['fetch']>)(range, { signal, traffic })
    const coming: Coming = { fetched, bytes: this.#sizeOf(column), taken: false }
    this.#coming.set(this.#nameOf(column, range), coming)
    this.#bytes += coming.bytes
    const settle = (length: number | undefined) => {
      this.#requests.delete(request)
      if (signal.aborted) return
      if (length !== undefined) this.#sizes.set(column, length)
      if (!coming.taken) {
        this.#bytes += (length ?? 0) - coming.bytes
        coming.bytes = length ?? 0
      }
      this.#advance()
    }
    // A failure is told to whoever takes the chunk; nobody may.
    fetched.then(
      (bytes) => settle(bytes?.length),
      () => settle(undefined),
    )
    return coming
  }
}
