/** GROUP BY keys of dimensions, compiled: group numbers are arithmetic, states are arrays over the codes that a task touched. */
import type { DimensionCodes, GridScan, IndexRange, LoopPlan, PartialBody } from '../model/job.js'
import { type Box, cellCount } from '../model/schema.js'
import { type Body, fieldBytes, placeFields } from './body.js'
import { runLoop } from './loop.js'
import { clip, inLoopOrder, loopDims, type Piece, type PlacedCodes } from './piece.js'
import type { Scratch } from './scratch.js'

export class DenseReduce {
  readonly #placed: readonly PlacedCodes[]
  readonly #touched: readonly Int32Array[]
  readonly #groups: number
  readonly #fields: readonly number[]

  /** `extent`: all cells that the task will bring; the partial covers the codes found there. */
  constructor(
    readonly scan: GridScan,
    readonly loops: LoopPlan,
    keys: readonly DimensionCodes[],
    readonly body: Body,
    readonly scratch: Scratch,
    extent: Box,
  ) {
    const dims = inLoopOrder(keys, loops)
    this.#touched = touchedCodes(dims, scan.selection, extent)
    this.#placed = placeCodes(dims, this.#touched)
    this.#groups = cellCount(this.#touched.map(({ length }) => length))
    this.#fields = placeFields(body, scratch.machine, this.#groups)
  }

  consume(piece: Piece): void {
    const { sink } = this.body.compiled.nest
    const loop = {
      order: this.loops.order,
      dims: loopDims(piece, this.scan.selection, this.#placed),
      columns: piece.columns,
      shape: sink.kind === 'reduce' ? sink.shape : ('register' as const),
    }
    runLoop(loop, this.scratch, this.body.frame, (call) => this.body.run(call))
  }

  partial(): PartialBody {
    const fields = this.body.compiled.fields.map((field, k) => {
      const at = this.#fields[k] as number
      return this.scratch.machine.memory.buffer.slice(at, at + this.#groups * fieldBytes(field)) as ArrayBuffer
    })
    return { kind: 'dense', codes: this.#touched, fields }
  }
}

/** Per dimension the codes of the selected indexes of an extent, ascending. An empty extent has one group that no row enters. */
export function touchedCodes(
  dims: readonly DimensionCodes[],
  selection: GridScan['selection'],
  extent: Box,
): Int32Array[] {
  return dims.map(({ dim, codes }) =>
    touchedAlong(codes, selection[dim], extent.start[dim] as number, extent.end[dim] as number),
  )
}

/** The codes of the selected indexes of a part of a dimension, ascending. */
export function touchedAlong(
  codes: Int32Array,
  selection: readonly IndexRange[] | undefined,
  start: number,
  end: number,
): Int32Array {
  const own = codes.subarray(start, end)
  const ranges = clip(selection ?? [[start, end]], start, end)
  const [least, most] = codeBounds(own, ranges)
  const seen = new Uint8Array(most - least + 1)
  for (const [from, to] of ranges) for (let i = from; i < to; i++) seen[(own[i] as number) - least] = 1
  const touched = new Int32Array(seen.length)
  let count = 0
  for (let rank = 0; rank < seen.length; rank++) if (seen[rank]) touched[count++] = least + rank
  return count === 0 ? Int32Array.of(0) : touched.slice(0, count)
}

function codeBounds(codes: Int32Array, ranges: readonly IndexRange[]): [least: number, most: number] {
  let least = Number.POSITIVE_INFINITY
  let most = -1
  for (const [start, end] of ranges) {
    for (let i = start; i < end; i++) {
      const code = codes[i] as number
      if (code < least) least = code
      if (code > most) most = code
    }
  }
  return most < 0 ? [0, 0] : [least, most]
}

function placeCodes(dims: readonly DimensionCodes[], touched: readonly Int32Array[]): PlacedCodes[] {
  let stride = 1
  const placed = dims.map((codes, i) => ({ dim: codes.dim, codes, ...rankCodes(touched[i] as Int32Array), stride: 0 }))
  for (const [i, place] of placed.toReversed().entries()) {
    place.stride = stride
    stride *= (touched[touched.length - 1 - i] as Int32Array).length
  }
  return placed
}

function rankCodes(touched: Int32Array): Pick<PlacedCodes, 'least' | 'ranks'> {
  const least = touched[0] as number
  const most = touched[touched.length - 1] as number
  if (most - least + 1 === touched.length) return { least }
  const ranks = new Int32Array(most - least + 1)
  touched.forEach((code, rank) => {
    ranks[code - least] = rank
  })
  return { least, ranks }
}
