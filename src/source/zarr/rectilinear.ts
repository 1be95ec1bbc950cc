/**
 * Chunks of unequal lengths, read as if they were of one shape: the bytes of what is read as one chunk are those of all
 * stored chunks that it meets, after a table of where they belong. Called by chunk-files.ts (bytes) and open.ts (decoding).
 */
import type { Chain } from '../../codec/chain.js'
import type { Span } from '../../codec/codec.js'
import type { Machine } from '../../kernel/machine.js'
import { cellCount } from '../../model/schema.js'
import type { ByteRange } from '../source.js'
import { chunkStrides } from './array.js'
import type { ChunkFiles } from './chunk-files.js'
import { type Edges, lastAtMost } from './edges.js'
import type { Store } from './store.js'

/** What a stored chunk and a read one have in common along an axis. */
interface Extent {
  /** The length of the stored chunk. */
  readonly size: number
  /** Where the common part begins in the stored chunk, and in the read one. */
  readonly from: number
  readonly to: number
  readonly count: number
}

interface Overlap extends Extent {
  /** Number of the stored chunk. */
  readonly number: number
}

const overlapWords = 4
/** In the table, in place of a length. */
const absent = 0xffffffff

export function rectilinearFiles(
  store: Store,
  edges: Edges,
  chunk: readonly number[],
  keyOf: (index: readonly number[]) => string,
): ChunkFiles {
  const partsOf = ({ inner = [] }: ByteRange) => overlaps(edges, chunk, inner)
  const keysOf = (parts: readonly (readonly Overlap[])[]) =>
    parts.map((part) => keyOf(part.map(({ number }) => number)))
  const { read } = store
  return {
    locate: (index) => ({ key: keysOf(overlaps(edges, chunk, index))[0] ?? '', inner: index }),
    objects: (range) => keysOf(partsOf(range)),
    ...(read && {
      read(range, place) {
        const parts = partsOf(range)
        const packed = pack(
          parts,
          keysOf(parts).map((key) => readWhole(read, key)),
        )
        if (packed) place(packed.length).set(packed)
        return packed?.length
      },
    }),
    async get(range, options) {
      const parts = partsOf(range)
      return pack(parts, await Promise.all(keysOf(parts).map((key) => store.get(key, options))))
    },
  }
}

function readWhole(read: NonNullable<Store['read']>, key: string): Uint8Array | undefined {
  let bytes: Uint8Array | undefined
  const length = read(key, (size) => {
    bytes = new Uint8Array(size)
    return bytes
  })
  return length === undefined ? undefined : bytes
}

/** The stored chunks that chunk `index` meets: one overlap per axis for each. */
function overlaps(edges: Edges, chunk: readonly number[], index: readonly number[]): Overlap[][] {
  let parts: Overlap[][] = [[]]
  for (const [axis, ends] of edges.entries()) {
    const size = chunk[axis] as number
    const along = overlapsAlong(ends, (index[axis] as number) * size, size)
    parts = parts.flatMap((part) => along.map((overlap) => [...part, overlap]))
  }
  return parts
}

function overlapsAlong(ends: readonly number[], start: number, size: number): Overlap[] {
  const found: Overlap[] = []
  for (let number = lastAtMost(ends, start); number < ends.length - 1; number++) {
    const [first, end] = [ends[number] as number, ends[number + 1] as number]
    const begin = Math.max(start, first)
    const count = Math.min(start + size, end) - begin
    if (count <= 0) break
    found.push({ number, size: end - first, from: begin - first, to: begin - start, count })
  }
  return found
}

/** A count, then for each part its length and its overlaps, then the bytes of all. Undefined where there are none. */
function pack(
  parts: readonly (readonly Overlap[])[],
  chunks: readonly (Uint8Array | undefined)[],
): Uint8Array | undefined {
  if (chunks.every((bytes) => bytes === undefined)) return undefined
  const table = [parts.length]
  for (const [i, part] of parts.entries()) {
    table.push(chunks[i]?.length ?? absent)
    for (const { size, from, to, count } of part) table.push(size, from, to, count)
  }
  const head = new Uint8Array(Uint32Array.from(table).buffer)
  const packed = new Uint8Array(chunks.reduce((sum, bytes) => sum + (bytes?.length ?? 0), head.length))
  packed.set(head)
  let at = head.length
  for (const bytes of chunks) {
    if (bytes) packed.set(bytes, at)
    at += bytes?.length ?? 0
  }
  return packed
}

interface Form {
  readonly chunk: readonly number[]
  readonly axes: readonly number[]
  /** Bytes of a cell, and a cell of the fill value. */
  readonly fill: Uint8Array
}

/** Decodes what `pack` made: each part by `chain`, then to its place. */
export function rectilinearChain(chain: Chain, form: Form): Chain {
  return {
    names: ['rectilinear', ...chain.names],
    isSlow: chain.isSlow,
    decode(source, out, machine) {
      const rank = form.chunk.length
      const count = machine.view.getUint32(source.address, true)
      let at = source.address + 4 * (1 + count * (1 + overlapWords * rank))
      const words = new Uint32Array(machine.bytes.slice(source.address, at).buffer)
      for (let i = 0, word = 1; i < count; i++, word += 1 + overlapWords * rank) {
        const length = words[word] as number
        const places = overlapsAt(words, word + 1, rank)
        const span = length === absent ? undefined : { address: at, length }
        placePart(chain, form, span, places, out, machine)
        at += span ? length : 0
      }
    },
    decodeAny: () => {
      throw new Error('text in chunks of unequal lengths')
    },
  }
}

function overlapsAt(words: Uint32Array, start: number, rank: number): Extent[] {
  return Array.from({ length: rank }, (_, axis) => {
    const [size = 0, from = 0, to = 0, count = 0] = words.subarray(start + overlapWords * axis)
    return { size, from, to, count }
  })
}

function placePart(
  chain: Chain,
  { chunk, axes, fill }: Form,
  span: Span | undefined,
  places: readonly Extent[],
  out: Span,
  machine: Machine,
): void {
  const mark = machine.mark()
  const stored = places.map(({ size }) => size)
  const bytes = cellCount(stored) * fill.length
  const address = machine.allocate(bytes)
  if (span) chain.decode(span, { address, length: bytes }, machine)
  else fillAll(fill, bytes, address, machine)
  const from = chunkStrides(stored, axes, fill.length)
  const to = chunkStrides(chunk, axes, fill.length)
  // Cells that lie in a row are copied together.
  const last = axes.at(-1)
  const outer = last === undefined ? [] : axes.slice(0, -1)
  const row = last === undefined ? { from: 0, to: 0, count: 1 } : (places[last] as Extent)
  const memory = machine.bytes
  const copy = (depth: number, source: number, target: number): void => {
    const axis = outer[depth]
    if (axis === undefined) {
      const start = source + row.from * fill.length
      memory.copyWithin(target + row.to * fill.length, start, start + row.count * fill.length)
      return
    }
    const place = places[axis] as Extent
    const [read, write] = [from[axis] as number, to[axis] as number]
    for (let i = 0; i < place.count; i++) {
      copy(depth + 1, source + (place.from + i) * read, target + (place.to + i) * write)
    }
  }
  copy(0, address, out.address)
  machine.release(mark)
}

function fillAll(fill: Uint8Array, bytes: number, address: number, machine: Machine): void {
  if (bytes === 0) return
  machine.bytes.set(fill, address)
  machine.kernel.fill(fill.length, bytes, address)
}
