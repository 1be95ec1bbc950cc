/** A piece of a grid: a box in which every column has one chunk, decoded. What compiled operators consume. */
import { everyPart, includesParts } from '../model/filter-parts.js'
import {
  type DimensionCodes,
  type GridScan,
  type IndexRange,
  type LoopPlan,
  type Verdicts,
  verdict,
} from '../model/job.js'
import type { Box } from '../model/schema.js'
import type { LoopColumn, LoopDim } from './loop.js'

export interface Piece {
  readonly box: Box
  /** One per column of the nest, in its order. */
  readonly columns: readonly LoopColumn[]
}

/** The selected indexes within [start, end), counted from start. */
export function clip(ranges: readonly IndexRange[], start: number, end: number): IndexRange[] {
  const clipped: IndexRange[] = []
  for (let i = firstAfter(ranges, start); i < ranges.length; i++) {
    const [from, to] = ranges[i] as IndexRange
    if (from >= end) break
    clipped.push([Math.max(from, start) - start, Math.min(to, end) - start])
  }
  return clipped
}

/** Whether a box has selected indexes along every dimension. */
export function meets(selection: readonly (readonly IndexRange[])[], box: Box): boolean {
  return box.start.every((start, dim) => {
    const ranges = selection[dim]
    if (!ranges) return true
    const range = ranges[firstAfter(ranges, start)]
    return range !== undefined && range[0] < (box.end[dim] as number)
  })
}

/** Whether statistics have ruled out all cells of a box, or answered for them. */
export function isSkipped(verdicts: Verdicts | undefined, box: Box): boolean {
  return verdicts !== undefined && everyUnder(verdicts, box, (code) => code >= verdict.none)
}

/** The parts of the filter that all cells of a lattice box pass, as far as they are to be read. */
export function decidedAt({ codes, decided }: Pick<Verdicts, 'codes' | 'decided'>, number: number): number {
  return codes[number] === verdict.maybe ? (decided?.[number] ?? 0) : everyPart
}

/** The same of all lattice boxes under a box. */
export function decidedUnder(verdicts: Verdicts, box: Box): number {
  let all: number = everyPart
  everyBoxUnder(verdicts, box, (number) => {
    all &= decidedAt(verdicts, number)
    return all !== 0
  })
  return all
}

/** The first of those that test less under a box than the whole filter, and enough. */
export function variantFor<T extends { readonly decided: number }>(
  variants: readonly T[],
  verdicts: Verdicts | undefined,
  box: Box,
): T | undefined {
  if (!verdicts || variants.length === 0) return undefined
  const decided = decidedUnder(verdicts, box)
  return variants.find((variant) => includesParts(decided, variant.decided))
}

/**
 * What becomes of the lattice boxes under a box, in C order: a verdict, `none` where it is skipped, and which parts of the
 * filter are decided. Undefined where all are tested.
 */
export function verdictsUnder(verdicts: Verdicts | undefined, box: Box): Uint8Array | undefined {
  const found: number[] = []
  if (verdicts) {
    everyBoxUnder(verdicts, box, (number) => {
      found.push(Math.min(verdicts.codes[number] as number, verdict.none), decidedAt(verdicts, number))
      return true
    })
  }
  return found.some((each) => each !== 0) ? Uint8Array.from(found) : undefined
}

function everyUnder(verdicts: Verdicts, box: Box, test: (code: number) => boolean): boolean {
  return everyBoxUnder(verdicts, box, (number) => test(verdicts.codes[number] as number))
}

/** Whether something holds of all lattice boxes under a box, by their numbers. */
export function everyBoxUnder(
  { size, start: first, counts }: Omit<Verdicts, 'codes'>,
  { start, end }: Box,
  test: (number: number) => boolean,
): boolean {
  const turn = (dim: number, before: number): boolean => {
    if (dim === counts.length) return test(before)
    const count = counts[dim] as number
    const length = size[dim] as number
    const origin = first[dim] as number
    const low = Math.max(0, Math.floor((start[dim] as number) / length) - origin)
    const past = Math.min(count, Math.ceil((end[dim] as number) / length) - origin)
    for (let at = low; at < past; at++) if (!turn(dim + 1, before * count + at)) return false
    return true
  }
  return turn(0, 0)
}

/** Whether a box has cells that are to be read. */
export function isRead({ selection, verdicts }: Pick<GridScan, 'selection' | 'verdicts'>, box: Box): boolean {
  return meets(selection, box) && !isSkipped(verdicts, box)
}

/** The first range that ends after an index, by halving: selections may have many ranges. */
function firstAfter(ranges: readonly IndexRange[], index: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle] as IndexRange)[1] <= index) low = middle + 1
    else high = middle
  }
  return low
}

/** Codes along one dimension, placed among those that a partial has: the rank of each, times the stride. */
export interface PlacedCodes {
  readonly dim: number
  readonly codes: DimensionCodes
  readonly least: number
  /** By code - least; absent where codes follow each other: then that is the rank. */
  readonly ranks?: Int32Array | undefined
  readonly stride: number
}

function placeOf({ least, ranks, stride }: PlacedCodes, code: number): number {
  return (ranks ? (ranks[code - least] ?? 0) : code - least) * stride
}

/** The dimensions of a piece as loops. */
export function loopDims(
  piece: Piece,
  selection: readonly (readonly IndexRange[])[],
  placed: readonly PlacedCodes[],
): LoopDim[] {
  return piece.box.start.map((start, dim) => {
    const end = piece.box.end[dim] as number
    const ranges = clip(selection[dim] ?? [[start, end]], start, end)
    const place = placed.find((each) => each.dim === dim)
    const codes = place?.codes.codes.subarray(start, end).map((code) => placeOf(place, code))
    return { extent: end - start, ranges, codes }
  })
}

/** Keyed dimensions in loop order: the innermost varies fastest, as the vector shape needs. */
export function inLoopOrder(dims: readonly DimensionCodes[], loops: LoopPlan): DimensionCodes[] {
  return loops.order.flatMap((dim) => dims.filter((codes) => codes.dim === dim))
}
