/** The index of a shard: where it lies, what it says, and what it cannot say. Called by shard-reader.ts. */
import { type Chain, openChain } from '../../codec/chain.js'
import type { Machine } from '../../kernel/machine.js'
import { ChunkQLError, isChunkQLError } from '../../model/error.js'
import type { ShardLevel } from './shard.js'
import type { Part } from './store.js'

/** Where something lies: all of the object, a part of it, or bytes that had to be decoded. */
export type Extent = { readonly whole: true } | { readonly offset: number; readonly length: number } | Uint8Array

/** Asks for a part of the object (undefined: for all of it), is answered with its bytes (undefined: there is none). */
export type Search<T> = Generator<Part | undefined, T, Uint8Array | undefined>

export interface Level extends ShardLevel {
  /** Decodes the index. */
  readonly index: Chain
  /** Decodes the shard, where there are codecs around it. */
  readonly whole: Chain | undefined
}

const checksumBytes = 4
const wordBytes = 8
/** Both words of a chunk that is not there. */
const absent = 2n ** 64n - 1n

export async function openLevel(level: ShardLevel): Promise<Level> {
  return {
    ...level,
    index: await openChain(level.indexCodecs, { elementSize: wordBytes }),
    whole: level.around.length > 0 ? await openChain(level.around, { elementSize: 1 }) : undefined,
  }
}

/** Decoded. */
function indexLength(count: number): number {
  return 2 * wordBytes * count
}

/** As it lies, perhaps with a checksum. */
function indexBytesOf({ indexCodecs }: Level, count: number): number {
  return indexLength(count) + checksumBytes * (indexCodecs.length - 1)
}

export function* decodeWhole({ whole }: Level, extent: Extent, machine: Machine): Search<Uint8Array | undefined> {
  const encoded = extent instanceof Uint8Array ? extent : yield partOf(extent)
  return encoded && inMachine('the shard', encoded, machine, (source) => (whole as Chain).decodeAny(source, machine))
}

export function* readIndex(
  level: Level,
  count: number,
  extent: Extent,
  machine: Machine,
): Search<BigUint64Array | undefined> {
  const part = indexPart(level, indexBytesOf(level, count), extent)
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

export function partOf(extent: Exclude<Extent, Uint8Array>): Part | undefined {
  return 'whole' in extent ? undefined : extent
}

/** Where chunks may lie in a shard: not where its index does. Of an object only the index was asked for, not the length. */
function roomOf(level: Level, count: number, shard: Extent): { readonly start: number; readonly end: number } {
  const index = indexBytesOf(level, count)
  const end = 'whole' in shard ? mostBytes : shard.length - (level.indexAtStart ? 0 : index)
  return { start: level.indexAtStart ? index : 0, end }
}

/** Undefined where the index says that the chunk was never written. */
export function chunkIn(
  level: Level,
  count: number,
  shard: Extent,
  index: BigUint64Array,
  number: number,
): Extent | undefined {
  const room = roomOf(level, count, shard)
  const [first, size] = [index[2 * number], index[2 * number + 1]]
  if (first === undefined || size === undefined) throw damaged(`no chunk ${number} in its index`)
  if (first === absent && size === absent) return undefined
  const [offset, length] = [Number(first), Number(size)]
  if (offset < room.start || offset + length > room.end) {
    throw damaged(`chunk ${number} at ${offset} with ${length} bytes, where no chunk can be`)
  }
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
