/** Cells of a chunk run by run along the last axis of their column, and columns of numbers that are made of them. */
import { type Box, boxShape, cellCount } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { LoopColumn } from '../operator/loop.js'
import { cStrides } from '../operator/select-cells.js'

/** Visits the cells of a box of `shape`, whose first one is at `address`. */
export function readRuns(
  strides: readonly number[],
  shape: readonly number[],
  address: number,
  run: (address: number, step: number, cells: number, at: number) => void,
): void {
  const last = shape.length - 1
  const cells = shape[last] ?? 1
  let at = 0
  const turn = (axis: number, from: number): void => {
    if (axis >= last) {
      run(from, strides[last] ?? 0, cells, at)
      at += cells
      return
    }
    for (let i = 0; i < (shape[axis] as number); i++) turn(axis + 1, from + i * (strides[axis] as number))
  }
  turn(0, address)
}

/** How many cells a box has along each of a column's own dims. */
export function ownShape({ dims }: StoredColumn, box: Box): number[] {
  const shape = boxShape(box)
  return dims.map((dim) => shape[dim] as number)
}

/** Numbers of `bytes` bytes at `base`, one per cell of the box in C order over the column's own dims. */
export function columnAt(base: number, bytes: number, column: StoredColumn, box: Box): LoopColumn {
  const own = ownShape(column, box)
  const strides = new Array<number>(box.start.length).fill(0)
  cStrides(own).forEach((stride, axis) => {
    strides[column.dims[axis] as number] = bytes * stride
  })
  return { base, strides }
}

export function ownCells(column: StoredColumn, box: Box): number {
  return cellCount(ownShape(column, box))
}
