/** Finds and reads the chunks inside of shards: the index first, kept for a while, then only the bytes of the chunk. Called by chunk-files.ts. */
import { createMachine, type Machine } from '../../kernel/machine.js'
import { cellCount } from '../../model/schema.js'
import type { ByteRange, FetchOptions } from '../source.js'
import type { ZarrArray } from './array.js'
import type { ChunkFiles } from './chunk-files.js'
import { placeInShard, shardGrid } from './shard.js'
import {
  chunkIn,
  decodeWhole,
  type Extent,
  type Level,
  openLevel,
  partOf,
  readIndex,
  type Search,
} from './shard-index.js'
import { shortMemory } from './short-memory.js'
import type { Part, Store } from './store.js'

export async function openShards(
  store: Store,
  { shards, chunk, edges }: Pick<ZarrArray, 'shards' | 'chunk' | 'edges'>,
  keyOf: (index: readonly number[]) => string,
  indexOf: (key: string) => readonly number[],
): Promise<ChunkFiles> {
  const levels = await Promise.all(shards.map(openLevel))
  const { read } = store
  const grid = shardGrid(shards, chunk, edges)
  const finder = shardFinder(levels, store.changes ? keptMs.changing : keptMs.lasting, (key) =>
    cellCount(grid.countsOf(indexOf(key))),
  )
  return {
    locate(index) {
      const { shard, inner } = placeInShard(shards, grid, index)
      return { key: keyOf(shard), inner }
    },
    objects: ({ key }) => [key],
    ...(read ? { read: (range, place) => readSync(finder, read, range, place) } : {}),
    get: getter(finder, store),
  }
}

/** How long indexes are believed: local files may be written meanwhile; to ask for others again takes long. */
const keptMs = { changing: 1000, lasting: 60_000 } as const

type Finder = (range: ByteRange) => Search<Extent | undefined>

/** The search is the same whether bytes are read at once or waited for. `countOf` tells the chunks in the shard of a key. */
function shardFinder(levels: readonly Level[], lastingMs: number, countOf: (key: string) => number): Finder {
  const kept = shortMemory<BigUint64Array | Uint8Array>(lastingMs)
  // Nothing is left in it: indexes are decoded one after another, and copied out.
  let own: Machine | undefined
  const machine = () => {
    own ??= createMachine({ limit: 2 ** 32 })
    return own
  }

  function* remembered<T extends BigUint64Array | Uint8Array>(name: string, find: () => Search<T | undefined>) {
    const known = kept.get(name)
    if (known) return known as T
    const found = yield* find()
    if (found) kept.set(name, found, found.byteLength)
    return found
  }

  return function* find({ key, inner = [] }) {
    let extent: Extent | undefined = { whole: true }
    for (const [depth, level] of levels.entries()) {
      const name = `${key} ${inner.slice(0, depth).join('.')}`
      const around: Extent = extent
      if (level.whole) {
        extent = yield* remembered(`${name} decoded`, () => decodeWhole(level, around, machine()))
        if (!extent) return undefined
      }
      const shard: Extent = extent
      const count = depth === 0 ? countOf(key) : cellCount(level.counts)
      const index: BigUint64Array | undefined = yield* remembered(`${name} index`, () =>
        readIndex(level, count, shard, machine()),
      )
      extent = index && chunkIn(level, count, shard, index, inner[depth] ?? 0)
      if (!extent) return undefined
    }
    return extent
  }
}

function readSync(
  find: Finder,
  read: NonNullable<Store['read']>,
  range: ByteRange,
  place: (length: number) => Uint8Array,
): number | undefined {
  const search = find(range)
  let step = search.next()
  while (!step.done) {
    let bytes: Uint8Array | undefined
    const keep = (length: number) => {
      bytes = new Uint8Array(length)
      return bytes
    }
    step = search.next(read(range.key, keep, step.value) === undefined ? undefined : bytes)
  }
  const extent = step.value
  if (!extent) return undefined
  if (!(extent instanceof Uint8Array)) return read(range.key, place, partOf(extent))
  place(extent.length).set(extent)
  return extent.length
}

/** Chunks of one shard are often wanted together: what several ask for is asked of the store once. */
function getter(find: Finder, store: Store): ChunkFiles['get'] {
  const asked = new Map<string, Promise<Uint8Array | undefined>>()

  function ask(key: string, part: Part | undefined, traffic: FetchOptions['traffic']): Promise<Uint8Array | undefined> {
    const name = `${key} ${JSON.stringify(part)}`
    const known = asked.get(name)
    if (known) return known
    // Not to be cancelled with the one who asked first.
    const answer = getPart(store, key, part, { traffic }).finally(() => asked.delete(name))
    asked.set(name, answer)
    return answer
  }

  return async (range, options) => {
    const search = find(range)
    let step = search.next()
    while (!step.done) step = search.next(await ask(range.key, step.value, options?.traffic))
    const extent = step.value
    if (!extent || extent instanceof Uint8Array) return extent
    return getPart(store, range.key, partOf(extent), options)
  }
}

function getPart(store: Store, key: string, part: Part | undefined, options: FetchOptions | undefined) {
  return part ? store.getRange(key, part, options) : store.get(key, options)
}
