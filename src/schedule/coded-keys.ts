/** GROUP BY keys that are columns of texts, as columns of numbers: these compile. Called by `schedule.ts`. */
import type { ColumnId, Expression } from '../model/expression.js'
import type { CellKey, JobColumn, KeySpace } from '../model/job.js'
import type { ScanColumn } from '../model/plan.js'
import type { StoredColumn } from '../model/stored-column.js'
import { INT32 } from '../model/type.js'

export interface CodedKeys {
  readonly keys: KeySpace
  /** One for each key that was replaced. */
  readonly columns: readonly JobColumn[]
}

export function codeTextColumns(
  keys: KeySpace,
  scanned: readonly ScanColumn[],
  nextId: () => ColumnId,
  phase: 'filter' | 'late',
): CodedKeys {
  if (keys.kind !== 'hash') return { keys, columns: [] }
  const columns: JobColumn[] = []
  const coded = keys.keys.map((cellKey): CellKey => {
    const column = codedColumn(cellKey.expression, scanned, nextId, phase)
    if (!column) return cellKey
    columns.push(column)
    const { id, name, type } = column
    const expression: Expression = { kind: 'column', column: id, name, type, nullable: true }
    return { key: cellKey.key, expression, coded: cellKey.expression.type }
  })
  return { keys: { ...keys, keys: coded }, columns }
}

/** A column of texts as numbers; undefined for all other expressions, and where texts are not read from chunks. */
export function codedColumn(
  expression: Expression,
  scanned: readonly ScanColumn[],
  nextId: () => ColumnId,
  phase: 'filter' | 'late',
): StoredColumn | undefined {
  if (expression.kind !== 'column' || expression.type.kind !== 'varchar') return undefined
  const column = scanned.find((one) => one.id === expression.column)?.column
  if (!column?.layout?.form || column.refused || column.dims.length === 0) return undefined
  const { name, dims, layout } = column
  return { kind: 'stored', id: nextId(), name, type: INT32, nullable: true, dims, layout, phase, coded: true }
}
