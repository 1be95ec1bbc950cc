/**
 * Kerchunk's references in Parquet: `.zmetadata` with the size of a record, and for each array files `refs.N.parq` of so many
 * chunks each, in C order. Called by open.ts.
 */
import { parquetReadObjects } from 'hyparquet'
import { openChain } from '../../../codec/chain.js'
import { createMachine } from '../../../kernel/machine.js'
import { ChunkQLError } from '../../../model/error.js'
import type { FetchOptions } from '../../source.js'
import { isArray, isObject, type Json, type JsonObject, parseJson, writeJson } from '../json.js'
import { shortMemory } from '../short-memory.js'
import type { Store } from '../store.js'
import { listing } from './listing.js'
import type { References } from './reference-store.js'
import type { Reference } from './references.js'

/** How long a table of references is believed. */
const keptMs = 5000

interface Row {
  readonly path?: string | null
  readonly offset?: bigint | number | null
  readonly size?: bigint | number | null
  readonly raw?: Uint8Array | null
}

/** `folder` is the store of the files themselves. */
export async function parquetReferences(folder: Store): Promise<References> {
  const where = `${folder.location}/.zmetadata`
  const bytes = await folder.get('.zmetadata')
  const spec = bytes && parseJson(bytes, where)
  const metadata = isObject(spec) ? spec.metadata : undefined
  const size = isObject(spec) ? Number(spec.record_size) : 0
  if (!bytes || !isObject(metadata) || !(size > 0)) {
    throw new ChunkQLError('store', 'the metadata of Parquet references have no record_size', { where })
  }
  const records = recordReader(folder)
  const grids = new Map<string, readonly number[]>()
  const gridOf = (array: string): readonly number[] => {
    const grid = grids.get(array) ?? chunkCounts(metadata[`${array}/.zarray`])
    grids.set(array, grid)
    return grid
  }
  return {
    async find(key, options) {
      if (key === '.zmetadata') return bytes
      const at = key.lastIndexOf('/')
      const [array, name] = [key.slice(0, Math.max(0, at)), key.slice(at + 1)]
      if (metadata[key] !== undefined) return new TextEncoder().encode(writeJson(metadata[key]))
      const number = numberOf(name, gridOf(array))
      if (number === undefined) return undefined
      const rows = await records(`${array}/refs.${Math.floor(number / size)}.parq`, options)
      return rows && referenceOf(rows[number % size], key)
    },
    list: listing(Object.keys(metadata)),
  }
}

function chunkCounts(zarray: Json | undefined): readonly number[] {
  const { shape, chunks } = (isObject(zarray) ? zarray : {}) as JsonObject
  if (!isArray(shape) || !isArray(chunks)) return []
  return shape.map((length, axis) => Math.ceil(Number(length) / Math.max(1, Number(chunks[axis]))))
}

/** `1.0.2` in C order. */
function numberOf(name: string, counts: readonly number[]): number | undefined {
  if (!/^\d+(\.\d+)*$/.test(name)) return undefined
  const index = name.split('.').map(Number)
  if (counts.length === 0) return index.length === 1 ? 0 : undefined
  if (index.length !== counts.length) return undefined
  return index.reduce((number, value, axis) => number * (counts[axis] as number) + value, 0)
}

function referenceOf(row: Row | undefined, key: string): Reference | undefined {
  if (!row) throw new ChunkQLError('store', `the references have no row for '${key}'`)
  if (row.raw) return row.raw
  if (!row.path) return undefined
  const [offset, length] = [Number(row.offset ?? 0), Number(row.size ?? 0)]
  return offset === 0 && length === 0 ? { url: row.path } : { url: row.path, offset, length }
}

type RecordReader = (key: string, options?: FetchOptions) => Promise<readonly Row[] | undefined>

/** Records that were read lately are kept; one that is under way is waited for. */
function recordReader(folder: Store): RecordReader {
  const kept = shortMemory<readonly Row[]>(keptMs)
  const coming = new Map<string, Promise<readonly Row[] | undefined>>()
  const load = async (key: string, options?: FetchOptions) => {
    const bytes = await folder.get(key, { traffic: options?.traffic })
    if (!bytes) return undefined
    const rows = await readRows(bytes, `${folder.location}/${key}`)
    kept.set(key, rows, 8 * bytes.length)
    return rows
  }
  return (key, options) => {
    const known = kept.get(key)
    if (known) return Promise.resolve(known)
    const loading = coming.get(key) ?? load(key, options).finally(() => coming.delete(key))
    coming.set(key, loading)
    return loading
  }
}

async function readRows(bytes: Uint8Array, where: string): Promise<readonly Row[]> {
  try {
    const file = new Uint8Array(bytes).buffer
    const columns = ['path', 'offset', 'size', 'raw']
    return (await parquetReadObjects({ file, columns, compressors: await compressors(), utf8: false })) as Row[]
  } catch (error) {
    throw new ChunkQLError('store', `the references cannot be read: ${(error as Error).message}`, { where })
  }
}

/** hyparquet knows Snappy alone; writers of references use Zstandard. */
async function compressors() {
  const decoder = async (name: string) => {
    const chain = await openChain([{ name }], { elementSize: 1 })
    const machine = createMachine({ limit: 2 ** 32 })
    return (input: Uint8Array, length: number): Uint8Array => {
      const mark = machine.mark()
      const source = { address: machine.allocate(input.length), length: input.length }
      machine.bytes.set(input, source.address)
      const out = { address: machine.allocate(length), length }
      chain.decode(source, out, machine)
      const decoded = machine.bytes.slice(out.address, out.address + length)
      machine.release(mark)
      return decoded
    }
  }
  return { ZSTD: await decoder('zstd'), GZIP: await decoder('gzip') }
}
