/** A box for terminals, laid out as DuckDB's: names, types, rows, what was left out. Listed in registry.ts. */
import type { Batch } from '../model/vector.js'
import type { FormatOptions, ResultStream } from './output-format.js'
import { colours, drawBox, noColours } from './table-box.js'
import { fitted, measured, type RowAt } from './table-layout.js'

/** Leaving out fewer rows than the dots take would be no gain. */
const dotRows = 3

export async function* encode({ header, batches }: ResultStream, options: FormatOptions): AsyncGenerator<string> {
  const maxRows = Math.max(2, options.maxRows ?? 40)
  const ends = await endsOf(batches, maxRows)
  const isCut = ends.count > maxRows + dotRows
  const top = isCut ? Math.ceil(maxRows / 2) : ends.count
  const bottom = isCut ? maxRows - top : 0
  const shown = [...firstRows(ends.first, top), ...lastRows(ends.last, bottom)]
  const { columns, ruler } = await measured(header, shown)
  const layout = fitted(columns, options.width ?? 120)
  yield drawBox(layout, { count: ends.count, top, bottom }, { ruler, ...(options.colour ? colours : noColours) })
}

/** The first and the last batches of a result, as many as the rows at its ends need, and the count of all its rows. */
async function endsOf(batches: ResultStream['batches'], maxRows: number) {
  const first: Batch[] = []
  const last: Batch[] = []
  let count = 0
  let lastCount = 0
  for await (const batch of batches) {
    if (batch.length === 0) continue
    if (count <= maxRows + dotRows) first.push(batch)
    count += batch.length
    last.push(batch)
    lastCount += batch.length
    while (last[0] && lastCount - last[0].length >= maxRows) lastCount -= last.shift()?.length ?? 0
  }
  return { first, last, count }
}

function firstRows(batches: readonly Batch[], count: number): RowAt[] {
  const rows: RowAt[] = []
  for (const batch of batches) {
    for (let row = 0; row < batch.length && rows.length < count; row++) rows.push({ batch, row })
  }
  return rows
}

function lastRows(batches: readonly Batch[], count: number): RowAt[] {
  const rows: RowAt[] = []
  for (const batch of [...batches].reverse()) {
    for (let row = batch.length - 1; row >= 0 && rows.length < count; row--) rows.unshift({ batch, row })
  }
  return rows
}
