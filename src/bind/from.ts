/** FROM: which grid or subquery the columns of a query come from. Called by `select.ts`. */
import {
  type FoundTable,
  listed,
  orderedColumns,
  smallerTable,
  tableNamed,
  tableOfPath,
  tableText,
} from '../model/catalog.js'
import { ChunkQLError } from '../model/error.js'
import { attributesIn, outputOf, type Plan, type ScanColumn } from '../model/plan.js'
import { listedTables } from '../model/schema.js'
import type { Span } from '../model/span.js'
import type { FromSyntax, Name, SelectSyntax, SubquerySyntax, TableSyntax } from '../model/syntax.js'
import type { NamedQuery, Shared } from './context.js'
import { bindRows, type From } from './rows.js'
import { makeScope, noScope, type ScopeColumn } from './scope.js'
import { bindSlices } from './slice.js'
import { bindValues } from './values.js'

type Select = (query: SelectSyntax, shared: Shared) => Plan

/** `select` is passed in, so that subqueries need no cycle of imports. */
export function bindFrom(from: FromSyntax | undefined, shared: Shared, select: Select): From {
  if (!from) return { scope: noScope, plan: oneRow }
  switch (from.kind) {
    case 'path':
      return bindTable(tableOfPath(shared.catalog, from.path, from.span), from, [[baseName(from.path)]], shared)
    case 'values': {
      const plan = bindValues(from, shared)
      return { scope: makeScope([], plan.columns), plan: () => plan }
    }
    case 'table': {
      const query = namedQuery(from, shared)
      if (query) return bindNamed(query, from, select)
      const names = from.name.map(({ text }) => text)
      const found = tableNamed(shared.catalog, names, from.span)
      return bindTable(found, from, qualifiersOf(names), shared)
    }
    case 'subquery':
      return bindSubquery(from, shared, select)
    case 'rows':
      return bindRows(from, { scope: noScope, plan: oneRow }, shared)
    case 'lateral':
      return bindRows(from.rows, bindFrom(from.input, shared, select), shared)
    default:
      return from satisfies never
  }
}

function oneRow(): Plan {
  return { kind: 'values', columns: [], batch: { length: 1, columns: [] } }
}

function bindTable(found: FoundTable, from: TableSyntax, qualifiers: readonly string[][], shared: Shared): From {
  const { source, table } = found
  const columns = orderedColumns(table)
  const names = aliasedNames(
    columns.map(({ name }) => name),
    from.columns ?? [],
    from.span,
  )
  const offered = columns.map((column, at): ScanColumn & ScopeColumn => ({
    id: shared.nextId(),
    name: names[at] ?? column.name,
    type: column.type,
    nullable: column.nullable,
    refused: column.refused,
    isVirtual: column.isVirtual,
    attributes: column.attributes,
    column,
  }))
  const slices = from.slices && bindSlices(from.slices, table, shared)
  const scope = makeScope(from.alias ? [[from.alias.text]] : qualifiers, offered)
  return {
    scope,
    plan() {
      const used = offered.filter((column) => scope.used.has(column))
      requireOwnGrid(found, used, from.span, shared)
      const columns = used.map(({ id, name, type, nullable, column }) => ({ id, name, type, nullable, column }))
      return {
        kind: 'scan',
        source,
        table: table.name,
        dims: table.dims,
        columns,
        ...(slices && { slices }),
        span: from.span,
      }
    },
  }
}

/**
 * Where all variables that a query uses lie on a smaller grid, each of their values would count once per cell of the
 * larger one: a 4-D variable added to a store would silently multiply `sum(t2m)`. Coordinates alone have no such grid,
 * and a query that also uses a coordinate of the larger grid asks for the repetition.
 */
function requireOwnGrid(found: FoundTable, used: readonly ScanColumn[], span: Span, shared: Shared): void {
  const variables = used.filter(({ column }) => column.role === 'variable')
  const covered = new Set(used.flatMap(({ column }) => column.dims))
  if (variables.length === 0 || covered.size === found.table.dims.length) return
  const schema = shared.catalog.sources.get(found.source)
  const smaller =
    schema &&
    smallerTable(
      schema,
      found.table,
      used.map(({ name }) => name),
    )
  if (!smaller) return
  const names = variables.map(({ name }) => name)
  const verb = names.length === 1 ? 'lies' : 'lie'
  const grid = smaller.dims.map(({ name }) => name).join(', ')
  const named = found.table.dims.map(({ name }) => name).join(', ')
  throw new ChunkQLError(
    'bind',
    `${names.join(', ')} ${verb} on the smaller grid (${grid}): over (${named}) each value would be counted many times`,
    {
      span,
      hint: `Write FROM ${tableText(found.source, smaller)}. ${listed('Tables', tablesOf(listedTables(schema)))}`,
    },
  )
}

function tablesOf(tables: readonly { readonly name: string }[]): string[] {
  return tables.map(({ name }) => name)
}

/** A query that WITH has named, and no store. */
function namedQuery({ name, slices }: Extract<FromSyntax, { kind: 'table' }>, shared: Shared): NamedQuery | undefined {
  const [only] = name
  return only && name.length === 1 && !slices ? shared.named.get(only.text.toLowerCase()) : undefined
}

function bindNamed({ table, shared }: NamedQuery, { alias, columns, span }: TableSyntax, select: Select): From {
  const own = bindSubquery({ ...table, alias: alias ?? table.name }, shared, select)
  return columns ? renamed(own, columns, span) : own
}

function renamed({ scope, plan }: From, names: readonly Name[], span: Span): From {
  const found = aliasedNames(
    scope.columns.map(({ name }) => name),
    names,
    span,
  )
  const columns = scope.columns.map((column, at) => ({ ...column, name: found[at] ?? column.name }))
  return { scope: makeScope(scope.qualifiers, columns), plan }
}

/** The first names are those given. */
function aliasedNames(names: readonly string[], aliases: readonly Name[], span: Span): string[] {
  if (aliases.length > names.length) {
    throw new ChunkQLError('bind', `${aliases.length} names for ${names.length} columns`, { span })
  }
  return names.map((name, at) => aliases[at]?.text ?? name)
}

function bindSubquery(
  { query, alias, columns: names, span }: Pick<SubquerySyntax, 'query' | 'alias' | 'columns' | 'span'>,
  shared: Shared,
  select: Select,
): From {
  const plan = select(query, shared)
  const attributes = attributesIn(plan)
  const columns = distinctNames(outputOf(plan).map((column) => ({ ...column, attributes: attributes.get(column.id) })))
  const from: From = { scope: makeScope([[alias?.text ?? 'unnamed_subquery']], columns), plan: () => plan }
  return names ? renamed(from, names, span) : from
}

/** A second `a` of a subquery is seen from outside as `a_1`, as in DuckDB. */
function distinctNames(columns: readonly ScopeColumn[]): ScopeColumn[] {
  const taken = new Set<string>()
  return columns.map((column) => {
    let name = column.name
    for (let n = 1; taken.has(name.toLowerCase()); n++) name = `${column.name}_${n}`
    taken.add(name.toLowerCase())
    return name === column.name ? column : { ...column, name }
  })
}

/** `FROM s.t` may be called `t` and `s.t`. */
function qualifiersOf(names: readonly string[]): string[][] {
  return names.map((_, i) => names.slice(i))
}

/** `dir/era.zarr` may be called `era`. */
function baseName(path: string): string {
  const last =
    path
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .pop() ?? path
  return last.replace(/\.[^.]+$/, '') || last
}
