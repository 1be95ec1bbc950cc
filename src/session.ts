/** What a connection keeps between queries: settings, attached sources, functions, worker threads. Called by `query.ts` and `index.ts`. */
import type { Executor } from './execute/executor.js'
import { inlineExecutor } from './execute/inline-executor.js'
import { type Pool, poolExecutor } from './execute/pool-executor.js'
import type { Registry } from './function/registry.js'
import type { Catalog } from './model/catalog.js'
import { ChunkQLError } from './model/error.js'
import type { ScanStage, Settings } from './model/job.js'
import type { Span } from './model/span.js'
import { accessOf, initialSettings, withSetting } from './settings.js'
import { openLocation } from './source/registry.js'
import type { Source } from './source/source.js'

/** Functions of a user: modules by name, imported wherever tasks run, or closures, which keep queries on this thread. */
export interface Functions {
  readonly registry: Registry
  readonly modules: readonly string[]
  readonly inline: boolean
}

export class Session {
  settings: Settings = initialSettings()
  readonly #sources = new Map<string, Source>()
  /** Sources of `FROM 'path'`, opened again when the store has changed on disk would be noticed: each query opens anew. */
  readonly #names: string[] = []
  /** Queries wait for what is being opened, so that `register` needs no await. */
  readonly #opening = new Set<Promise<void>>()
  #pool: { readonly threads: number; readonly pool: Pool } | undefined
  /** What is under way that nobody waits for. */
  readonly #later = new Set<Promise<void>>()
  #jobs = 0
  #closed = false

  constructor(readonly functions: Functions) {}

  set(name: string, value: unknown, span?: Span): void {
    this.settings = withSetting(this.settings, name, value, span)
  }

  /** `options` are settings that hold for this source alone. */
  attach(name: string, location: unknown, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const opening = this.#open(name, location, options)
    this.#opening.add(opening)
    const forget = () => void this.#opening.delete(opening)
    opening.then(forget, forget)
    return opening
  }

  async #open(name: string, location: unknown, options: Readonly<Record<string, unknown>>): Promise<void> {
    let { settings } = this
    for (const [option, value] of Object.entries(options)) settings = withSetting(settings, option, value)
    const source = await openLocation(location, sourceOptions(settings))
    await this.#sources.get(name)?.close()
    this.#sources.set(name, source)
    if (!this.#names.includes(name)) this.#names.push(name)
  }

  async detach(name: string, span?: Span): Promise<void> {
    await Promise.allSettled(this.#opening)
    const source = this.#sources.get(name)
    if (!source) throw new ChunkQLError('bind', `nothing is attached as ${name}`, { span, hint: this.#attached() })
    this.#sources.delete(name)
    this.#names.splice(this.#names.indexOf(name), 1)
    await source.close()
  }

  #attached(): string {
    return this.#names.length > 0 ? `attached are: ${this.#names.join(', ')}` : 'nothing is attached'
  }

  /** The sources that a query can name: what is attached, and the paths that it mentions, opened for it. */
  async sourcesFor(paths: readonly { readonly path: string; readonly span: Span }[]): Promise<Map<string, Source>> {
    this.#checkOpen()
    await Promise.allSettled([...this.#opening, ...this.#later])
    const sources = new Map(this.#sources)
    for (const { path, span } of paths) {
      if (sources.has(path)) continue
      sources.set(path, await this.#openPath(path, span))
    }
    return sources
  }

  async #openPath(path: string, span: Span): Promise<Source> {
    try {
      return await openLocation(path, sourceOptions(this.settings))
    } catch (error) {
      if (!(error instanceof ChunkQLError)) throw error
      throw new ChunkQLError(error.code, error.message, { ...error, span })
    }
  }

  catalogOf(sources: ReadonlyMap<string, Source>): Catalog {
    return { sources: new Map([...sources].map(([name, source]) => [name, source.schema])), defaultSource: undefined }
  }

  /** Small queries, data that cannot leave this thread and functions given as closures run here; all else on the pool. */
  executorFor(stage: ScanStage, source: Source): Executor {
    const { threads, inline_bytes } = this.settings
    const here = !source.ref || this.functions.inline || costOf(stage) <= inline_bytes
    if (here) return inlineExecutor(source, this.functions.registry)
    if (this.#pool?.threads !== threads) {
      void this.#pool?.pool.close()
      this.#pool = { threads, pool: poolExecutor(threads) }
    }
    return this.#pool.pool
  }

  /** Does something when others have had their turn, before the next query and before the session ends. Nobody learns whether it failed. */
  later(work: () => void): void {
    const done = new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
      .then(work)
      .catch(() => undefined)
      .finally(() => this.#later.delete(done))
    this.#later.add(done)
  }

  nextJob(): number {
    return ++this.#jobs
  }

  #checkOpen(): void {
    if (this.#closed) throw new ChunkQLError('bind', 'the connection is closed', { hint: 'call connect() again' })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#pool?.pool.close()
    await Promise.allSettled(this.#later)
    for (const source of this.#sources.values()) await source.close()
    this.#sources.clear()
  }
}

/** Bytes that are decoded in the time that it takes to get a chunk from the disk. */
const chunkCost = 8000

/** In bytes that are decoded. */
function costOf({ decodedBytes, chunkReads }: ScanStage): number {
  return decodedBytes + chunkReads * chunkCost
}

/** What a source keeps of the settings, and takes along to other threads. */
function sourceOptions(settings: Settings): Readonly<Record<string, unknown>> {
  return {
    nanIsNull: settings.nan_is_null,
    decodeCf: settings.decode_cf,
    decodeTimedelta: settings.decode_timedelta,
    maskValidRange: settings.mask_valid_range,
    access: accessOf(settings),
  }
}
