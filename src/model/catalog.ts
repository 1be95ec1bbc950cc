/** What a query can name: the sources attached, registered or opened by path, and which table a FROM means. Read by `bind`. */
import { ChunkQLError, suggest } from './error.js'
import {
  type Column,
  type ColumnRole,
  defaultTable,
  findTable,
  listedTables,
  type Schema,
  type Table,
} from './schema.js'
import type { Span } from './span.js'

export interface Catalog {
  /** By the name under which a source was attached or registered, or by the path as the query writes it. */
  readonly sources: ReadonlyMap<string, Schema>
  /** The source whose tables go without a qualifier; others are still found where only one has such a table. */
  readonly defaultSource?: string | undefined
}

/** A table and the source that holds it: what a scan is made of. */
export interface FoundTable {
  readonly source: string
  readonly table: Table
}

/** `FROM 'path'`: the grid that contains all others of the source opened for the path. */
export function tableOfPath(catalog: Catalog, path: string, span: Span): FoundTable {
  const source = nameOf(catalog.sources.keys(), path, 'source', span)
  if (source === undefined) {
    throw new ChunkQLError('bind', `"${path}" is not open`, { span, hint: listed('Sources', catalog.sources.keys()) })
  }
  return wholeSource(catalog, source, span)
}

/** `FROM name` and `FROM source.table`. A group inside a source adds a part: `era.ocean.sst` is table `ocean/sst` of `era`. */
export function tableNamed(catalog: Catalog, path: readonly string[], span: Span): FoundTable {
  const [first, ...rest] = path
  if (first === undefined) throw new ChunkQLError('internal', 'a table without a name', { span })
  const source = nameOf(catalog.sources.keys(), first, 'source', span)
  if (source !== undefined) {
    return rest.length === 0 ? wholeSource(catalog, source, span) : tableOf(catalog, source, rest, span)
  }
  return unqualifiedTable(catalog, path, span)
}

/** Every table as a query would write it, for errors. */
export function tableNames(catalog: Catalog): string[] {
  return [...catalog.sources].flatMap(([source, schema]) =>
    listedTables(schema).map((table) => tableText(source, table)),
  )
}

const rank: Readonly<Record<ColumnRole, number>> = { index: 0, coordinate: 0, auxiliary: 1, variable: 2 }

/** The columns as `*` and DESCRIBE show them: coordinates in the order of the dimensions, auxiliary ones, variables. */
export function orderedColumns({ columns }: Table): Column[] {
  const place = ({ role, dims }: Column) => (rank[role] === 0 ? (dims[0] ?? 0) : 0)
  return [...columns].sort((a, b) => rank[a.role] - rank[b.role] || place(a) - place(b))
}

/** A grid of the same source with fewer dimensions that has all the columns named. The smallest is taken. */
export function smallerTable(schema: Schema, table: Table, columns: readonly string[]): Table | undefined {
  return listedTables(schema)
    .filter((other) => other.dims.length < table.dims.length && contains(table, other))
    .filter((other) => columns.every((name) => other.columns.some((column) => column.name === name)))
    .sort((a, b) => a.dims.length - b.dims.length)[0]
}

/**
 * The spelling under which a name exists: as written, else without regard to case. Two that differ only in case
 * can both be reached, but only as they are spelled.
 */
export function nameOf(existing: Iterable<string>, wanted: string, what: string, span: Span): string | undefined {
  const folded = wanted.toLowerCase()
  const alike: string[] = []
  for (const name of existing) {
    if (name === wanted) return name
    if (name.toLowerCase() === folded) alike.push(name)
  }
  if (alike.length > 1) {
    const spelled = alike.map((name) => `"${name}"`).join(', ')
    throw new ChunkQLError('bind', `${what} "${wanted}" is ambiguous: there are ${spelled}`, {
      span,
      hint: 'Write the name in the case that it has.',
    })
  }
  return alike[0]
}

/** `label: a, b, c`, cut where it would fill a screen. */
export function listed(label: string, names: Iterable<string>): string {
  const all = [...names]
  if (all.length === 0) return `${label}: none.`
  const shown = all.slice(0, 20).join(', ')
  return all.length > 20 ? `${label}: ${shown}, and ${all.length - 20} more.` : `${label}: ${shown}.`
}

/** `Did you mean ...?` where something is near, then what exists. */
export function didYouMean(wanted: string, existing: readonly string[], label: string): string {
  const near = suggest(wanted, existing)
  const list = listed(label, existing)
  return near.length > 0 ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}? ${list}` : list
}

function wholeSource(catalog: Catalog, source: string, span: Span): FoundTable {
  const schema = schemaOf(catalog, source)
  const tables = listedTables(schema)
  const table = defaultTable(schema) ?? (tables.length === 1 ? tables[0] : undefined)
  if (table) return { source, table }
  if (tables.length === 0) throw new ChunkQLError('bind', `"${source}" holds no table`, { span })
  throw new ChunkQLError('bind', `"${source}" holds several grids and none contains all others: name one`, {
    span,
    hint: listed(
      'Tables',
      tables.map((grid) => `${tableText(source, grid)} ${shapeText(grid)}`),
    ),
  })
}

function tableOf(catalog: Catalog, source: string, path: readonly string[], span: Span): FoundTable {
  const schema = schemaOf(catalog, source)
  const table = lookUp(schema, path)
  if (table) return { source, table }
  const names = listedTables(schema).map(({ name }) => name)
  throw new ChunkQLError('bind', `"${source}" has no table "${path.join('.')}"`, {
    span,
    hint: didYouMean(path.join('.'), names, 'Tables'),
  })
}

function unqualifiedTable(catalog: Catalog, path: readonly string[], span: Span): FoundTable {
  const own = catalog.defaultSource
  const first = own === undefined ? undefined : lookUp(schemaOf(catalog, own), path)
  if (own !== undefined && first) return { source: own, table: first }
  const found = [...catalog.sources].flatMap(([source, schema]) => {
    const table = lookUp(schema, path)
    return table ? [{ source, table }] : []
  })
  const [only] = found
  if (only && found.length === 1) return only
  const wanted = path.join('.')
  if (only) {
    const names = found.map(({ source, table }) => `${source}.${table.name}`)
    throw new ChunkQLError('bind', `table "${wanted}" is ambiguous`, { span, hint: listed('There are', names) })
  }
  const existing = [...new Set([...[...catalog.sources.keys()].map(quoted), ...tableNames(catalog)])]
  const bare = [...catalog.sources.values()].flatMap((schema) => listedTables(schema).map(({ name }) => name))
  const near = suggest(wanted, [...existing, ...bare])
  const guess = near.length > 0 ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}? ` : ''
  throw new ChunkQLError('bind', `there is no table "${wanted}"`, { span, hint: guess + listed('Tables', existing) })
}

/** A group inside a source is part of the table's name, as a path; a dot in a name may have been left unquoted. */
function lookUp(schema: Schema, path: readonly string[]): Table | undefined {
  return findTable(schema, path.join('/')) ?? findTable(schema, path.join('.'))
}

function contains(table: Table, other: Table): boolean {
  return other.dims.every((dim) => table.dims.some(({ name, size }) => name === dim.name && size === dim.size))
}

function schemaOf(catalog: Catalog, source: string): Schema {
  const schema = catalog.sources.get(source)
  if (!schema) throw new ChunkQLError('internal', `the catalog has no source "${source}"`)
  return schema
}

function quoted(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

/** As FROM would name it: `era.t2m`. A part that is no plain word is quoted. */
export function tableText(source: string, table: Table): string {
  return table.name === source ? quoted(source) : `${quoted(source)}.${quoted(table.name)}`
}

/** `(time 2000, lat 181)`. */
export function shapeText(table: Table): string {
  return `(${table.dims.map(({ name, size }) => `${name} ${size}`).join(', ')})`
}
