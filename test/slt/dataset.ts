/** Tables for tests, described once: written as Zarr, registered from memory, and given to DuckDB as rows. */
import type { Cell } from './answer.js'

export type ColumnType =
  | 'TINYINT'
  | 'SMALLINT'
  | 'INTEGER'
  | 'BIGINT'
  | 'UTINYINT'
  | 'USMALLINT'
  | 'UINTEGER'
  | 'UBIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'BOOLEAN'
  | 'DATE'
  | 'TIMESTAMP'
  | 'VARCHAR'

export interface DatasetColumn {
  readonly name: string
  readonly type: ColumnType
  /** Names of its dimensions, in the order of its axes. */
  readonly dims: readonly string[]
  /** In C order; null = missing; timestamps are microseconds, dates days since 1970. */
  readonly values: readonly Cell[]
}

export interface Dataset {
  readonly name: string
  readonly dims: readonly { readonly name: string; readonly size: number; readonly chunk: number }[]
  /**
   * A column named like a dimension is its coordinate; dimensions without get an index column.
   * Variables stand as a store shows them: first the one that names the grid, then the others in the order of the alphabet.
   */
  readonly columns: readonly DatasetColumn[]
}

/** All columns that a table of the dataset has: coordinates or indexes first, then variables. */
export function tableColumns(dataset: Dataset): DatasetColumn[] {
  const coordinates = dataset.dims.map(
    ({ name, size }): DatasetColumn =>
      dataset.columns.find((column) => column.name === name) ?? {
        name,
        type: 'BIGINT',
        dims: [name],
        values: Array.from({ length: size }, (_, i) => BigInt(i)),
      },
  )
  const names = new Set(dataset.dims.map(({ name }) => name))
  return [...coordinates, ...dataset.columns.filter(({ name }) => !names.has(name))]
}

export function rowCount(dataset: Dataset): number {
  return dataset.dims.reduce((product, { size }) => product * size, 1)
}

/** A column's values per cell of the grid: those of fewer dimensions repeated. */
export function broadcast(dataset: Dataset, column: DatasetColumn): Cell[] {
  const strides = dataset.dims.map(({ name }) => strideOf(dataset, column, name))
  const values: Cell[] = []
  const index = dataset.dims.map(() => 0)
  for (let row = 0; row < rowCount(dataset); row++) {
    values.push(column.values[index.reduce((at, i, axis) => at + i * (strides[axis] ?? 0), 0)] ?? null)
    advance(index, dataset)
  }
  return values
}

function strideOf(dataset: Dataset, column: DatasetColumn, dim: string): number {
  const axis = column.dims.indexOf(dim)
  if (axis < 0) return 0
  return column.dims.slice(axis + 1).reduce((product, name) => product * sizeOf(dataset, name), 1)
}

export function sizeOf(dataset: Dataset, dim: string): number {
  const found = dataset.dims.find(({ name }) => name === dim)
  if (!found) throw new Error(`${dataset.name} has no dimension ${dim}`)
  return found.size
}

function advance(index: number[], dataset: Dataset): void {
  for (let axis = index.length - 1; axis >= 0; axis--) {
    index[axis] = (index[axis] ?? 0) + 1
    if ((index[axis] ?? 0) < (dataset.dims[axis]?.size ?? 0)) return
    index[axis] = 0
  }
}
