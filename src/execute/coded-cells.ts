/** Cells of texts as numbers of a dictionary, placed for compiled bodies. Called by `pieces.ts`. */
import type { Machine } from '../kernel/machine.js'
import { type Box, boxShape, cellCount } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { Value } from '../model/type.js'
import type { Dictionary } from '../operator/dictionary.js'
import type { LoopColumn } from '../operator/loop.js'
import type { Scratch } from '../operator/scratch.js'
import { cStrides } from '../operator/select-cells.js'
import { numberReader, objectReader, type ReadNumbers } from '../source/objects.js'

/** Stands for NULL. */
const noNumber = -1

/** A decoded chunk of a column, and which of its cells the piece has. */
export interface CodedPart {
  readonly column: StoredColumn
  readonly box: Box
  /** Of the piece's first cell in the chunk. */
  readonly address: number
  /** What the source keeps for the chunk. */
  readonly kept: readonly Value[] | undefined
}

/** The cells in C order over the column's own dims, as i4. */
export function placeCodes(part: CodedPart, machine: Machine, scratch: Scratch, dictionary: Dictionary): LoopColumn {
  const { column, box } = part
  const own = column.dims.map((dim) => boxShape(box)[dim] as number)
  const count = cellCount(own)
  const base = scratch.reserve(4 * count)
  const values: Value[] = []
  const read = readerOf(part, machine.memory.buffer, values)
  const codes = new Int32Array(machine.memory.buffer, base, count)
  readRuns(column.layout.strides, own, part.address, (address, step, cells, at) =>
    read(address, step, cells, at, codes),
  )
  const numbers = values.map((value) => (value === null ? noNumber : dictionary.numberOf(value)))
  for (let i = 0; i < count; i++) codes[i] = numbers[codes[i] as number] as number
  const strides = new Array<number>(box.start.length).fill(0)
  cStrides(own).forEach((stride, axis) => {
    strides[column.dims[axis] as number] = 4 * stride
  })
  return { base, strides }
}

function readerOf({ column, kept }: CodedPart, buffer: ArrayBufferLike, values: Value[]): ReadNumbers {
  const { form } = column.layout
  if (!form) throw new TypeError(`${column.name} has no texts`)
  const numbers = numberReader(form, buffer, kept, values, Number.POSITIVE_INFINITY)
  if (numbers) return numbers
  const objects = objectReader(form, column.type, buffer, kept)
  return (address, step, count, target, to) => {
    objects(address, step, count).forEach((value, i) => {
      to[target + i] = values.push(value) - 1
    })
  }
}

/** Visits the cells run by run along the last axis. */
function readRuns(
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
