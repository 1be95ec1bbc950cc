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
import type { FromSyntax, SelectSyntax, SubquerySyntax, TableSyntax } from '../model/syntax.js'
import type { Shared } from './context.js'
import { bindRows, type From } from './rows.js'
import { makeScope, noScope, type ScopeColumn } from './scope.js'
import { bindSlices } from './slice.js'

/** `select` is passed in, so that subqueries need no cycle of imports. */
export function bindFrom(
  from: FromSyntax | undefined,
  shared: Shared,
  select: (query: SelectSyntax, shared: Shared) => Plan,
): From {
  if (!from) return { scope: noScope, plan: oneRow }
  switch (from.kind) {
    case 'path':
      return bindTable(tableOfPath(shared.catalog, from.path, from.span), from, [[baseName(from.path)]], shared)
    case 'table': {
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
  const offered = orderedColumns(table).map((column): ScanColumn & ScopeColumn => ({
    id: shared.nextId(),
    name: column.name,
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
  if (variables.length === 0) return
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

function bindSubquery(
  { query, alias, columns: names = [], span }: SubquerySyntax,
  shared: Shared,
  select: (query: SelectSyntax, shared: Shared) => Plan,
): From {
  const plan = select(query, shared)
  const attributes = attributesIn(plan)
  const output = outputOf(plan)
  if (names.length > output.length) {
    throw new ChunkQLError('bind', `${names.length} names for ${output.length} columns`, { span })
  }
  const columns = distinctNames(
    output.map((column, i) => ({
      ...column,
      name: names[i]?.text ?? column.name,
      attributes: attributes.get(column.id),
    })),
  )
  return { scope: makeScope([[alias?.text ?? 'unnamed_subquery']], columns), plan: () => plan }
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
