/** Arrow tables, Arrow IPC bytes and arrays in memory as a source. Called by kind.ts. */
import type { Machine } from '../../kernel/machine.js'
import { ChunkQLError } from '../../model/error.js'
import { digestText, noFingerprints, setObject } from '../../model/fingerprint.js'
import { identityOf } from '../../model/identity.js'
import { type Column, cellCount, type Layout, type Schema, storageBytes } from '../../model/schema.js'
import { INT64, type Type } from '../../model/type.js'
import type { NumericArray, Vector } from '../../model/vector.js'
import { memoryFolder, removeKeptFolder } from '../../platform/node/kept-files.js'
import type { ByteRange, ChunkedColumn, Source } from '../source.js'
import { allocateStored, unpack } from '../unpack.js'
import { gridOf, type MemoryColumn, type MemoryGrid } from './grid.js'
import type { Material } from './material.js'

type Stored = Extract<Material, { kind: 'stored' }>

export function openMemory(location: unknown, nanIsNull: boolean): Source {
  return memorySource(gridOf(location, nanIsNull))
}

/** The name of the one table: what a user registers has the name that it is registered under. */
const tableName = 'data'

function memorySource(grid: MemoryGrid): Source {
  const shape = grid.dims.map(({ size }) => size)
  const byName = new Map(grid.columns.map((column) => [column.name, column]))
  const layouts = new Map<string, Layout>()
  const keeps = memoryFolder()

  function find(name: string): MemoryColumn {
    const column = byName.get(name)
    if (!column) throw new ChunkQLError('internal', `there is no column '${name}' in memory`)
    if (column.material.kind === 'refused') {
      throw new ChunkQLError('unsupported', `'${name}' cannot be read: ${column.material.refused}`)
    }
    return column
  }

  const columns = grid.columns.map((column): Column => {
    const layout = layoutOf(column, shape)
    if (layout) layouts.set(column.name, layout)
    return schemaColumn(column, layout)
  })

  return {
    ref: null,
    schema: schemaOf(grid, columns),
    async coordinate(_, name) {
      const { dims, material } = find(name)
      return readVector(material, 0, cellCount(dims.map((dim) => shape[dim] ?? 0)))
    },
    column(_, name) {
      const { material } = find(name)
      const layout = layouts.get(name)
      if (material.kind !== 'stored' || !layout) throw new ChunkQLError('internal', `'${name}' has no layout`)
      return chunked(name, material, layout)
    },
    vectors: (_, name, start, end) => readVector(find(name).material, start, end),
    keeps,
    close: async () => removeKeptFolder(keeps),
  }
}

function schemaOf(grid: MemoryGrid, columns: readonly Column[]): Schema {
  const variables = grid.columns.filter(({ role }) => role === 'variable')
  const isGrid = grid.dims.length !== 1 || grid.columns.length > variables.length
  const named = new Set(columns.map(({ name }) => name))
  const indexes = isGrid
    ? grid.dims.flatMap(({ name }, dim): Column[] => (named.has(name) ? [] : [indexColumn(name, dim)]))
    : []
  const coordinates = columns.filter(({ role }) => role === 'coordinate')
  const leading = [...coordinates, ...indexes].sort((a, b) => (a.dims[0] ?? 0) - (b.dims[0] ?? 0))
  const table = {
    name: tableName,
    aliases: isGrid ? variables.map(({ name }) => name) : undefined,
    dims: grid.dims,
    columns: [...leading, ...columns.filter(({ role }) => role !== 'coordinate')],
    attributes: {},
  }
  return { tables: [table], defaultTable: tableName }
}

function indexColumn(name: string, dim: number): Column {
  return { name, type: INT64, nullable: false, dims: [dim], role: 'index', attributes: {} }
}

function schemaColumn({ name, role, dims, material }: MemoryColumn, layout: Layout | undefined): Column {
  const base = { name, type: material.type as Type, dims, role, attributes: {} }
  switch (material.kind) {
    case 'stored':
      return { ...base, nullable: material.missing.length > 0 || material.nanIsNull, layout }
    case 'vector':
      return { ...base, nullable: material.nullable }
    case 'refused':
      return { ...base, nullable: true, refused: material.refused }
    default:
      return material satisfies never
  }
}

/** Cells of a virtual chunk: enough to be worth a task, few enough for a worker's memory. */
const chunkCells = 2 ** 20

/** Slabs along the first axis. */
function layoutOf({ dims, material }: MemoryColumn, shape: readonly number[]): Layout | undefined {
  if (material.kind !== 'stored') return undefined
  const own = dims.map((dim) => shape[dim] ?? 0)
  const [first = 1, ...rest] = own
  const slab = cellCount(rest)
  const rows = Math.max(1, Math.min(first, Math.ceil(chunkCells / Math.max(1, slab))))
  const chunk = dims.length === 0 ? [] : [rows, ...rest.map((size) => Math.max(1, size))]
  const size = storageBytes[material.storage]
  const strides = chunk.map((_, axis) => size * cellCount(chunk.slice(axis + 1)))
  const { storage, missing, nanIsNull } = material
  return { storage, chunk, strides, bytes: size * cellCount(chunk), unpack: material.unpack, missing, nanIsNull }
}

/** Nothing is encoded: `read` has nothing to do, `decode` is the one copy into the machine. */
function chunked(name: string, material: Stored, layout: Layout): ChunkedColumn {
  const pieces = material.pieces()
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  return {
    layout,
    name,
    locate([row = 0]) {
      const offset = row * layout.bytes
      return { key: name, offset, length: Math.max(0, Math.min(layout.bytes, length - offset)) }
    },
    // Of arrays of others only they know when they change.
    fingerprints(chunks) {
      const found = noFingerprints(chunks.length)
      const [first] = pieces
      if (material.isOwn && first) for (const i of chunks.keys()) setObject(found, i, first, length)
      return found
    },
    digest: digestText(identityOf({ ...material, chunk: layout.chunk })),
    read: (range) => ({ address: 0, length: range.length ?? 0 }),
    decode: (_, machine, out, range) => copyBytes(pieces, range, machine, out),
  }
}

function copyBytes(pieces: readonly NumericArray[], range: ByteRange, machine: Machine, out: number): void {
  const start = range.offset ?? 0
  const end = start + (range.length ?? 0)
  let base = 0
  for (const piece of pieces) {
    const from = Math.max(start, base)
    const to = Math.min(end, base + piece.byteLength)
    if (from < to) {
      machine.bytes.set(new Uint8Array(piece.buffer, piece.byteOffset + from - base, to - from), out + from - start)
    }
    base += piece.byteLength
  }
}

function readVector(material: Material, start: number, end: number): Vector {
  if (material.kind === 'vector') return material.read(start, end)
  if (material.kind !== 'stored') throw new ChunkQLError('internal', 'a refused column is read')
  return unpack(material.type, material, cells(material, start, end))
}

/** A view where one piece holds all, and is not ours. */
function cells(material: Stored, start: number, end: number): NumericArray {
  const [only, ...others] = material.pieces()
  // What leaves may be changed by who gets it.
  if (only && others.length === 0) return material.isOwn ? only.slice(start, end) : only.subarray(start, end)
  const copy = allocateStored(material.storage, end - start)
  let base = 0
  for (const piece of material.pieces()) {
    const from = Math.max(start, base)
    const to = Math.min(end, base + piece.length)
    if (from < to) copy.set(piece.subarray(from - base, to - base) as never, from - start)
    base += piece.length
  }
  return copy
}
