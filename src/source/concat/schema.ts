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

export interface JoinedTable {
  readonly table: Table
  /** The table of each part, in order, and where its rows begin. */
  readonly parts: readonly { readonly table: Table; readonly start: number }[]
}

const filenameColumn = 'filename'

/** The tables whose leading dimension leads all grids that have it: `time` of `t2m(time, lat)`, not `lat` of `mask(lat)`. */
export function joinTables(parts: readonly PartSchema[]): JoinedTable[] {
  const [first] = parts as [PartSchema]
  const inner = new Set(listedTables(first.schema).flatMap(({ dims }) => dims.slice(1).map(({ name }) => name)))
  const leads = (table: Table) => table.dims[0] !== undefined && !inner.has(table.dims[0].name)
  return first.schema.tables.filter(leads).map((table) => joinTable(table, parts))
}

function joinTable(table: Table, parts: readonly PartSchema[]): JoinedTable {
  const [first] = parts as [PartSchema]
  let start = 0
  const tables = parts.map(({ name, schema }) => {
    const own = findTable(schema, table.name)
    if (!own) throw differs(`table ${table.name} is in ${first.name} and not in ${name}`)
    requireDims(own, table, name, first.name)
    const part = { table: own, start }
    start += (own.dims[0] as Dimension).size
    return part
  })
  const dims = table.dims.map((dim, i) => (i === 0 ? { ...dim, size: start } : dim))
  const columns = table.columns.map((column) => joinColumn(column, tables, parts))
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

function requireDims(own: Table, first: Table, name: string, firstName: string): void {
  const text = ({ dims }: Table) => dims.map((dim, i) => (i === 0 ? dim.name : `${dim.name} ${dim.size}`)).join(', ')
  if (text(own) === text(first)) return
  throw differs(`table ${first.name} has the dimensions (${text(first)}) in ${firstName} and (${text(own)}) in ${name}`)
}

/** What the parts have in common; where they differ so that it cannot be read as one column, it is refused. */
function joinColumn(
  column: Column,
  tables: readonly { readonly table: Table; readonly start: number }[],
  parts: readonly PartSchema[],
): Column {
  const [first] = parts as [PartSchema]
  const own = tables.map(({ table }, p) => {
    const found = table.columns.find(({ name }) => name === column.name)
    const where = `in ${first.name} and not in ${(parts[p] as PartSchema).name}`
    if (!found) throw differs(`column ${column.name} of ${table.name} is ${where}`)
    if (found.dims.join() !== column.dims.join())
      throw differs(`the dimensions of ${column.name} are the same ${where}`)
    return found
  })
  const { layout: _, ...plain } = column
  const nullable = own.some((each) => each.nullable)
  const refused = own.find((each) => each.refused)?.refused
  const other = own.findIndex(({ type }) => !sameType(type, column.type))
  if (refused) return { ...plain, nullable, refused }
  if (other >= 0) {
    const types = `${typeName(column.type)} in ${first.name} and ${typeName((own[other] as Column).type)}`
    return { ...plain, nullable, refused: `it is ${types} in ${(parts[other] as PartSchema).name}` }
  }
  if (column.role === 'index' || own.some(({ layout }) => !layout)) return { ...plain, nullable }
  const axis = column.dims.indexOf(0)
  if (axis < 0) return { ...column, nullable }
  const layout = joinedLayout(partLayouts(column, tables), axis, column.type)
  return typeof layout === 'string' ? { ...plain, nullable, refused: layout } : { ...plain, nullable, layout }
}

/** How a column lies in each part; all of them have a layout. */
export function partLayouts(column: Column, tables: JoinedTable['parts']): PartLayout[] {
  return tables.map(({ table, start }) => {
    const own = table.columns.find(({ name }) => name === column.name)
    if (!own?.layout) throw new ChunkQLError('internal', `${column.name} has no layout in a part`)
    const shape = own.dims.map((dim) => table.dims[dim]?.size ?? 0)
    return { start, shape, chunk: own.layout.chunk, layout: own.layout }
  })
}

function differs(what: string): ChunkQLError {
  return new ChunkQLError('store', `the stores do not fit together: ${what}`, {
    hint: 'Stores that are read as one table have the same arrays; all but the leading dimension are as long.',
  })
}
