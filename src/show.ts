/** Answers that come from the catalog and the settings alone: SHOW, DESCRIBE. Called by `statement.ts`. */

import type { Analyzed } from './analyze.js'
import { attributeText } from './model/attribute.js'
import { orderedColumns } from './model/catalog.js'
import type { Settings } from './model/job.js'
import type { OutputColumn } from './model/plan.js'
import {
  type Column,
  cellCount,
  chunkCounts,
  type Dimension,
  listedTables,
  type Schema,
  type Table,
} from './model/schema.js'
import { INT64, TIMESTAMP, type Type, typeName, VARCHAR, type Value } from './model/type.js'
import { type Batch, type Header, vectorOf } from './model/vector.js'
import { settingNames, shownValue, summaryOf } from './settings.js'
import type { Kept } from './statistics.js'

export interface Listing {
  readonly header: Header
  readonly batch: Batch
}

function listing(columns: Readonly<Record<string, readonly [Type, readonly Value[]]>>): Listing {
  const entries = Object.entries(columns)
  return {
    header: { columns: entries.map(([name, [type]]) => ({ name, type, nullable: true })) },
    batch: {
      length: entries[0]?.[1][1].length ?? 0,
      columns: entries.map(([, [type, values]]) => vectorOf(type, values)),
    },
  }
}

/** SHOW TABLES: the tables of the sources, with their shapes. */
export function listTables(schemas: ReadonlyMap<string, Schema>): Listing {
  const rows = [...schemas].flatMap(([source, schema]) => listedTables(schema).map((table) => ({ source, table })))
  return listing({
    name: [VARCHAR, rows.map(({ table }) => table.name)],
    source: [VARCHAR, rows.map(({ source }) => source)],
    dimensions: [VARCHAR, rows.map(({ table }) => shapeOf(table.dims))],
    rows: [INT64, rows.map(({ table }) => BigInt(cellCount(table.dims.map(({ size }) => size))))],
    columns: [INT64, rows.map(({ table }) => BigInt(table.columns.length))],
    chunks: [INT64, rows.map(({ table }) => BigInt(chunksOf(table)))],
    bytes: [INT64, rows.map(({ table }) => bytesOf(table))],
  })
}

/** Decoded bytes of the variable that names the table, or of all columns that span its grid; NULL where text has no size. */
function bytesOf(table: Table): bigint | null {
  const name = table.name.split('/').at(-1)
  const spanning = table.columns.filter(({ dims, refused }) => dims.length === table.dims.length && !refused)
  const own = table.columns.filter((column) => column.name === name && !column.refused)
  const stored = new Map(
    (own.length > 0 ? own : spanning).map((column) => [column.layout?.shared ?? column.name, column]),
  )
  let bytes = 0
  for (const { layout, dims } of stored.values()) {
    if (!layout) return null
    const cells = cellCount(dims.map((dim) => table.dims[dim]?.size ?? 0))
    bytes += (cells * layout.bytes) / Math.max(1, cellCount(layout.chunk))
  }
  return BigInt(bytes)
}

function shapeOf(dims: readonly Dimension[]): string {
  return dims.map(({ name, size }) => `${name} ${size}`).join(', ')
}

/** Chunks of the variables that span the whole grid; the largest number where they differ. */
function chunksOf(table: Table): number {
  const own = table.columns.filter(({ dims, layout }) => layout && dims.length === table.dims.length)
  return Math.max(0, ...own.map((column) => cellCount(chunkCounts(column, table.dims))))
}

/** DESCRIBE of a table: its columns as DuckDB names them, and where they lie. */
export function describeTable(table: Table): Listing {
  const { dims } = table
  const columns = orderedColumns(table)
  return listing({
    column_name: [VARCHAR, columns.map(({ name }) => name)],
    column_type: [VARCHAR, columns.map(({ type, refused }) => (refused ? 'unreadable' : typeName(type)))],
    null: [VARCHAR, columns.map(({ nullable }) => (nullable ? 'YES' : 'NO'))],
    role: [VARCHAR, columns.map(({ role }) => role)],
    dimensions: [VARCHAR, columns.map((column) => shapeOf(column.dims.map((dim) => dims[dim] as Dimension)))],
    chunk: [VARCHAR, columns.map(({ layout }) => layout?.chunk.join(' x ') ?? null)],
    units: [VARCHAR, columns.map(unitsOf)],
    note: [VARCHAR, columns.map((column) => column.refused ?? textAttribute(column, 'long_name'))],
  })
}

/** SHOW ATTRIBUTES: those of the table's group first, with no column; then those of each column, as the store has them. */
export function listAttributes(table: Table): Listing {
  const owners = [{ name: null, attributes: table.attributes }, ...orderedColumns(table)]
  const rows = owners.flatMap(({ name: column, attributes }) =>
    Object.entries(attributes).map(([name, value]) => ({ column, name, value: attributeText(value) })),
  )
  return listing({
    column_name: [VARCHAR, rows.map(({ column }) => column)],
    name: [VARCHAR, rows.map(({ name }) => name)],
    value: [VARCHAR, rows.map(({ value }) => value)],
  })
}

function unitsOf(column: Column): string | null {
  return textAttribute(column, 'units')
}

function textAttribute({ attributes }: Column, name: string): string | null {
  const value = attributes[name]
  return typeof value === 'string' ? value : null
}

/** DESCRIBE of a query. */
export function describeOutput(columns: readonly OutputColumn[]): Listing {
  return listing({
    column_name: [VARCHAR, columns.map(({ name }) => name)],
    column_type: [VARCHAR, columns.map(({ type }) => typeName(type))],
    null: [VARCHAR, columns.map(({ nullable }) => (nullable ? 'YES' : 'NO'))],
  })
}

/** SHOW name and SHOW ALL. */
export function listSettings(settings: Settings, only?: keyof Settings): Listing {
  const names = only ? [only] : settingNames
  return listing({
    name: [VARCHAR, names],
    value: [VARCHAR, names.map((name) => shownValue(settings, name))],
    description: [VARCHAR, names.map(summaryOf)],
  })
}

/** What ANALYZE answers. */
export function listAnalyzed(done: readonly Analyzed[]): Listing {
  return listing({
    column_name: [VARCHAR, done.map(({ column }) => column)],
    chunks: [INT64, done.map(({ chunks }) => BigInt(chunks))],
    known: [INT64, done.map(({ known }) => BigInt(known))],
  })
}

/** SHOW STATISTICS. */
export function listKept(kept: readonly Kept[]): Listing {
  return listing({
    column_name: [VARCHAR, kept.map(({ column }) => column)],
    chunks: [INT64, kept.map(({ chunks }) => BigInt(chunks))],
    known: [INT64, kept.map(({ known }) => BigInt(known))],
    with_sums: [INT64, kept.map(({ withSums }) => BigInt(withSums))],
    with_values: [INT64, kept.map(({ withValues }) => BigInt(withValues))],
    constant: [INT64, kept.map(({ constant }) => BigInt(constant))],
    sorted: [INT64, kept.map(({ sorted }) => BigInt(sorted))],
    oldest: [TIMESTAMP, kept.map(({ oldestMs }) => (oldestMs === undefined ? null : BigInt(oldestMs) * 1000n))],
    bytes: [INT64, kept.map(({ bytes }) => BigInt(bytes))],
    location: [VARCHAR, kept.map(({ location }) => location)],
  })
}

/** What ATTACH, DETACH and SET answer: nothing. */
export function success(): Listing {
  return listing({})
}
