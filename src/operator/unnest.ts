/** A row for each item of lists. Called by steps.ts. */
import type { ColumnId } from '../model/expression.js'
import type { UnnestColumn } from '../model/plan.js'
import type { Value } from '../model/type.js'
import { take, type Vector, vectorOf } from '../model/vector.js'
import type { Rows } from './rows.js'

/** Rows that go on at once: lists may be long. */
const batchRows = 65536

export async function* unnest(from: AsyncIterable<Rows>, columns: readonly UnnestColumn[]): AsyncGenerator<Rows> {
  for await (const rows of from) yield* unnestRows(rows, columns)
}

export function* unnestRows(rows: Rows, columns: readonly UnnestColumn[]): Generator<Rows> {
  const lengths = lengthsOf(rows, columns)
  for (let start = 0; start < rows.length; ) {
    let end = start
    let count = 0
    while (end < rows.length && (count === 0 || count + (lengths[end] as number) <= batchRows)) {
      count += lengths[end++] as number
    }
    if (count > 0) yield itemsOf(rows, columns, lengths, start, end, count)
    start = end
  }
}

/** Per row the length of its longest list; NULL has no items. */
function lengthsOf(rows: Rows, columns: readonly UnnestColumn[]): Int32Array {
  const lengths = new Int32Array(rows.length)
  for (const { from, what } of columns) {
    if (what === 'value') continue
    const lists = vectorAt(rows, from)
    for (let row = 0; row < rows.length; row++) {
      lengths[row] = Math.max(lengths[row] as number, listAt(lists, row).length)
    }
  }
  return lengths
}

function itemsOf(
  rows: Rows,
  columns: readonly UnnestColumn[],
  lengths: Int32Array,
  start: number,
  end: number,
  count: number,
): Rows {
  const origin = new Int32Array(count)
  const place = new Int32Array(count)
  for (let row = start, at = 0; row < end; row++) {
    for (let i = 0; i < (lengths[row] as number); i++, at++) {
      origin[at] = row
      place[at] = i
    }
  }
  const vectors = columns.map((column): [ColumnId, Vector] => {
    const from = vectorAt(rows, column.from)
    return [column.id, column.what === 'value' ? take(from, origin) : spread(column, from, origin, place)]
  })
  return { length: count, columns: new Map(vectors) }
}

function spread({ type, what }: UnnestColumn, lists: Vector, origin: Int32Array, place: Int32Array): Vector {
  const values = Array.from(origin, (row, at): Value => {
    const list = listAt(lists, row)
    const i = place[at] as number
    if (i >= list.length) return null
    return what === 'place' ? BigInt(i + 1) : (list[i] ?? null)
  })
  return vectorOf(type, values)
}

const nothing: readonly Value[] = []

function listAt({ type, values, valid }: Vector, row: number): readonly Value[] {
  return type.kind === 'null' || valid?.[row] === 0 ? nothing : (values[row] as readonly Value[])
}

function vectorAt(rows: Rows, id: ColumnId): Vector {
  return rows.columns.get(id) as Vector
}
