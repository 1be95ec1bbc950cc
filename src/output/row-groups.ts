/** Batches of any size regrouped into ones of nearly equal size. Called by parquet.ts. */
import { type Batch, concat, type Header, slice } from '../model/vector.js'

const mostRows = 131_072
/** Bounds the memory of wide tables: a group is held as values and as encoded bytes at once. */
const mostValues = 4_194_304

export async function* rowGroups(
  header: Header,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
): AsyncGenerator<Batch> {
  const size = Math.max(1024, Math.min(mostRows, Math.floor(mostValues / header.columns.length)))
  let waiting: Batch[] = []
  let room = size
  for await (const batch of batches) {
    let start = 0
    while (batch.length - start >= room) {
      yield joined(header, [...waiting, part(batch, start, start + room)])
      start += room
      waiting = []
      room = size
    }
    if (start < batch.length) waiting.push(part(batch, start, batch.length))
    room -= batch.length - start
  }
  if (waiting.length > 0) yield joined(header, waiting)
}

function part(batch: Batch, start: number, end: number): Batch {
  return { length: end - start, columns: batch.columns.map((column) => slice(column, start, end)) }
}

function joined({ columns }: Header, parts: readonly Batch[]): Batch {
  return {
    length: parts.reduce((sum, { length }) => sum + length, 0),
    columns: columns.map(({ type }, index) =>
      concat(
        type,
        parts.flatMap((each) => each.columns[index] ?? []),
      ),
    ),
  }
}
