/** Several stores as one source: their tables laid end to end along the leading dimension. Made by kind.ts. */
import { createMachine } from '../../kernel/machine.js'
import { ChunkQLError } from '../../model/error.js'
import { type Column, cellCount, type Schema } from '../../model/schema.js'
import { VARCHAR, type Value } from '../../model/type.js'
import { keyOfTuple } from '../../model/value-key.js'
import { concat, type Vector, valueAt } from '../../model/vector.js'
import type { ChunkedColumn, Source } from '../source.js'
import { joinedColumn } from './column.js'
import { type JoinedTable, joinTables, partLayouts } from './schema.js'

export interface Part {
  readonly name: string
  readonly source: Source
}

/** Coordinates and other arrays without the leading dimension must be the same in all parts: it is looked at when one is used. */
export function concatSource(parts: readonly Part[], ref: Source['ref']): Source {
  const joined = joinTables(parts.map(({ name, source }) => ({ name, schema: source.schema })))
  const tables = new Map(joined.map((each) => [each.table.name, each]))
  const vectors = new Map<string, Promise<Vector>>()
  const columns = new Map<string, Promise<ChunkedColumn>>()

  function find(tableName: string, columnName: string): { readonly of: JoinedTable; readonly column: Column } {
    const of = tables.get(tableName)
    const column = of?.table.columns.find(({ name }) => name === columnName)
    if (!of || !column) throw new ChunkQLError('internal', `'${tableName}' has no column '${columnName}'`)
    if (column.refused) throw new ChunkQLError('unsupported', `'${columnName}' cannot be read: ${column.refused}`)
    return { of, column }
  }

  /** The same table and column of each part. */
  function each<T>({ parts: own }: JoinedTable, get: (source: Source, table: string) => T): T[] {
    return own.map(({ table }, p) => get((parts[p] as Part).source, table.name))
  }

  async function coordinate(tableName: string, name: string): Promise<Vector> {
    const { of, column } = find(tableName, name)
    if (column.isVirtual) return filenames(of, parts)
    const found = await Promise.all(each(of, (source, table) => source.coordinate(table, name)))
    return column.dims[0] === 0 ? concat(column.type, found) : same(found, column, parts)
  }

  async function chunked(tableName: string, name: string): Promise<ChunkedColumn> {
    const { of, column } = find(tableName, name)
    if (!column.layout) throw new ChunkQLError('internal', `'${name}' has no layout`)
    const own = await Promise.all(each(of, (source, table) => source.column(table, name)))
    const axis = column.dims.indexOf(0)
    if (axis >= 0) {
      const where = `${parts.length} stores/${tableName}/${name}`
      return joinedColumn(where, own, partLayouts(column, of.parts), axis, column.layout, column.type)
    }
    await requireSameChunks(own, column, of, parts)
    return own[0] as ChunkedColumn
  }

  async function vectorsOf(tableName: string, name: string, start: number, end: number): Promise<Vector> {
    const { of, column } = find(tableName, name)
    if (column.isVirtual)
      return sliceOf(await once(vectors, `${tableName}\n${name}`, () => coordinate(tableName, name)), start, end)
    const read = (source: Source, table: string, from: number, to: number) => {
      if (!source.vectors) throw new ChunkQLError('internal', `'${name}' has no vectors`)
      return source.vectors(table, name, from, to)
    }
    if (!column.dims.includes(0)) {
      return same(await Promise.all(each(of, (source, table) => read(source, table, start, end))), column, parts)
    }
    if (column.dims[0] !== 0)
      throw new ChunkQLError(
        'unsupported',
        `'${name}' of several stores cannot be read: its leading dimension does not come first`,
      )
    const inner = cellCount(column.dims.slice(1).map((dim) => of.table.dims[dim]?.size ?? 0))
    const found: Vector[] = []
    for (const [p, { table, start: row }] of of.parts.entries()) {
      const cells = (table.dims[0]?.size ?? 0) * inner
      const from = Math.max(0, start - row * inner)
      const to = Math.min(cells, end - row * inner)
      if (from < to) found.push(await read((parts[p] as Part).source, table.name, from, to))
    }
    return concat(column.type, found)
  }

  return {
    ref,
    isRemote: parts.some(({ source }) => source.isRemote),
    schema: schemaOf(joined, (parts[0] as Part).source.schema),
    coordinate: (table, column) => once(vectors, `${table}\n${column}`, () => coordinate(table, column)),
    column: (table, column) => once(columns, `${table}\n${column}`, () => chunked(table, column)),
    vectors: vectorsOf,
    close: async () => {
      await Promise.all(parts.map(({ source }) => source.close()))
    },
  }
}

function schemaOf(joined: readonly JoinedTable[], { defaultTable }: Schema): Schema {
  const tables = joined.map(({ table }) => table)
  return tables.some(({ name }) => name === defaultTable) ? { tables, defaultTable } : { tables }
}

/** A failure is not remembered. */
function once<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key)
  if (known) return known
  const made = make()
  cache.set(key, made)
  made.catch(() => cache.delete(key))
  return made
}

function filenames({ parts: own, table }: JoinedTable, parts: readonly Part[]): Vector {
  const values = own.flatMap((part, p) =>
    new Array<string>(part.table.dims[0]?.size ?? 0).fill((parts[p] as Part).name),
  )
  return { type: VARCHAR, length: table.dims[0]?.size ?? 0, values }
}

function sliceOf(vector: Vector, start: number, end: number): Vector {
  return { type: vector.type, length: end - start, values: vector.values.slice(start, end) as Vector['values'] }
}

/** The first of several vectors that must be equal. */
function same(found: readonly Vector[], column: Column, parts: readonly Part[]): Vector {
  const [first] = found as [Vector]
  const other = found.findIndex(
    (vector) =>
      vector.length !== first.length || !rows(first).every((row) => equal(valueAt(vector, row), valueAt(first, row))),
  )
  if (other < 0) return first
  throw notSame(column, parts, other)
}

function rows({ length }: Vector): number[] {
  return Array.from({ length }, (_, row) => row)
}

function equal(a: Value, b: Value): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

function notSame({ name }: Column, parts: readonly Part[], other: number): ChunkQLError {
  const what = `'${name}' is not the same in ${parts[0]?.name} and ${parts[other]?.name}`
  return new ChunkQLError('store', `the stores do not fit together: ${what}`, {
    hint: 'Name one store to read it.',
  })
}

/** Arrays that all parts have are compared before one stands for all; they are small beside what is laid end to end. */
async function requireSameChunks(
  columns: readonly ChunkedColumn[],
  column: Column,
  of: JoinedTable,
  parts: readonly Part[],
): Promise<void> {
  const [first] = columns as [ChunkedColumn]
  const shape = column.dims.map((dim) => of.table.dims[dim]?.size ?? 0)
  const different = columns.findIndex(({ layout }) => encoding(layout) !== encoding(first.layout))
  if (different >= 0) throw notSame(column, parts, different)
  const machine = createMachine({ limit: 2 ** 32 })
  const read = async (each: ChunkedColumn, index: readonly number[]): Promise<Uint8Array> => {
    const mark = machine.mark()
    const range = each.locate(index)
    const fetched = each.read ? each.read(range, machine) : ((await each.fetch?.(range)) ?? null)
    const out = machine.allocate(each.layout.bytes)
    each.decode(fetched, machine, out, range)
    const bytes = machine.bytes.slice(out, out + each.layout.bytes)
    machine.release(mark)
    // Where cells are numbers of values, equal numbers do not mean equal values.
    const kept = each.layout.form?.kind === 'kept' ? (each.kept?.(machine, out) ?? []) : []
    const text = new TextEncoder().encode(keyOfTuple(kept))
    const both = new Uint8Array(bytes.length + text.length)
    both.set(bytes)
    both.set(text, bytes.length)
    return both
  }
  const counts = shape.map((size, axis) => Math.ceil(size / (first.layout.chunk[axis] as number)))
  for (let chunk = 0; chunk < cellCount(counts); chunk++) {
    const index = indexOf(chunk, counts)
    const wanted = await read(first, index)
    for (const [p, each] of columns.entries()) {
      const found = p === 0 ? wanted : await read(each, index)
      if (found.some((byte, i) => byte !== wanted[i])) throw notSame(column, parts, p)
    }
  }
}

function encoding(layout: ChunkedColumn['layout']): string {
  return JSON.stringify(layout, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
}

function indexOf(chunk: number, counts: readonly number[]): number[] {
  const index = counts.map(() => 0)
  for (let axis = counts.length - 1, rest = chunk; axis >= 0; axis--) {
    const count = counts[axis] as number
    index[axis] = rest % count
    rest = Math.floor(rest / count)
  }
  return index
}
