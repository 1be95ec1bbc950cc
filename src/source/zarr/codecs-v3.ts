/** The `codecs` of an array of version 3: what only places bytes (axes, shards), and what is left for a chain. Called by metadata-v3.ts. */

import type { CodecConfig } from '../../codec/codec.js'
import { bareName } from '../../codec/registry.js'
import { jsonText } from '../../model/json-text.js'
import { Refusal } from './array.js'
import { isArray, isObject, type Json, type JsonObject } from './json.js'
import { textAt } from './metadata.js'
import type { ShardLevel } from './shard.js'

export interface Extension {
  readonly name: string
  readonly configuration: JsonObject
}

export interface StoredForm {
  /** Of what is decoded as one: the innermost chunks of shards. */
  readonly chunk: readonly number[]
  /** The axes as they lie in a decoded chunk, slowest first. */
  readonly axes: readonly number[]
  /** For a chain, in order of encoding. */
  readonly codecs: readonly CodecConfig[]
  /** Outermost first; empty where each chunk is an object of its own. */
  readonly shards: readonly ShardLevel[]
  /** What makes bytes of numbers or texts, in the innermost chunks. */
  readonly serializer: Extension
}

/** `{ name, configuration }`, or since 3.1 the bare name. */
export function extension(value: Json | undefined): Extension {
  if (typeof value === 'string') return { name: value, configuration: {} }
  if (!isObject(value)) throw new Error(`${jsonText(value)} stands where an extension is expected`)
  const { configuration } = value
  return { name: textAt(value.name), configuration: isObject(configuration) ? configuration : {} }
}

const serializers = new Set(['bytes', 'vlen-utf8', 'vlen-bytes', 'vlen-array', 'sharding_indexed'])
/** Serializers that give the layout of texts or bytes as it is read: nothing is left to undo. */
const isLayout = (name: string) => name.startsWith('vlen-')
/** Filters whose numbers depend on their order: they see the array as it lies then. */
const ordered = new Set(['delta', 'packbits'])

/** `chunk` is the shape of the grid's chunks, by the axes of the array. */
export function storedForm(value: Json | undefined, chunk: readonly number[]): StoredForm {
  const identity = chunk.map((_, axis) => axis)
  return formOf(isArray(value) ? value.map(extension) : [], chunk, identity, [])
}

function formOf(
  codecs: readonly Extension[],
  chunk: readonly number[],
  outerAxes: readonly number[],
  outerFilters: readonly CodecConfig[],
): StoredForm {
  const at = codecs.findIndex(({ name }) => serializers.has(name))
  const serializer = codecs[at]
  if (!serializer) throw new Error('no codec makes bytes of the array')
  const { axes, filters } = arrayCodecs(codecs.slice(0, at), outerAxes)
  const bytesCodecs = codecs.slice(at + 1)
  const misplaced = bytesCodecs.find(({ name }) => name === 'transpose' || serializers.has(name))
  if (misplaced) throw new Error(`${misplaced.name} stands after the codec that makes bytes`)
  const all = [...outerFilters, ...filters]
  if (serializer.name === 'sharding_indexed') return shardedForm(serializer, bytesCodecs, chunk, axes, all)
  const order = isLayout(serializer.name) ? [] : [serializer]
  return { chunk, axes, codecs: [...all, ...order, ...bytesCodecs], shards: [], serializer }
}

/** The inner chunks are those of the array; what surrounds them is a level of places. */
function shardedForm(
  { configuration }: Extension,
  around: readonly CodecConfig[],
  chunk: readonly number[],
  axes: readonly number[],
  filters: readonly CodecConfig[],
): StoredForm {
  const positional = filters.find(({ name }) => ordered.has(bareName(name)))
  if (positional) throw new Refusal(`the filter "${positional.name}" around shards is not read`)
  const sizes = innerSizes(configuration.chunk_shape, chunk, axes)
  const inner = chunk.map((_, axis) => sizes[axes.indexOf(axis)] as number)
  const indexAtStart = configuration.index_location === 'start'
  if (!indexAtStart && (configuration.index_location ?? 'end') !== 'end') {
    throw new Error(`index_location is ${jsonText(configuration.index_location)}, expected "start" or "end"`)
  }
  const level: ShardLevel = {
    counts: chunk.map((size, axis) => size / (inner[axis] as number)),
    axes,
    indexCodecs: indexCodecs(configuration.index_codecs),
    indexAtStart,
    around,
  }
  const codecs = isArray(configuration.codecs) ? configuration.codecs.map(extension) : []
  const form = formOf(codecs, inner, axes, filters)
  return { ...form, shards: [level, ...form.shards] }
}

/** The shape of inner chunks is told in the order of the axes as they lie in the shard. */
function innerSizes(value: Json | undefined, chunk: readonly number[], axes: readonly number[]): number[] {
  if (!isArray(value) || value.length !== axes.length) throw new Error('the chunk_shape of the shards is missing')
  return value.map((size, i) => {
    const outer = chunk[axes[i] as number] as number
    if (typeof size === 'number' && Number.isSafeInteger(size) && size > 0 && outer % size === 0) return size
    throw new Error(`inner chunks of ${String(size)} do not divide shards of ${outer}`)
  })
}

/** Offsets and lengths of eight bytes each, and perhaps a checksum: the length must be known before it is read. */
function indexCodecs(value: Json | undefined): readonly CodecConfig[] {
  const codecs = isArray(value) ? value.map(extension) : []
  if (codecs[0]?.name !== 'bytes') throw new Error('the index of the shards is not made by the codec "bytes"')
  const odd = codecs.slice(1).find(({ name }) => name !== 'crc32c')
  if (odd) throw new Refusal(`the codec "${odd.name}" of the index of the shards is not read`)
  return codecs
}

/** What stands before the serializer: each transpose gives the axes of what it makes, in terms of what it was given. */
function arrayCodecs(codecs: readonly Extension[], outer: readonly number[]) {
  let axes = outer
  const filters: CodecConfig[] = []
  for (const codec of codecs) {
    if (codec.name !== 'transpose') {
      filters.push(nativeOrder(codec))
      continue
    }
    const order = permutation(codec.configuration.order, axes.length)
    const before = filters.find(({ name }) => ordered.has(bareName(name)))
    if (before && order.some((axis, i) => axis !== i)) {
      throw new Refusal(`transpose after the filter "${before.name}" is not read`)
    }
    axes = order.map((axis) => axes[axis] ?? 0)
  }
  return { axes, filters }
}

/** Filters of version 3 see numbers, whose byte order is the business of the codec after them. */
function nativeOrder({ name, configuration }: Extension): CodecConfig {
  const entries = Object.entries(configuration).map(([key, value]) => {
    const isType = /^(dtype|astype|encode_dtype|decode_dtype)$/.test(key) && typeof value === 'string'
    return [key, isType ? value.replace(/^>/, '<') : value] as const
  })
  return { name, configuration: Object.fromEntries(entries) }
}

/** Drafts of version 3 wrote "C" and "F". */
function permutation(order: Json | undefined, rank: number): number[] {
  const identity = Array.from({ length: rank }, (_, axis) => axis)
  if (order === 'C') return identity
  if (order === 'F') return identity.toReversed()
  if (isArray(order) && order.length === rank && identity.every((axis) => order.includes(axis)))
    return order.map(Number)
  throw new Error(`the transpose order is ${jsonText(order)}, no permutation of ${rank} axes`)
}
