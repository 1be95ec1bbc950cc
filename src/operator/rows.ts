/** Rows on their way through operators: vectors by column id. What `interpret` reads and every operator passes on. */
import { ChunkQLError } from '../model/error.js'
import type { ColumnId } from '../model/expression.js'
import { type Batch, concat, slice, take, type Vector } from '../model/vector.js'

export interface Rows {
  readonly length: number
  readonly columns: ReadonlyMap<ColumnId, Vector>
}

/** For `interpret`: the vector of a column, which a correct plan always has. */
export function columnOf(rows: Rows): (id: ColumnId) => Vector {
  return (id) => {
    const vector = rows.columns.get(id)
    if (!vector) throw new ChunkQLError('internal', `column ${id} is not among ${[...rows.columns.keys()].join(', ')}`)
    return vector
  }
}

/** The rows of a batch whose columns have these ids. */
export function rowsOf(batch: Batch, columns: readonly { readonly id: ColumnId }[]): Rows {
  return {
    length: batch.length,
    columns: new Map(batch.columns.map((vector, k) => [(columns[k] as { id: ColumnId }).id, vector])),
  }
}

/** The batches that a task leaves of its rows. What leaves the thread is sent once. */
export function batchesOf(rows: Rows | undefined, columns: readonly { readonly id: ColumnId }[]): Batch[] {
  if (!rows) return []
  const vectors = columns.map(({ id }) => {
    const { coded: _, ...vector } = columnOf(rows)(id)
    return vector
  })
  return [{ length: rows.length, columns: vectors }]
}

function mapColumns(rows: Rows, length: number, change: (vector: Vector) => Vector): Rows {
  return { length, columns: new Map([...rows.columns].map(([id, vector]) => [id, change(vector)])) }
}

export function takeRows(rows: Rows, picked: ArrayLike<number>): Rows {
  return mapColumns(rows, picked.length, (vector) => take(vector, picked))
}

export function sliceRows(rows: Rows, start: number, end: number): Rows {
  if (start === 0 && end === rows.length) return rows
  return mapColumns(rows, end - start, (vector) => slice(vector, start, end))
}

/** All rows laid end to end; the parts have the same columns. */
export function concatRows(parts: readonly Rows[]): Rows | undefined {
  const [first] = parts
  if (!first || parts.length === 1) return first
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const columns = [...first.columns].map(([id, { type }]): [ColumnId, Vector] => [
    id,
    concat(
      type,
      parts.map((part) => columnOf(part)(id)),
    ),
  ])
  return { length, columns: new Map(columns) }
}

/** Positions of the rows where a boolean vector is true (not NULL). */
export function trueRows(predicate: Vector): Int32Array {
  const { length, values, valid } = predicate
  const rows = new Int32Array(length)
  let count = 0
  for (let row = 0; row < length; row++) if (values[row] && valid?.[row] !== 0) rows[count++] = row
  return rows.subarray(0, count)
}
