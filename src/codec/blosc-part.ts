/** What a portion means for the blocks of a blosc container: which cells, of these which planes of bytes. Called by blosc.ts. */
import { type IndexRange, rangeTotal } from '../model/job.js'
import type { Portion } from '../model/portion.js'
import type { BloscHeader } from './blosc-header.js'

export interface BlockPart {
  /** The cells of the block from the first to the last that is looked at. */
  readonly cells: IndexRange
  /** Which bytes of each cell. */
  readonly planes: readonly IndexRange[]
  readonly isWholeCells: boolean
  /** Bytes that the planes of the cells have. */
  readonly bytes: number
  /** How many of `length` bytes from `from` on, as they lie before they are unshuffled, must be decoded. */
  enough(from: number, length: number): number
}

/** The part of the block that begins at a byte and has a length; undefined where nothing of it is. To be asked in order. */
export function blockParts(
  { shuffle, typeSize }: BloscHeader,
  { ranges, ofCell }: Portion,
): (first: number, length: number) => BlockPart | undefined {
  const all: readonly IndexRange[] = [[0, typeSize]]
  const planes = shuffle === 'byte' && ofCell?.bytes === typeSize ? ofCell.ranges : all
  const stretchOf = ranges ? stretches(ranges) : (_: number, length: number): IndexRange => [0, length]
  return (first, length) => {
    const stretch = stretchOf(first, length)
    if (!stretch) return undefined
    const [from, to] = stretch
    const count = Math.floor(length / typeSize)
    const cells: IndexRange = [Math.floor(from / typeSize), Math.min(count, Math.ceil(to / typeSize))]
    // Bytes after the last whole cell lie where they belong.
    const isAll = shuffle === 'bit' || to > count * typeSize
    const width = rangeTotal(planes)
    return {
      cells: isAll ? [0, count] : cells,
      planes,
      isWholeCells: width === typeSize,
      bytes: isAll ? length : (cells[1] - cells[0]) * width,
      enough(at, size) {
        if (isAll) return size
        if (shuffle === 'none') return Math.min(size, to - at)
        return farthest(planes, count, cells, at, size)
      },
    }
  }
}

/** By block its bytes from the first to the last of some ascending ranges, counted from its start. */
function stretches(ranges: readonly IndexRange[]): (first: number, length: number) => IndexRange | undefined {
  let next = 0
  return (first, length) => {
    const end = first + length
    while (next < ranges.length && (ranges[next] as IndexRange)[1] <= first) next++
    const [from = end] = ranges[next] ?? []
    if (from >= end) return undefined
    let to = from
    for (let i = next; i < ranges.length && (ranges[i] as IndexRange)[0] < end; i++) to = (ranges[i] as IndexRange)[1]
    return [Math.max(0, from - first), Math.min(to, end) - first]
  }
}

/** The end of the last plane of cells that begins in `size` bytes from `at` on, counted from there. */
function farthest(planes: readonly IndexRange[], count: number, cells: IndexRange, at: number, size: number): number {
  const [from, past] = cells
  // Of plane p bytes [p * count + from, p * count + past) are needed.
  const last = Math.ceil((at + size - from) / count) - 1
  for (const [first, end] of planes.toReversed()) {
    if (first > last) continue
    const plane = Math.min(end - 1, last)
    return Math.min(size, plane * count + past - at)
  }
  return 0
}
