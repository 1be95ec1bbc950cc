/** Which chunks of which parts the cells of one chunk of a concatenation come from. By arithmetic; called by column.ts. */

/** The chunks of one part's array, and where the part begins along the axis of concatenation. */
export interface PartShape {
  readonly start: number
  readonly shape: readonly number[]
  readonly chunk: readonly number[]
}

/** Cells that one chunk of a part gives. */
export interface Piece {
  readonly part: number
  /** The chunk of the part. */
  readonly index: readonly number[]
  /** The first cell, within the chunk of the part and within that of the concatenation. */
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly extent: readonly number[]
}

/** The pieces of the chunk `index`, parts in order. `axis` is that of concatenation. */
export function piecesOf(
  parts: readonly PartShape[],
  axis: number,
  chunk: readonly number[],
  index: readonly number[],
): Piece[] {
  const start = index.map((at, i) => at * (chunk[i] as number))
  return parts.flatMap((part, p) => {
    const offset = part.shape.map((_, i) => (i === axis ? part.start : 0))
    // The cells of the chunk that the part has, in its own indexes.
    const first = start.map((at, i) => Math.max(0, at - (offset[i] as number)))
    const past = start.map((at, i) =>
      Math.min(part.shape[i] as number, at + (chunk[i] as number) - (offset[i] as number)),
    )
    if (past.some((end, i) => end <= (first[i] as number))) return []
    return cut(part.chunk, first, past).map(({ chunk: own, low, high }) => ({
      part: p,
      index: own,
      from: low.map((at, i) => at - (own[i] as number) * (part.chunk[i] as number)),
      to: low.map((at, i) => at + (offset[i] as number) - (start[i] as number)),
      extent: high.map((end, i) => end - (low[i] as number)),
    }))
  })
}

interface Cut {
  readonly chunk: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** A box along the borders of chunks. */
function cut(chunk: readonly number[], first: readonly number[], past: readonly number[]): Cut[] {
  let cuts: Cut[] = [{ chunk: [], low: [], high: [] }]
  for (const [axis, size] of chunk.entries()) {
    const from = Math.floor((first[axis] as number) / size)
    const to = Math.ceil((past[axis] as number) / size)
    cuts = cuts.flatMap(({ chunk: before, low, high }) =>
      Array.from({ length: to - from }, (_, i) => ({
        chunk: [...before, from + i],
        low: [...low, Math.max(first[axis] as number, (from + i) * size)],
        high: [...high, Math.min(past[axis] as number, (from + i + 1) * size)],
      })),
    )
  }
  return cuts
}
