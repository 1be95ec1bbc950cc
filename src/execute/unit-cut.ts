/** How the boxes of a task are cut into units, each with a partial of its own. Called by `partial-cache.ts`. */
import type { ScanStage } from '../model/job.js'
import { type Box, cellCount, type Dimension } from '../model/schema.js'
import { type StoredColumn, withOwnChunks } from '../model/stored-column.js'

/** Boxes of fewer decoded bytes share a unit, where they are many: to look for a partial costs about what decoding so much does. */
const leastBytes = 2 ** 16
const fewBoxes = 4096

export interface UnitCut {
  /** Decoded bytes of a unit. */
  readonly bytes: number
  /** Boxes with the same number, and no others, are a unit. It stays when the grid grows along its first dimension. */
  numberOf(box: Box): number
}

/** Undefined where a task is a unit: all values of an argument are its partial. */
export function unitCut({ scan, tasks, loops }: ScanStage): UnitCut | undefined {
  if (loops?.collected?.length) return undefined
  const boxBytes = withOwnChunks(scan.columns).reduce((sum, column) => sum + bytesUnder(column, tasks.box), 0)
  const isFew = tasks.boxes <= fewBoxes
  const boxes = isFew ? 1 : 2 ** Math.max(0, Math.ceil(Math.log2(leastBytes / Math.max(1, boxBytes))))
  return { bytes: boxes * boxBytes, numberOf: (box) => Math.floor(numberIn(scan.dims, tasks.box, box) / boxes) }
}

/** Decoded bytes of a column in a box. */
function bytesUnder({ dims, layout }: StoredColumn, box: readonly number[]): number {
  return layout.bytes * cellCount(dims.map((dim, axis) => (box[dim] as number) / (layout.chunk[axis] as number)))
}

/** Of a box among all of the grid, in C order. */
function numberIn(dims: readonly Dimension[], size: readonly number[], { start }: Box): number {
  return start.reduce((number, at, dim) => {
    const length = size[dim] as number
    return number * Math.ceil((dims[dim] as Dimension).size / length) + Math.floor(at / length)
  }, 0)
}
