/** The tables of several stores laid end to end along their leading dimension. Called by source.ts. */
import { ChunkQLError } from '../../model/error.js'
import { type Column, type Dimension, findTable, listedTables, type Schema, type Table } from '../../model/schema.js'
import { sameType, typeName, VARCHAR } from '../../model/type.js'
import { joinedLayout, type PartLayout } from './column.js'

/** A store by the name that a user gave it. */
export interface PartSchema {
  readonly name: string
  readonly schema: Schema
}

/** The table of a part, by the part's number, and where its rows begin. */
export interface PartTable {
  readonly part: number
  readonly table: Table
  readonly start: number
}

export interface JoinedTable {
  readonly table: Table
  /** In order; united by name, there may be parts without such a grid. */
  readonly parts: readonly PartTable[]
}

const filenameColumn = 'filename'

/** The tables whose leading dimension leads all grids that have it: `time` of `t2m(time, lat)`, not `lat` of `mask(lat)`. */
export function joinTables(parts: readonly PartSchema[], byName: boolean): JoinedTable[] {
  const [first] = parts as [PartSchema]
  const inner = new Set(listedTables(first.schema).flatMap(({ dims }) => dims.slice(1).map(({ name }) => name)))
  const leads = (table: Table) => table.dims[0] !== undefined && !inner.has(table.dims[0].name)
  const bases = new Map<string, Table>()
  for (const { schema } of byName ? parts : [first]) {
    for (const table of schema.tables.filter(leads)) if (!bases.has(table.name)) bases.set(table.name, table)
  }
  return [...bases.values()].map((table) => joinTable(table, parts, byName))
}

function joinTable(table: Table, parts: readonly PartSchema[], byName: boolean): JoinedTable {
  const [first] = parts as [PartSchema]
  let start = 0
  const tables = parts.flatMap(({ name, schema }, part): PartTable[] => {
    const own =
      findTable(schema, table.name) ?? (byName ? schema.tables.find((each) => sameGrid(each, table)) : undefined)
    if (!own && byName) return []
    if (!own) throw differs(`table ${table.name} is in ${first.name} and not in ${name}`)
    requireDims(own, table, name, first.name)
    const found = { part, table: own, start }
    start += (own.dims[0] as Dimension).size
    return [found]
  })
  const dims = table.dims.map((dim, i) => (i === 0 ? { ...dim, size: start } : dim))
  const columns = columnsOf(table, tables, byName).map((column) => joinColumn(column, tables, parts, byName))
  const hasOwn = columns.some(({ name }) => name === filenameColumn)
  const filename: Column = {
    name: filenameColumn,
    type: VARCHAR,
    nullable: false,
    dims: [0],
    role: 'coordinate',
    isVirtual: true,
    attributes: {},
  }
  return { table: { ...table, dims, columns: hasOwn ? columns : [...columns, filename] }, parts: tables }
}

/** Those of the first table; united by name, those of all, each as it is seen first. */
function columnsOf(table: Table, tables: readonly PartTable[], byName: boolean): Column[] {
  const columns = new Map(table.columns.map((column) => [column.name, column]))
  for (const { table: own } of byName ? tables : []) {
    for (const column of own.columns) if (!columns.has(column.name)) columns.set(column.name, column)
  }
  return [...columns.values()]
}

function sameGrid(own: Table, first: Table): boolean {
  return gridText(own) === gridText(first)
}

function gridText({ dims }: Table): string {
  return dims.map((dim, i) => (i === 0 ? dim.name : `${dim.name} ${dim.size}`)).join(', ')
}

function requireDims(own: Table, first: Table, name: string, firstName: string): void {
  if (sameGrid(own, first)) return
  const [wanted, found] = [gridText(first), gridText(own)]
  throw differs(`table ${first.name} has the dimensions (${wanted}) in ${firstName} and (${found}) in ${name}`)
}

/** What the parts have in common; where they differ so that it cannot be read as one column, it is refused. */
function joinColumn(
  column: Column,
  tables: readonly PartTable[],
  parts: readonly PartSchema[],
  byName: boolean,
): Column {
  const [first] = parts as [PartSchema]
  const own = tables.flatMap(({ table, part }) => {
    const found = columnIn(table, column)
    const { name } = parts[part] as PartSchema
    if (!found && byName) return []
    if (!found) throw differs(`column ${column.name} of ${table.name} is in ${first.name} and not in ${name}`)
    if (found.dims.join() !== column.dims.join()) throw differs(`${column.name} has other dimensions in ${name}`)
    return [{ found, name }]
  })
  const { layout: _, ...plain } = column
  const axis = column.dims.indexOf(0)
  const hasGaps = own.length < tables.length && axis >= 0
  const nullable = hasGaps || own.some(({ found }) => found.nullable)
  const refused = own.find(({ found }) => found.refused)?.found.refused
  if (refused) return { ...plain, nullable, refused }
  const other = own.find(({ found }) => !sameType(found.type, column.type))
  if (other) {
    const types = `${typeName(column.type)} in ${own[0]?.name} and ${typeName(other.found.type)} in ${other.name}`
    return { ...plain, nullable, refused: `it is ${types}` }
  }
  if (column.role === 'index' || own.some(({ found }) => !found.layout)) return { ...plain, nullable }
  if (axis < 0) return { ...column, nullable }
  const layout = joinedLayout(partLayouts(column, tables), axis, column.type, hasGaps)
  return typeof layout === 'string' ? { ...plain, nullable, refused: layout } : { ...plain, nullable, layout }
}

export function columnIn(table: Table, { name }: Column): Column | undefined {
  return table.columns.find((column) => column.name === name)
}

/** How a column lies in each part that has it; all of them have a layout. */
export function partLayouts(column: Column, tables: readonly PartTable[]): PartLayout[] {
  return tables.flatMap(({ table, start }) => {
    const own = columnIn(table, column)
    if (!own) return []
    if (!own.layout) throw new ChunkQLError('internal', `${column.name} has no layout in a part`)
    const shape = own.dims.map((dim) => table.dims[dim]?.size ?? 0)
    return [{ start, shape, chunk: own.layout.chunk, layout: own.layout }]
  })
}

function differs(what: string): ChunkQLError {
  return new ChunkQLError('store', `the stores do not fit together: ${what}`, {
    hint: 'Stores that are read as one table have the same arrays; all but the leading dimension are as long.',
  })
}
