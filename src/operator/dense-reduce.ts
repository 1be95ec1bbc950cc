/** GROUP BY keys of dimensions, compiled: group numbers are arithmetic, states are arrays over the codes that a task touched. */
import type { DimensionCodes, GridScan, IndexRange, LoopPlan, PartialBody } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { type Body, fieldBytes, placeFields } from './body.js'
import { runLoop } from './loop.js'
import { clip, inLoopOrder, loopDims, type Piece, type PlacedCodes } from './piece.js'
import type { Scratch } from './scratch.js'

export class DenseReduce {
  readonly #placed: readonly PlacedCodes[]
  readonly #box: Box
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
    this.#box = codeBox(dims, scan.selection, extent)
    this.#placed = placeCodes(dims, this.#box)
    this.#groups = this.#box.end.reduce((product, end, i) => product * (end - (this.#box.start[i] as number)), 1)
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
    return { kind: 'dense', box: this.#box, fields }
  }
}

/** The least box of codes that holds every selected index of the extent. An empty extent has one group that no row enters. */
function codeBox(dims: readonly DimensionCodes[], selection: GridScan['selection'], extent: Box): Box {
  const bounds = dims.map(({ dim, codes }) => {
    const start = extent.start[dim] as number
    const ranges = clip(selection[dim] ?? [], start, extent.end[dim] as number)
    return codeBounds(codes.subarray(start), ranges)
  })
  return { start: bounds.map(([least]) => least), end: bounds.map(([, most]) => most + 1) }
}

function codeBounds(codes: Int32Array, ranges: readonly IndexRange[]): [number, number] {
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

function placeCodes(dims: readonly DimensionCodes[], box: Box): PlacedCodes[] {
  let stride = 1
  const placed = dims.map((codes, i) => ({
    dim: codes.dim,
    codes,
    least: box.start[i] as number,
    extent: (box.end[i] as number) - (box.start[i] as number),
    stride: 0,
  }))
  for (const place of placed.toReversed()) {
    place.stride = stride
    stride *= place.extent
  }
  return placed
}
