/** WHERE over cells, compiled: the positions of those that pass, in C order of a box. Called for queries that emit rows. */
import type { GridScan, LoopPlan } from '../model/job.js'
import { frame } from '../model/nest.js'
import { type Box, boxShape, cellCount } from '../model/schema.js'
import { blockCells } from './axis.js'
import { type Body, setWord, word } from './body.js'
import { runLoop } from './loop.js'
import { loopDims, type Piece } from './piece.js'
import type { Scratch } from './scratch.js'

export class SelectCells {
  readonly #out: number

  constructor(
    readonly scan: GridScan,
    readonly loops: LoopPlan,
    readonly body: Body,
    readonly scratch: Scratch,
  ) {
    this.#out = scratch.machine.allocate(blockCells * 4)
  }

  /**
   * Positions within `box` of the cells that pass, ascending; `pieces` cover the box. Each is done with before the next one is
   * asked for: what texts and lists are made into lies in one place for all.
   */
  async select(box: Box, pieces: AsyncIterable<Piece>): Promise<Int32Array> {
    const strides = cStrides(boxShape(box))
    const found: Int32Array[] = []
    for await (const piece of pieces) this.#selectIn(piece, box, strides, found)
    return ascending(found)
  }

  #selectIn(piece: Piece, box: Box, strides: readonly number[], found: Int32Array[]): void {
    const { machine } = this.scratch
    const { frame: address } = this.body
    const dims = loopDims(piece, this.scan.selection, []).map((dim, d) => ({
      ...dim,
      codes: places(dim.extent, (piece.box.start[d] as number) - (box.start[d] as number), strides[d] as number),
    }))
    const loop = { order: this.loops.order, dims, columns: piece.columns, shape: 'vector' as const }
    setWord(machine, address + frame.out, this.#out)
    setWord(machine, address + frame.step, 1)
    runLoop(loop, this.scratch, address, (call) => {
      this.body.run(call)
      const count = word(machine, address + frame.count)
      if (count > 0) found.push(new Int32Array(machine.memory.buffer, this.#out, count).slice())
    })
  }
}

/** Of each index from the first on, what it adds to a position. A loop: `Int32Array.from` takes 50 ns for each. */
function places(extent: number, first: number, stride: number): Int32Array {
  const all = new Int32Array(extent)
  for (let i = 0; i < extent; i++) all[i] = (first + i) * stride
  return all
}

export function cStrides(shape: readonly number[]): number[] {
  return shape.map((_, i) => cellCount(shape.slice(i + 1)))
}

/** All of several lists of positions, in order. */
export function ascending(lists: readonly Int32Array[]): Int32Array {
  const all = joined(lists)
  return isAscending(all) ? all : all.sort()
}

function joined(lists: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  return all
}

function isAscending(values: Int32Array): boolean {
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[i - 1] as number)) return false
  return true
}
