/** The `chunk_grid` of version 3: chunks of one shape, or of lengths told for each axis. Called by metadata-v3.ts. */
import { jsonText } from '../../model/json-text.js'
import { Refusal } from './array.js'
import type { Extension } from './codecs-v3.js'
import type { Edges } from './edges.js'
import { isArray, type Json } from './json.js'
import { chunkShape } from './metadata.js'

export interface ChunkGrid {
  /** Of what is read as one chunk. */
  readonly chunk: readonly number[]
  /** Where stored chunks begin along each axis, and where the last one ends; undefined where all have the shape `chunk`. */
  readonly edges?: Edges | undefined
}

export function chunkGrid({ name, configuration }: Extension, shape: readonly number[]): ChunkGrid {
  if (name === 'regular') return { chunk: chunkShape(configuration.chunk_shape, shape) }
  if (name !== 'rectilinear') throw new Refusal(`the chunk grid "${name}" is not read`)
  const { kind = 'inline', chunk_shapes: lengths } = configuration
  if (kind !== 'inline') throw new Refusal(`rectilinear chunk grids of kind ${jsonText(kind)} are not read`)
  if (!isArray(lengths) || lengths.length !== shape.length) {
    throw new Error(`chunk_shapes tells no lengths for ${shape.length} dimensions`)
  }
  const edges = lengths.map((each, axis) => edgesOf(each, shape[axis] as number))
  const chunk = edges.map((ends) => ends.reduce((most, end, i) => Math.max(most, end - (ends[i - 1] ?? end)), 1))
  const isRegular = edges.every((ends, axis) => ends.every((end, i) => end === i * (chunk[axis] as number)))
  return isRegular ? { chunk } : { chunk, edges }
}

/** A list of chunks can be long, but it is kept whole. */
const mostChunks = 10_000_000

/** A length for all chunks of an axis, or a list of lengths and of `[length, count]`. */
function edgesOf(value: Json, size: number): number[] {
  if (!isArray(value)) return repeated(length(value), Infinity, size, [0])
  const edges = [0]
  for (const item of value) {
    if (isArray(item)) repeated(length(item[0]), length(item[1]), size, edges)
    else repeated(length(item), 1, size, edges)
  }
  const end = edges.at(-1) as number
  if (end < size) throw new Error(`chunks end at ${end}, the dimension has ${size}`)
  return edges
}

/** Adds the ends of as many chunks as `size` needs. */
function repeated(step: number, count: number, size: number, edges: number[]): number[] {
  for (let i = 0; i < count && (edges.at(-1) as number) < size; i++) {
    if (edges.length > mostChunks) throw new Refusal(`more than ${mostChunks} chunks along a dimension`)
    edges.push((edges.at(-1) as number) + step)
  }
  return edges
}

function length(value: Json | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new Error(`chunk_shapes has ${jsonText(value)} where a positive length is expected`)
}

/** Shards of unequal lengths hold whole inner chunks all the same. */
export function checkShards(edges: Edges, chunk: readonly number[]): void {
  for (const [axis, size] of chunk.entries()) {
    const odd = edges[axis]?.find((edge) => edge % size !== 0)
    if (odd !== undefined) throw new Error(`inner chunks of ${size} do not divide the shard that ends at ${odd}`)
  }
}
