/** Finds and reads the chunks inside of shards: the index first, kept for a while, then only the bytes of the chunk. Called by chunk-files.ts. */
import { createMachine, type Machine } from '../../kernel/machine.js'
import { type Fingerprints, isKnown, isMissing, setNone } from '../../model/fingerprint.js'
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
import { isReplaced, noteOrigin, type Origin, originOf, replaced } from './store/origin.js'
import type { Part, Place, Store } from './store.js'

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
    told: finder.told,
    ...(read ? { read: (range, place, seen) => readSync(finder, read, range, place, seen) } : {}),
    // Of shards that are decoded as a whole nobody knows of which version the bytes are that are kept.
    ...(levels.some(({ whole }) => whole) ? {} : { readTells: store.readTells }),
    get: getter(finder, store),
  }
}

/** How long indexes are believed: local files may be written meanwhile; to ask for others again takes long. */
const keptMs = { changing: 1000, lasting: 60_000 } as const

interface Finder {
  find(range: ByteRange): Search<Found>
  told: NonNullable<ChunkFiles['told']>
  /** Throws where `origin` is another version of the object than the index is of; then the index is forgotten. */
  check(origin: Origin | undefined, found: Found): void
}

interface Found {
  /** Undefined where there is no such chunk. */
  readonly extent: Extent | undefined
  /** Of the index that told so; undefined where there is no shard. */
  readonly origin: Origin | undefined
}

/** The search is the same whether bytes are read at once or waited for. `countOf` tells the chunks in the shard of a key. */
function shardFinder(levels: readonly Level[], lastingMs: number, countOf: (key: string) => number): Finder {
  const kept = shortMemory<BigUint64Array | Uint8Array>(lastingMs)
  /** By keys: who has asked for a fingerprint takes what is read then for what has it. */
  const versions = shortMemory<string>(lastingMs)
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

  function check(origin: Origin | undefined, found: { readonly origin: Origin | undefined }): void {
    if (!isReplaced(found.origin, origin)) return
    kept.clear()
    throw replaced('the shard')
  }

  function* find({ key, inner = [] }: ByteRange): Search<Found> {
    let extent: Extent | undefined = { whole: true }
    let origin: Origin | undefined
    for (const [depth, level] of levels.entries()) {
      const name = `${key} ${versions.get(key) ?? ''} ${inner.slice(0, depth).join('.')}`
      const around: Extent = extent
      if (level.whole) {
        extent = yield* remembered(`${name} decoded`, () => decodeWhole(level, around, machine()))
        if (!extent) return { extent, origin }
      }
      const shard: Extent = extent
      const count = depth === 0 ? countOf(key) : cellCount(level.counts)
      const index: BigUint64Array | undefined = yield* remembered(`${name} index`, () =>
        readIndex(level, count, shard, machine()),
      )
      extent = index && chunkIn(shard, index, inner[depth] ?? 0)
      const own = index && originOf(index)
      check(own, { origin })
      origin ??= own
      if (!extent) break
    }
    return { extent, origin }
  }

  function told(keys: readonly string[], now: Fingerprints): void {
    for (const [i, key] of keys.entries()) {
      if (isKnown(now, i)) versions.set(key, `${now[2 * i]}:${now[2 * i + 1]}`, versionBytes)
    }
  }

  return { find, check, told }
}

/** As many keys are remembered as have 64 MB together. */
const versionBytes = 64

function readSync(
  { find, check }: Finder,
  read: NonNullable<Store['read']>,
  range: ByteRange,
  place: Place,
  seen: Fingerprints | undefined,
): number | undefined {
  const search = find(range)
  let step = search.next()
  while (!step.done) {
    let bytes: Uint8Array | undefined
    const keep = (length: number, origin?: Origin) => {
      bytes = noteOrigin(new Uint8Array(length), origin)
      return bytes
    }
    step = search.next(read(range.key, keep, step.value) === undefined ? undefined : bytes)
  }
  const found = step.value
  const { extent } = found
  if (extent instanceof Uint8Array) {
    place(extent.length).set(extent)
    return extent.length
  }
  const placeSame = (length: number, origin?: Origin) => {
    check(origin, found)
    return place(length)
  }
  if (extent) return read(range.key, placeSame, partOf(extent), seen)
  if (seen) lookAtShard(read, range.key, (_, origin) => check(origin, found), seen)
  // One that came to be there meanwhile may have the chunk.
  if (seen && !found.origin && !isMissing(seen, 0)) setNone(seen, 0)
  return undefined
}

/** The fingerprint of a shard that has not the chunk. */
function lookAtShard(
  read: NonNullable<Store['read']>,
  key: string,
  check: (length: number, origin?: Origin) => void,
  seen: Fingerprints,
): void {
  const placeNothing = (length: number, origin?: Origin) => {
    check(length, origin)
    return new Uint8Array(length)
  }
  read(key, placeNothing, { offset: 0, length: 0 }, seen)
}

/** Chunks of one shard are often wanted together: what several ask for is asked of the store once. */
function getter({ find, check }: Finder, store: Store): ChunkFiles['get'] {
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
    const found = step.value
    const { extent } = found
    if (!extent || extent instanceof Uint8Array) return extent
    const bytes = await getPart(store, range.key, partOf(extent), options)
    if (!bytes) return undefined
    const origin = originOf(bytes)
    check(origin, found)
    // Where the chunk lies in the shard was read before.
    return origin?.version === found.origin?.version ? bytes : noteOrigin(bytes, { ...origin, version: undefined })
  }
}

function getPart(store: Store, key: string, part: Part | undefined, options: FetchOptions | undefined) {
  return part ? store.getRange(key, part, options) : store.get(key, options)
}
