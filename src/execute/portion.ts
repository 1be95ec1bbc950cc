/** Which bytes of its chunks a scan looks at: the selected cells, and of those the fields in use. Called by `stage-run.ts`. */
import { type GridScan, type IndexRange, rangeTotal } from '../model/job.js'
import type { Portion } from '../model/portion.js'
import { cellCount, type Layout, storageBytes } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import { clip } from '../operator/piece.js'

/** Of smaller chunks the selected cells take longer to tell than to decode. */
const leastBytes = 65536

/** Beyond so many ranges the gaps of inner dimensions are taken along. */
const mostRanges = 1024

/**
 * By chunk what is looked at of it, for all columns of a scan that are read from the same chunks; undefined where all of it
 * may be. It follows from the scan alone: a chunk that is held serves every piece.
 */
export function portions(
  columns: readonly StoredColumn[],
  own: Layout,
  scan: Pick<GridScan, 'dims' | 'selection'>,
): (chunk: readonly number[]) => Portion | undefined {
  const [first] = columns
  if (!first || !columns.every(isPlain)) return () => undefined
  const cell = own.bytes / cellCount(own.chunk)
  const ofCell = { bytes: cell, ranges: joined(columns.map(bytesInCell)) }
  const isWholeCell = rangeTotal(ofCell.ranges) === cell
  const isEveryCell =
    own.bytes < leastBytes ||
    scan.dims.every(({ size }, dim) => rangeTotal(scan.selection[dim] ?? [[0, size]]) === size)
  if (isWholeCell && isEveryCell) return () => undefined
  return (chunk) => ({
    ranges: isEveryCell ? undefined : unlessAll(selectedBytes(axesOf(first, own, chunk, scan), cell), own.bytes),
    ofCell: isWholeCell ? undefined : ofCell,
  })
}

function unlessAll(ranges: readonly IndexRange[], bytes: number): readonly IndexRange[] | undefined {
  return rangeTotal(ranges) === bytes ? undefined : ranges
}

/** Cells beside those that are selected are never looked at, not even to see whether they are valid. */
function isPlain({ layout, coded }: StoredColumn): boolean {
  const { form, fold, made, unpack } = layout
  return !coded && !form && !fold && !made && (unpack.kind === 'none' || unpack.kind === 'scale')
}

function bytesInCell({ layout: { offset = 0, storage } }: StoredColumn): IndexRange {
  return [offset, offset + storageBytes[storage]]
}

interface Axis {
  readonly stride: number
  /** The selected indexes, counted from the start of the chunk. */
  readonly ranges: readonly IndexRange[]
}

/** Innermost first. Where all cells up to the edge of the grid are selected, so is the rest of the chunk. */
function axesOf(
  column: StoredColumn,
  { chunk: shape, strides }: Layout,
  chunk: readonly number[],
  { dims, selection }: Pick<GridScan, 'dims' | 'selection'>,
): Axis[] {
  const axes = shape.map((size, axis): Axis => {
    const dim = column.dims[axis] as number
    const start = (chunk[axis] as number) * size
    const end = Math.min(start + size, dims[dim]?.size ?? 0)
    const ranges = clip(selection[dim] ?? [[start, end]], start, end)
    return { stride: strides[axis] as number, ranges: rangeTotal(ranges) === end - start ? [[0, size]] : ranges }
  })
  return axes.sort((a, b) => a.stride - b.stride)
}

function selectedBytes(axes: readonly Axis[], cell: number): readonly IndexRange[] {
  let inner: readonly IndexRange[] = [[0, cell]]
  for (const { stride, ranges } of axes) {
    const [from, past] = [inner[0]?.[0] ?? 0, inner.at(-1)?.[1] ?? 0]
    const isFew = rangeTotal(ranges) * inner.length <= mostRanges
    const isGapless = inner.length === 1 && from === 0 && past === stride
    inner = joined(
      isFew && !isGapless
        ? ranges.flatMap(([start, end]) => repeated(inner, start, end, stride))
        : ranges.map(([start, end]): IndexRange => [start * stride + from, (end - 1) * stride + past]),
    )
  }
  return inner
}

function repeated(ranges: readonly IndexRange[], start: number, end: number, stride: number): IndexRange[] {
  return Array.from({ length: end - start }, (_, i) => (start + i) * stride).flatMap((origin) =>
    ranges.map(([from, past]): IndexRange => [origin + from, origin + past]),
  )
}

/** In ascending order, those that touch as one. */
function joined(ranges: readonly IndexRange[]): readonly IndexRange[] {
  const sorted = ranges.toSorted(([a], [b]) => a - b)
  const result: [number, number][] = []
  for (const [from, past] of sorted) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], past)
    else result.push([from, past])
  }
  return result
}
