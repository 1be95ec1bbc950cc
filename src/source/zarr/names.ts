/** The names under which a store's tables are found. Called by open.ts. */
import type { Schema, Table } from '../../model/schema.js'
import type { GridTable, GroupTables } from './tables.js'

/** A grid of the store, and its table under the name that queries use. */
export interface NamedTable {
  readonly table: Table
  readonly grid: GridTable
}

/**
 * A table has the last part of its path for a name, where that means one thing among the tables that are listed; then its
 * path is another name of it. Coordinates keep their path, and the last part of it where nothing else has that.
 */
export function nameTables(groups: readonly GroupTables[]): NamedTable[] {
  const grids = groups.flatMap(({ tables }) => tables)
  const groupPaths = new Set(groups.map(({ path }) => path))
  const groupsOf = new Map<string, string[]>()
  for (const { path, main } of groups) {
    if (path !== '' && main) groupsOf.set(main.table.name, [...(groupsOf.get(main.table.name) ?? []), path])
  }
  const paths = new Set(grids.map(({ table }) => table.name))
  const listed = countBy(grids.filter(({ table }) => !table.hidden).map(lastPart))
  const all = countBy(grids.map(lastPart))
  return grids.map((grid) => {
    const { table } = grid
    const path = table.name
    const short = lastPart(grid)
    const isFree = short === path || !(paths.has(short) || groupPaths.has(short))
    const isName = !table.hidden && isFree && listed.get(short) === 1
    const isAlias = !isName && isFree && all.get(short) === 1
    const name = isName ? short : path
    const aliases = [path, ...(isAlias ? [short] : []), ...(groupsOf.get(path) ?? [])].filter((each) => each !== name)
    return { grid, table: { ...table, name, ...(aliases.length > 0 && { aliases }) } }
  })
}

function lastPart({ table }: GridTable): string {
  return table.name.split('/').at(-1) ?? ''
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

export function schemaOf(groups: readonly GroupTables[], named: readonly NamedTable[]): Schema {
  // The arrays of the root are what the store's name means; groups under it have names of their own.
  const root = groups.find(({ path }) => path === '') ?? (groups.length === 1 ? groups[0] : undefined)
  const main = named.find(({ grid }) => grid === root?.main)
  const tables = named.map(({ table }) => table)
  return main ? { tables, defaultTable: main.table.name } : { tables }
}
