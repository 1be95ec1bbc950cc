/** Finds and reads the chunks inside of shards: the index first, kept for a while, then only the bytes of the chunk. Called by chunk-files.ts. */
import { type Chain, openChain } from '../../codec/chain.js'
import { createMachine, type Machine } from '../../kernel/machine.js'
import { ChunkQLError, isChunkQLError } from '../../model/error.js'
import { cellCount } from '../../model/schema.js'
import type { ByteRange, FetchOptions } from '../source.js'
import type { ZarrArray } from './array.js'
import type { ChunkFiles } from './chunk-files.js'
import { placeInShard, type ShardLevel, shardGrid } from './shard.js'
import { shortMemory } from './short-memory.js'
import type { Part, Store } from './store.js'

/** Where something lies: all of the object, a part of it, or bytes that had to be decoded. */
type Extent = { readonly whole: true } | { readonly offset: number; readonly length: number } | Uint8Array

/** Asks for a part of the object (undefined: for all of it), is answered with its bytes (undefined: there is none). */
type Search<T> = Generator<Part | undefined, T, Uint8Array | undefined>

interface Level extends ShardLevel {
  readonly index: Chain
  readonly whole: Chain | undefined
}

const checksumBytes = 4
const wordBytes = 8
/** Both words of a chunk that is not there. */
const absent = 2n ** 64n - 1n

export async function openShards(
  store: Store,
  { shards, chunk, edges }: Pick<ZarrArray, 'shards' | 'chunk' | 'edges'>,
  keyOf: (index: readonly number[]) => string,
  indexOf: (key: string) => readonly number[],
): Promise<ChunkFiles> {
  const levels = await Promise.all(shards.map(openLevel))
  const { read } = store
  const grid = shardGrid(shards, chunk, edges)
  const finder = shardFinder(levels, (key) => cellCount(grid.countsOf(indexOf(key))))
  return {
    locate(index) {
      const { shard, inner } = placeInShard(shards, grid, index)
      return { key: keyOf(shard), inner }
    },
    ...(read ? { read: (range, place) => readSync(finder, read, range, place) } : {}),
    get: getter(finder, store),
  }
}

async function openLevel(level: ShardLevel): Promise<Level> {
  const target = { elementSize: wordBytes }
  const around = level.around.length > 0 ? await openChain(level.around, { elementSize: 1 }) : undefined
  return {
    ...level,
    index: await openChain(level.indexCodecs, target),
    whole: around,
  }
}

/** Decoded. */
function indexLength(count: number): number {
  return 2 * wordBytes * count
}

type Finder = (range: ByteRange) => Search<Extent | undefined>

/** The search is the same whether bytes are read at once or waited for. `countOf` tells the chunks in the shard of a key. */
function shardFinder(levels: readonly Level[], countOf: (key: string) => number): Finder {
  const kept = shortMemory<BigUint64Array | Uint8Array>()
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
      extent = index && chunkIn(shard, index, inner[depth] ?? 0)
      if (!extent) return undefined
    }
    return extent
  }
}

function* decodeWhole({ whole }: Level, extent: Extent, machine: Machine): Search<Uint8Array | undefined> {
  const encoded = extent instanceof Uint8Array ? extent : yield partOf(extent)
  return encoded && inMachine('the shard', encoded, machine, (source) => (whole as Chain).decodeAny(source, machine))
}

function* readIndex(level: Level, count: number, extent: Extent, machine: Machine): Search<BigUint64Array | undefined> {
  const part = indexPart(level, indexLength(count) + checksumBytes * (level.indexCodecs.length - 1), extent)
  const encoded = extent instanceof Uint8Array ? within(extent, part) : yield part
  if (!encoded) return undefined
  const bytes = inMachine('the index of the shard', encoded, machine, (source) => {
    const length = indexLength(count)
    const out = { address: machine.allocate(length), length }
    level.index.decode(source, out, machine)
    return out
  })
  return new BigUint64Array(bytes.buffer)
}

type Bounded = Extract<Part, { offset: number }>

function indexPart({ indexAtStart }: Level, indexBytes: number, extent: Extent): Part {
  if ('whole' in extent) return indexAtStart ? { offset: 0, length: indexBytes } : { suffixLength: indexBytes }
  const { offset, length } = extent instanceof Uint8Array ? { offset: 0, length: extent.length } : extent
  if (length < indexBytes) throw damaged(`${length} bytes, its index alone has ${indexBytes}`)
  return { offset: indexAtStart ? offset : offset + length - indexBytes, length: indexBytes }
}

function within(bytes: Uint8Array, part: Part): Uint8Array {
  const { offset, length } = part as Bounded
  return bytes.subarray(offset, offset + length)
}

function partOf(extent: Exclude<Extent, Uint8Array>): Part | undefined {
  return 'whole' in extent ? undefined : extent
}

/** Undefined where the index says that the chunk was never written. */
function chunkIn(shard: Extent, index: BigUint64Array, number: number): Extent | undefined {
  const [first, size] = [index[2 * number], index[2 * number + 1]]
  if (first === undefined || size === undefined) throw damaged(`no chunk ${number} in its index`)
  if (first === absent && size === absent) return undefined
  const [offset, length] = [Number(first), Number(size)]
  const room = shard instanceof Uint8Array ? shard.length : 'whole' in shard ? mostBytes : shard.length
  if (offset + length > room) throw damaged(`chunk ${number} at ${offset} with ${length} bytes, beyond its end`)
  if (shard instanceof Uint8Array) return shard.subarray(offset, offset + length)
  return { offset: 'whole' in shard ? offset : shard.offset + offset, length }
}

/** No memory has room for a chunk that ends further on. */
const mostBytes = 2 ** 53

/** What `decode` makes of bytes, as a copy. */
function inMachine(what: string, bytes: Uint8Array, machine: Machine, decode: Decode): Uint8Array<ArrayBuffer> {
  const mark = machine.mark()
  try {
    const source = { address: machine.allocate(bytes.length), length: bytes.length }
    machine.bytes.set(bytes, source.address)
    const { address, length } = decode(source)
    return machine.bytes.slice(address, address + length) as Uint8Array<ArrayBuffer>
  } catch (error) {
    if (!isChunkQLError(error)) throw error
    throw new ChunkQLError(error.code, `${what}: ${error.message}`, error.toData())
  } finally {
    machine.release(mark)
  }
}

interface Place {
  readonly address: number
  readonly length: number
}

type Decode = (source: Place) => Place

function damaged(what: string): ChunkQLError {
  return new ChunkQLError('store', `the shard has ${what}`)
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
