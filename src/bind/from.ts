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
import type { FromSyntax, SelectSyntax } from '../model/syntax.js'
import type { Shared } from './context.js'
import { makeScope, noScope, type Scope, type ScopeColumn } from './scope.js'
import { bindSlices } from './slice.js'

export interface From {
  readonly scope: Scope
  /** Called when all clauses are bound: a scan offers the columns that were used. */
  plan(): Plan
}

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
      return bindSubquery(from.query, from.alias?.text ?? 'unnamed_subquery', shared, select)
    default:
      return from satisfies never
  }
}

function oneRow(): Plan {
  return { kind: 'values', columns: [], batch: { length: 1, columns: [] } }
}

function bindTable(
  found: FoundTable,
  from: Exclude<FromSyntax, { kind: 'subquery' }>,
  qualifiers: readonly string[][],
  shared: Shared,
): From {
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
  query: SelectSyntax,
  alias: string,
  shared: Shared,
  select: (query: SelectSyntax, shared: Shared) => Plan,
): From {
  const plan = select(query, shared)
  const attributes = attributesIn(plan)
  const columns = distinctNames(outputOf(plan).map((column) => ({ ...column, attributes: attributes.get(column.id) })))
  return { scope: makeScope([[alias]], columns), plan: () => plan }
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
