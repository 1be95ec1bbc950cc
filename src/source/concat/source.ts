/** Several stores as one source: their tables laid end to end along the leading dimension. Made by kind.ts. */

import { createMachine } from '../../kernel/machine.js'
import { ChunkQLError } from '../../model/error.js'
import { digestText } from '../../model/fingerprint.js'
import { identityOf } from '../../model/identity.js'
import { type Column, cellCount, type Schema } from '../../model/schema.js'
import { VARCHAR, type Value } from '../../model/type.js'
import { keyOfTuple } from '../../model/value-key.js'
import { concat, slice, type Vector, valueAt, vectorOf } from '../../model/vector.js'
import { once } from '../once.js'
import type { ChunkedColumn, Source } from '../source.js'
import { joinedColumn } from './column.js'
import { columnIn, type JoinedTable, joinTables, type PartTable, partLayouts } from './schema.js'

export interface Part {
  readonly name: string
  readonly source: Source
}

/** Coordinates and other arrays without the leading dimension must be the same in all parts: it is looked at when one is used. */
export function concatSource(parts: readonly Part[], byName: boolean, ref: Source['ref']): Source {
  const schemas = parts.map(({ name, source }) => ({ name, schema: source.schema }))
  const joined = joinTables(schemas, byName)
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

  const sourceOf = ({ part }: PartTable) => (parts[part] as Part).source

  /** What all parts say that have a column. */
  function each<T>({ parts: own }: JoinedTable, column: Column, get: (source: Source, table: string) => T): T[] {
    return own.flatMap((part) => (columnIn(part.table, column) ? [get(sourceOf(part), part.table.name)] : []))
  }

  /** Those that have a column, by their names. */
  function having({ parts: own }: JoinedTable, column: Column): string[] {
    return own.flatMap(({ part, table }) => (columnIn(table, column) ? [(parts[part] as Part).name] : []))
  }

  async function coordinate(tableName: string, name: string): Promise<Vector> {
    const { of, column } = find(tableName, name)
    if (column.isVirtual) return filenames(of, parts)
    if (column.dims[0] !== 0) {
      const found = await Promise.all(each(of, column, (source, table) => source.coordinate(table, name)))
      return same(found, column, having(of, column))
    }
    const found = of.parts.map((part) => {
      const has = columnIn(part.table, column) !== undefined
      return has ? sourceOf(part).coordinate(part.table.name, name) : nulls(column, part.table.dims[0]?.size ?? 0)
    })
    return concat(column.type, await Promise.all(found))
  }

  async function chunked(tableName: string, name: string): Promise<ChunkedColumn> {
    const { of, column } = find(tableName, name)
    if (!column.layout) throw new ChunkQLError('internal', `'${name}' has no layout`)
    const own = await Promise.all(each(of, column, (source, table) => source.column(table, name)))
    const axis = column.dims.indexOf(0)
    if (axis >= 0) {
      const where = `${parts.length} stores/${tableName}/${name}`
      const hasGaps = own.length < of.parts.length
      return joinedColumn(where, own, partLayouts(column, of.parts), axis, column.layout, column.type, hasGaps)
    }
    await requireSameChunks(own, column, of, having(of, column))
    return own[0] as ChunkedColumn
  }

  async function vectorsOf(tableName: string, name: string, start: number, end: number): Promise<Vector> {
    const { of, column } = find(tableName, name)
    if (column.isVirtual)
      return slice(await once(vectors, `${tableName}\n${name}`, () => coordinate(tableName, name)), start, end)
    const read = (source: Source, table: string, from: number, to: number) => {
      if (!source.vectors) throw new ChunkQLError('internal', `'${name}' has no vectors`)
      return source.vectors(table, name, from, to)
    }
    if (!column.dims.includes(0)) {
      const all = await Promise.all(each(of, column, (source, table) => read(source, table, start, end)))
      return same(all, column, having(of, column))
    }
    if (column.dims[0] !== 0)
      throw new ChunkQLError(
        'unsupported',
        `'${name}' of several stores cannot be read: its leading dimension does not come first`,
      )
    const inner = cellCount(column.dims.slice(1).map((dim) => of.table.dims[dim]?.size ?? 0))
    const found: Vector[] = []
    for (const part of of.parts) {
      const { table, start: row } = part
      const cells = (table.dims[0]?.size ?? 0) * inner
      const from = Math.max(0, start - row * inner)
      const to = Math.min(cells, end - row * inner)
      if (from >= to) continue
      const has = columnIn(table, column) !== undefined
      found.push(has ? await read(sourceOf(part), table.name, from, to) : nulls(column, to - from))
    }
    return concat(column.type, found)
  }

  const first = (parts[0] as Part).source.identity
  return {
    ref,
    // Stores may be added behind the others: what is kept of these holds.
    identity: first === undefined ? undefined : `${first} and others`,
    isRemote: parts.some(({ source }) => source.isRemote),
    schema: schemaOf(joined, (parts[0] as Part).source.schema),
    coordinate: (table, column) => once(vectors, `${table}\n${column}`, () => coordinate(table, column)),
    column: (table, column) => once(columns, `${table}\n${column}`, () => chunked(table, column)),
    vectors: vectorsOf,
    // Where the rows of a store begin follows from the lengths of those before it.
    version(tableName, name) {
      const own = tables.get(tableName)
      const texts = own?.parts.map(({ part, table }) => {
        const { version } = (parts[part] as Part).source
        const has = table.columns.some((column) => column.name === name)
        return `${table.dims[0]?.size} ${has ? version?.(table.name, name) : ''}`
      })
      return digestText(identityOf(texts ?? []))
    },
    close: async () => {
      await Promise.all(parts.map(({ source }) => source.close()))
    },
  }
}

function schemaOf(joined: readonly JoinedTable[], { defaultTable }: Schema): Schema {
  const tables = joined.map(({ table }) => table)
  return tables.some(({ name }) => name === defaultTable) ? { tables, defaultTable } : { tables }
}

function filenames({ parts: own, table }: JoinedTable, parts: readonly Part[]): Vector {
  const values = own.flatMap(({ part, table: { dims } }) =>
    new Array<string>(dims[0]?.size ?? 0).fill((parts[part] as Part).name),
  )
  return { type: VARCHAR, length: table.dims[0]?.size ?? 0, values }
}

/** The rows of a store that lacks a column. */
function nulls({ type }: Column, length: number): Vector {
  return vectorOf(type, new Array<null>(length).fill(null))
}

/** The first of several vectors that must be equal, by the names of their stores. */
function same(found: readonly Vector[], column: Column, names: readonly string[]): Vector {
  const [first] = found as [Vector]
  const other = found.findIndex(
    (vector) =>
      vector.length !== first.length || !rows(first).every((row) => equal(valueAt(vector, row), valueAt(first, row))),
  )
  if (other < 0) return first
  throw notSame(column, names, other)
}

function rows({ length }: Vector): number[] {
  return Array.from({ length }, (_, row) => row)
}

function equal(a: Value, b: Value): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b))
}

function notSame({ name }: Column, names: readonly string[], other: number): ChunkQLError {
  const what = `'${name}' is not the same in ${names[0]} and ${names[other]}`
  return new ChunkQLError('store', `the stores do not fit together: ${what}`, {
    hint: 'Name one store to read it.',
  })
}

/** Arrays that all parts have are compared before one stands for all; they are small beside what is laid end to end. */
async function requireSameChunks(
  columns: readonly ChunkedColumn[],
  column: Column,
  of: JoinedTable,
  names: readonly string[],
): Promise<void> {
  const [first] = columns as [ChunkedColumn]
  const shape = column.dims.map((dim) => of.table.dims[dim]?.size ?? 0)
  const different = columns.findIndex(({ layout }) => encoding(layout) !== encoding(first.layout))
  if (different >= 0) throw notSame(column, names, different)
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
      if (found.some((byte, i) => byte !== wanted[i])) throw notSame(column, names, p)
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
