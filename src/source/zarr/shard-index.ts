/** The index of a shard: where it lies, what it says, and what it cannot say. Called by shard-reader.ts. */
import { type Chain, openChain } from '../../codec/chain.js'
import type { Machine } from '../../kernel/machine.js'
import { ChunkQLError, isChunkQLError } from '../../model/error.js'
import type { ShardLevel } from './shard.js'
import { noteOrigin, type Origin, originOf } from './store/origin.js'
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
  const index = new BigUint64Array(bytes.buffer)
  const origin = originOf(encoded)
  checkIndex(level, index, roomOf(level, count, extent, origin))
  return noteOrigin(index, origin)
}

/**
 * Chunks lie inside of the shard, and none in parts of others. So a shard that lost bytes before an index at its end is
 * known by its last chunk, whose end the index leads beyond the bytes that there are.
 */
function checkIndex(level: Level, index: BigUint64Array, { start, end }: Room): void {
  const extents: [offset: number, end: number][] = []
  // A checksum has said already that the index is what was written.
  const isSure = level.indexCodecs.length > 1
  const halves = new Uint32Array(index.buffer)
  for (let at = 0; at < halves.length; at += 4) {
    const offset = wordAt(halves, at)
    const length = wordAt(halves, at + 2)
    if (offset === 2 ** 64 && length === 2 ** 64) continue
    if (offset < start || offset + length > end) throw outside(at / 4, offset, length, { start, end })
    if (!isSure) extents.push([offset, offset + length])
  }
  checkOverlaps(extents)
}

/** What is beyond 2^53 may be rounded: it lies outside all the same. */
function wordAt(halves: Uint32Array, at: number): number {
  return (halves[at] as number) + (halves[at + 1] as number) * 2 ** 32
}

/** Equal chunks may be stored once. */
function checkOverlaps(extents: [offset: number, end: number][]): void {
  extents.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  for (const [i, [offset, end]] of extents.entries()) {
    const [before, last] = extents[i - 1] ?? [0, 0]
    if (offset < last && (offset !== before || end !== last)) {
      throw damaged(`chunks that lie in each other, from ${before} and from ${offset} on`)
    }
  }
}

function outside(number: number, offset: number, length: number, { start, end }: Room): ChunkQLError {
  return damaged(`chunk ${number} at bytes ${offset} to ${offset + length}, chunks lie from ${start} to ${end}`)
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

interface Room {
  readonly start: number
  readonly end: number
}

/** Where chunks may lie in a shard: not where its index does. Of an object the store may know the length. */
function roomOf(level: Level, count: number, shard: Extent, origin: Origin | undefined): Room {
  const index = indexBytesOf(level, count)
  const length = 'whole' in shard ? origin?.size : shard.length
  const end = length === undefined ? mostBytes : length - (level.indexAtStart ? 0 : index)
  return { start: level.indexAtStart ? index : 0, end }
}

/** Undefined where the index says that the chunk was never written. */
export function chunkIn(shard: Extent, index: BigUint64Array, number: number): Extent | undefined {
  const [first, size] = [index[2 * number], index[2 * number + 1]]
  if (first === undefined || size === undefined) throw damaged(`no chunk ${number} in its index`)
  if (first === absent && size === absent) return undefined
  const [offset, length] = [Number(first), Number(size)]
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
