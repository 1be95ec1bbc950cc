/** Cells of a box by their positions in C order, as numbers. Where undefined stands for positions, all cells are meant. Called by `box-rows.ts` and `wants.ts`. */
import { type GridScan, type IndexRange, rangeTotal, type Verdicts, verdict } from '../model/job.js'
import { type Box, boxShape } from '../model/schema.js'
import { clip, everyBoxUnder } from '../operator/piece.js'
import { ascending, cStrides } from '../operator/select-cells.js'
import { piecesOf } from './boxes.js'

/** Whether all cells of a box have verdicts of some kind. */
export function areAll(verdicts: Verdicts | undefined, box: Box, test: (code: number) => boolean): boolean {
  return !verdicts || everyBoxUnder(verdicts, box, (number) => test(verdicts.codes[number] as number))
}

/** Whether statistics say of all cells of a box that they pass. */
export function isPassing({ verdicts }: Pick<GridScan, 'verdicts'>, box: Box): boolean {
  return verdicts !== undefined && areAll(verdicts, box, (code) => code === verdict.all)
}

/** The selected cells of a box that have verdicts of some kind. */
export function cellsOf(
  box: Box,
  { selection, verdicts }: Pick<GridScan, 'selection' | 'verdicts'>,
  test: (code: number) => boolean,
): Int32Array | undefined {
  if (areAll(verdicts, box, test)) return selectedIn(box, box, selection)
  const found: Int32Array[] = []
  for (const piece of piecesOf(box, [], verdicts)) {
    if (areAll(verdicts, piece, test)) found.push(positionsIn(piece, box, selection))
  }
  return ascending(found)
}

function selectedIn(part: Box, box: Box, selection: GridScan['selection']): Int32Array | undefined {
  const isWhole = boxShape(part).every((extent, dim) => rangeTotal(rangesOf(part, box, selection, dim)) === extent)
  return isWhole ? undefined : positionsIn(part, box, selection)
}

/** The selected cells of a part of a box. */
export function positionsIn(part: Box, box: Box, selection: GridScan['selection']): Int32Array {
  const strides = cStrides(boxShape(box))
  let positions: Int32Array = Int32Array.of(0)
  strides.forEach((stride, dim) => {
    positions = spreadOver(positions, rangesOf(part, box, selection, dim), stride)
  })
  return positions
}

/** The selected indexes of a part along a dimension, counted from where the box begins. */
function rangesOf(part: Box, box: Box, selection: GridScan['selection'], dim: number): IndexRange[] {
  const [start, end] = [part.start[dim] as number, part.end[dim] as number]
  const shift = start - (box.start[dim] as number)
  return clip(selection[dim] ?? [[start, end]], start, end).map(([from, to]) => [from + shift, to + shift])
}

/** Each position once for every index of the ranges, moved there. */
function spreadOver(positions: Int32Array, ranges: readonly IndexRange[], stride: number): Int32Array {
  const spread = new Int32Array(positions.length * rangeTotal(ranges))
  let at = 0
  for (const position of positions) {
    for (const [start, end] of ranges) for (let i = start; i < end; i++) spread[at++] = position + i * stride
  }
  return spread
}

/** Of some positions those at the given places. */
export function among(positions: Int32Array | undefined, places: Int32Array | undefined): Int32Array | undefined {
  return positions && places ? places.map((place) => positions[place] as number) : (places ?? positions)
}
