/** Opens Zarr of both versions as a source. Listed in source/registry.ts. */

import { type Chain, openChain } from '../../codec/chain.js'
import { ChunkQLError, isChunkQLError } from '../../model/error.js'
import { identityOf } from '../../model/identity.js'
import type { Layout } from '../../model/schema.js'
import type { Vector } from '../../model/vector.js'
import { once } from '../once.js'
import type { ChunkedColumn, Source, SourceKind } from '../source.js'
import { type AnyArray, elementBytes, isRefused, type ZarrArray } from './array.js'
import { type ChunkFiles, openChunkFiles } from './chunk-files.js'
import { chunkedColumn } from './chunked.js'
import type { Decoding } from './convention.js'
import { discover, type ZarrGroup } from './discover.js'
import { fillBytes } from './fill.js'
import { digestOf } from './fingerprints.js'
import { nameTables, schemaOf } from './names.js'
import { type Readable, readCells } from './read.js'
import { rectilinearChain } from './rectilinear.js'
import { type Rule, ruledValues } from './rule.js'
import { type Slice, slicedColumn } from './slice.js'
import { isStoreLocation, openParent, openStore } from './store/open.js'
import type { Store } from './store.js'
import { type GroupTables, tablesOfGroup } from './tables.js'

export const zarr: SourceKind = {
  kind: 'zarr',
  accepts: isStoreLocation,
  open: (location, options) => openZarr(location, options),
}

async function openZarr(location: unknown, options: Readonly<Record<string, unknown>>): Promise<Source> {
  const named = await openStore(location, options)
  const { store, groups, array } = await withSiblings(named, await discover(named), options)
  const conventions = options.decodeCf !== false
  const decode = {
    conventions,
    nanIsNull: conventions && options.nanIsNull !== false,
    durations: conventions && options.decodeTimedelta === true,
    validRange: conventions && options.maskValidRange === true,
  }
  const tables = groups.map((group) => tablesOfGroup(group, store.name, decode))
  const source = zarrSource(store, tables, options)
  if (array === undefined || !named.location) return source
  const ref = { kind: 'zarr', location: named.location, options }
  return { ...source, ref, schema: { ...source.schema, defaultTable: array } }
}

interface Opened {
  readonly store: Store
  readonly groups: readonly ZarrGroup[]
  /** The array that the user named, in the group that it lies in. */
  readonly array?: string
}

/** An array that was named by its own path has its coordinates beside it: its group is opened, and it is the table meant. */
async function withSiblings(
  store: Store,
  groups: readonly ZarrGroup[],
  options: Readonly<Record<string, unknown>>,
): Promise<Opened> {
  const parent = groups[0]?.arrays[0]?.path === '' ? await openParent(store, options) : undefined
  if (!parent) return { store, groups }
  const files = await Promise.all(groupFiles.map((file) => parent.get(file)))
  const isGroup = files.some((file) => file !== undefined)
  // A group that cannot be read does not stand in the way of an array that can.
  const around = isGroup ? await discover(parent).catch(() => []) : []
  const found = around.filter(({ path }) => path === '')
  const isThere = found[0]?.arrays.some(({ path }) => path === store.name)
  return isThere ? { store: parent, groups: found, array: store.name } : { store, groups }
}

const groupFiles = ['zarr.json', '.zmetadata', '.zgroup']

/** What is needed to read an array, or a part of one. */
interface Stored {
  readonly array: ZarrArray
  readonly decoding: Decoding
  readonly slice?: Slice | undefined
}

function zarrSource(store: Store, groups: readonly GroupTables[], options: Readonly<Record<string, unknown>>): Source {
  const named = nameTables(groups)
  const tables = new Map(named.map(({ table, grid }) => [table.name, grid] as const))
  const columns = new Map<string, Promise<ChunkedColumn>>()
  const coordinates = new Map<string, Promise<Vector>>()

  function member(table: string, column: string) {
    const found = tables.get(table)?.member(column)
    if (!found) throw new ChunkQLError('internal', `'${table}' has no stored column '${column}'`)
    const { array, decoding, slice } = found
    if (isRefused(array) || decoding.refused) {
      const why = decoding.refused ?? ''
      throw new ChunkQLError('unsupported', `'${column}' cannot be read: ${why}`, {
        where: `${store.name}/${array.path}`,
      })
    }
    return { array, decoding, slice }
  }

  /** Of a coordinate that is no array, and the length of its dimension. */
  function ruleOf(name: string, column: string): { rule: Rule; size: number } | undefined {
    const grid = tables.get(name)
    const rule = grid?.member(column) ? undefined : grid?.rule(column)
    return rule && { rule, size: grid?.table.dims.find((dim) => dim.name === column)?.size ?? 0 }
  }

  function chunked({ array, decoding, slice }: Stored): Promise<ChunkedColumn> {
    return once(columns, cacheName(array), async () => {
      const { files, chain } = await openChunks(store, array)
      const column = chunkedColumn(store, array, decoding, layoutOf(array, decoding), files, chain)
      return slice ? slicedColumn(await chunked(slice), column, slice.index) : column
    })
  }

  async function readable(table: string, column: string): Promise<Readable> {
    const found = member(table, column)
    return { ...found, column: await chunked(found) }
  }

  return {
    ref: store.location === undefined ? null : { kind: 'zarr', location: store.location, options },
    identity: store.identity,
    isRemote: !store.read,
    schema: schemaOf(groups, named),
    coordinate: async (table, column) => {
      const rule = ruleOf(table, column)
      if (rule) return ruledValues(rule.rule, 0, rule.size)
      const { array } = member(table, column)
      return once(coordinates, cacheName(array), async () =>
        readCells(await readable(table, column), 0, array.shape[0] ?? 1),
      )
    },
    column: async (table, column) => {
      const found = member(table, column)
      return chunked(found)
    },
    vectors: async (table, column, start, end) => {
      const rule = ruleOf(table, column)
      return rule ? ruledValues(rule.rule, start, end) : readCells(await readable(table, column), start, end)
    },
    version(table, column) {
      const found = tables.get(table)?.member(column)
      if (!found || isRefused(found.array)) return identityOf(ruleOf(table, column) ?? '')
      const { array, decoding, slice } = found
      return `${array.path} ${digestOf(array, decoding)} ${identityOf(slice ?? '')}`
    },
    close: async () => {
      columns.clear()
      coordinates.clear()
    },
  }
}

/** Fields of one array are columns of their own. */
function cacheName({ path, field }: AnyArray): string {
  return field ? `${path}\n${field.name}` : path
}

async function openChunks(store: Store, array: ZarrArray): Promise<{ files: ChunkFiles; chain: Chain }> {
  try {
    const { dataType, fill, edges, shards, chunk, axes } = array.field?.whole ?? array
    const chain = await openChain(array.codecs, { elementSize: elementBytes(dataType) })
    const files = await openChunkFiles(store, array)
    if (!edges || shards.length > 0) return { files, chain }
    return { files, chain: rectilinearChain(chain, { chunk, axes, fill: fillBytes(dataType, fill) }) }
  } catch (error) {
    const where = `${store.name}/${array.path}`
    if (!isChunkQLError(error)) throw new ChunkQLError('store', (error as Error).message, { where })
    throw new ChunkQLError(error.code, error.message, { hint: error.hint, where })
  }
}

function layoutOf({ path }: ZarrArray, { layout }: Decoding): Layout {
  if (layout) return layout
  throw new ChunkQLError('internal', `'${path}' has no layout`)
}
