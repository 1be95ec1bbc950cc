/** Shards: several chunks in one object, with an index of where each lies. What metadata say of them, as arithmetic. */
import type { CodecConfig } from '../../codec/codec.js'
import { type Edges, lastAtMost } from './edges.js'

/** How the chunks of one level lie in the object, or in the chunk of the level around it. */
export interface ShardLevel {
  /** Inner chunks along each axis of the array. */
  readonly counts: readonly number[]
  /** The index counts in C order over the axes in this order. */
  readonly axes: readonly number[]
  readonly indexCodecs: readonly CodecConfig[]
  readonly indexAtStart: boolean
  /** Codecs of the whole shard, index and all. */
  readonly around: readonly CodecConfig[]
}

export interface PlaceInShard {
  /** Of the shard, by the axes of the array. */
  readonly shard: readonly number[]
  /** The number of the inner chunk in each level, outermost first. */
  readonly inner: readonly number[]
}

/** How the outermost shards lie in the array. */
export interface ShardGrid {
  /** The shard of a chunk, and which of its innermost chunks that is along each axis. */
  find(index: readonly number[]): { readonly shard: readonly number[]; readonly rest: readonly number[] }
  /** Chunks of the outermost level in a shard, along each axis. */
  countsOf(shard: readonly number[]): readonly number[]
}

/** `chunk` is the shape of the innermost chunks; `edges` where shards are of unequal lengths: multiples of those of chunks. */
export function shardGrid(levels: readonly ShardLevel[], chunk: readonly number[], edges?: Edges): ShardGrid {
  const below = chunk.map((_, axis) => levels.slice(1).reduce((product, { counts }) => product * at(counts, axis), 1))
  const outermost = levels[0]?.counts ?? []
  if (edges) return unequalGrid(chunk, below, edges)
  const total = below.map((count, axis) => count * at(outermost, axis))
  return {
    find: (index) => ({
      shard: index.map((position, axis) => Math.floor(position / at(total, axis))),
      rest: index.map((position, axis) => position % at(total, axis)),
    }),
    countsOf: () => outermost,
  }
}

function unequalGrid(chunk: readonly number[], below: readonly number[], edges: Edges): ShardGrid {
  const start = (axis: number, number: number) => edges[axis]?.[number] ?? 0
  return {
    find(index) {
      const cells = index.map((position, axis) => position * at(chunk, axis))
      const shard = cells.map((cell, axis) => lastAtMost(edges[axis] ?? [], cell))
      const rest = cells.map((cell, axis) => (cell - start(axis, at(shard, axis))) / at(chunk, axis))
      return { shard, rest }
    },
    countsOf: (shard) =>
      shard.map((number, axis) => {
        const length = start(axis, number + 1) - start(axis, number)
        return length / (at(chunk, axis) * at(below, axis))
      }),
  }
}

/** Where chunk `index` (of the innermost chunks) lies. */
export function placeInShard(levels: readonly ShardLevel[], grid: ShardGrid, index: readonly number[]): PlaceInShard {
  const { shard, rest } = grid.find(index)
  let left = rest
  const inner = levels.map(({ axes, counts }, depth) => {
    const deeper = levels.slice(depth + 1)
    const size = index.map((_, axis) => deeper.reduce((product, level) => product * at(level.counts, axis), 1))
    const place = left.map((position, axis) => Math.floor(position / at(size, axis)))
    left = left.map((position, axis) => position % at(size, axis))
    const own = depth === 0 ? grid.countsOf(shard) : counts
    return axes.reduce((number, axis) => number * at(own, axis) + at(place, axis), 0)
  })
  return { shard, inner }
}

function at(values: readonly number[], axis: number): number {
  return values[axis] as number
}
