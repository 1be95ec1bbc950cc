/** Cells of a box as vectors, for the interpreter: whole boxes in C order, or the cells at given positions. Called by row and interpreted tasks. */

import type { Machine } from '../kernel/machine.js'
import { ChunkQLError, isChunkQLError } from '../model/error.js'
import type { JobColumn } from '../model/job.js'
import { type Box, boxShape, cellCount, type Form, type Layout } from '../model/schema.js'
import type { StoredColumn as Stored } from '../model/stored-column.js'
import type { Value } from '../model/type.js'
import { slice, take, type Vector, vectorOf, vectorOfCoded } from '../model/vector.js'
import { cStrides } from '../operator/select-cells.js'
import { numberReader, objectReader } from '../source/objects.js'
import { allocateStored, type CopyStored, storedCopier, unpack } from '../source/unpack.js'
import type { ChunkReader } from './chunk-reader.js'
import { foldCopier } from './folded-cells.js'

/** Where a column's values come from: decoded chunks, or for one without layout its values from an index on. */
export interface ColumnInput {
  readonly reader?: ChunkReader | undefined
  readonly vector?: Vector | undefined
  readonly from: number
}

/** Every cell of the box in C order. All chunks must have been loaded. */
export function readBox(column: JobColumn, box: Box, input: ColumnInput): Vector {
  if (column.kind === 'stored') return readStored(column, box, input.reader as ChunkReader)
  const own = alongDim(column, box, input)
  return take(own, spread(column.dims[0] ?? -1, box))
}

/** The cells at positions of the box, in that order. */
export function readAt(column: JobColumn, box: Box, positions: Int32Array, input: ColumnInput): Vector {
  const indexes = indexesOf(box, positions)
  if (column.kind !== 'stored') {
    const [dim] = column.dims
    return take(alongDim(column, box, input), dim === undefined ? new Int32Array(positions.length) : indexes(dim))
  }
  return pickStored(column, box, column.dims.map(indexes), positions.length, input.reader as ChunkReader)
}

/** The values along the one dimension of a column, within the box. */
function alongDim(column: Exclude<JobColumn, Stored>, box: Box, input: ColumnInput): Vector {
  const [dim] = column.dims
  const start = dim === undefined ? 0 : (box.start[dim] as number)
  const end = dim === undefined ? 1 : (box.end[dim] as number)
  switch (column.kind) {
    case 'dimension':
      return slice(column.values, start, end)
    case 'vector':
      return slice(input.vector as Vector, start - input.from, end - input.from)
    case 'index':
      return {
        type: column.type,
        length: end - start,
        values: BigInt64Array.from({ length: end - start }, (_, i) => BigInt(start + i)),
      }
    default:
      return column satisfies never
  }
}

/** For each cell of the box its index along one dimension. */
function spread(dim: number, box: Box): Int32Array {
  const shape = boxShape(box)
  const extent = shape[dim] ?? 1
  const stride = cellCount(shape.slice(dim + 1))
  const total = cellCount(shape)
  const indexes = new Int32Array(total)
  if (dim < 0) return indexes
  for (let at = 0; at < total; ) {
    for (let i = 0; i < extent; i++) {
      indexes.fill(i, at, at + stride)
      at += stride
    }
  }
  return indexes
}

/** The index of each position along a dimension of the box. */
function indexesOf(box: Box, positions: Int32Array): (dim: number) => Int32Array {
  const shape = boxShape(box)
  const strides = cStrides(shape)
  return (dim) => indexesAlong(positions, strides[dim] ?? 1, shape[dim] ?? 1)
}

function indexesAlong(positions: Int32Array, stride: number, extent: number): Int32Array {
  return positions.map((position) => Math.floor(position / stride) % extent)
}

function readStored(column: Stored, box: Box, reader: ChunkReader): Vector {
  const { layout, type } = column
  const count = cellCount(boxShape(box))
  if (layout.form) {
    const numbered = readNumbered(column, layout.form, box, reader)
    if (numbered) return numbered
    const objects = new Array<Value>(count).fill(null)
    for (const part of partsOf(column, box)) {
      copyPart(
        column,
        box,
        part,
        reader.loaded(part.chunk),
        objectCopier(column, layout.form, reader, part.chunk, objects),
      )
    }
    return vectorOf(type, objects)
  }
  const to = allocateStored(layout.storage, count)
  const copy = copierOf(layout, reader.machine)
  for (const part of partsOf(column, box)) {
    copyPart(column, box, part, reader.loaded(part.chunk), (...place) => copy(...place, to))
  }
  return unpack(type, layout, to)
}

function copierOf({ fold, storage }: Layout, machine: Machine): CopyStored {
  return fold ? foldCopier(fold, machine) : storedCopier(storage, machine.memory.buffer)
}

/** Copies the values of `count` cells, `step` bytes apart from `address` on, to element `target` on. */
type Copy = (address: number, step: number, count: number, target: number) => void

/** For one chunk: each may keep values of its own. */
function objectCopier(column: Stored, form: Form, reader: ChunkReader, chunk: readonly number[], to: Value[]): Copy {
  const read = objectReader(form, column.type, reader.machine.memory.buffer, reader.keptAt(reader.loaded(chunk)))
  return (address, step, count, target) => {
    const values = inChunk(reader, chunk, () => read(address, step, count))
    for (let i = 0; i < count; i++) to[target + i] = values[i] as Value
  }
}

/** Texts that repeat, by number; undefined where that is not worth while. */
function readNumbered(column: Stored, form: Form, box: Box, reader: ChunkReader): Vector | undefined {
  const count = cellCount(boxShape(box))
  const numbers = new Int32Array(count)
  const values: Value[] = []
  for (const part of partsOf(column, box)) {
    const address = reader.loaded(part.chunk)
    const read = numberReader(form, reader.machine.memory.buffer, reader.keptAt(address), values, count)
    if (!read) return undefined
    copyPart(column, box, part, address, (...place) => inChunk(reader, part.chunk, () => read(...place, numbers)))
  }
  return vectorOfCoded(column.type, { numbers, values })
}

/** Errors of values tell where they lie. */
function inChunk<T>(reader: ChunkReader, chunk: readonly number[], read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isChunkQLError(error)) throw error
    const where = `${reader.column.name}, chunk ${chunk.join('.')}`
    throw new ChunkQLError(error.code, error.message, { ...error.toData(), where })
  }
}

export interface Part {
  readonly chunk: readonly number[]
  /** Cells of the grid that the chunk holds of the box. */
  readonly start: readonly number[]
  readonly end: readonly number[]
}

/** The chunks of a column under a box. */
export function partsOf(column: Stored, box: Box): Part[] {
  let parts: Part[] = [{ chunk: [], start: [...box.start], end: [...box.end] }]
  column.dims.forEach((dim, axis) => {
    const size = column.layout.chunk[axis] as number
    parts = parts.flatMap((part) => {
      const cut: Part[] = []
      const end = part.end[dim] as number
      for (let at = part.start[dim] as number; at < end; ) {
        const chunk = Math.floor(at / size)
        const past = Math.min(end, (chunk + 1) * size)
        cut.push({ chunk: [...part.chunk, chunk], start: part.start.with(dim, at), end: part.end.with(dim, past) })
        at = past
      }
      return cut
    })
  })
  return parts
}

/** Marks the chunks under a box, in their order, in which some of the positions lie. */
export function markParts(column: Stored, box: Box, positions: Int32Array, marks: Uint8Array): void {
  const { part } = placesOf(column, box, column.dims.map(indexesOf(box, positions)), positions.length)
  for (let i = 0; i < part.length; i++) marks[part[i] as number] = 1
}

function copyPart(column: Stored, box: Box, part: Part, address: number, copy: Copy): void {
  const shape = boxShape(box)
  const toStrides = cStrides(shape)
  const fromStrides = shape.map((_, dim) => {
    const axis = column.dims.indexOf(dim)
    return axis < 0 ? 0 : (column.layout.strides[axis] as number)
  })
  let origin = address + (column.layout.offset ?? 0)
  column.dims.forEach((dim, axis) => {
    const chunkStart = (part.chunk[axis] as number) * (column.layout.chunk[axis] as number)
    origin += ((part.start[dim] as number) - chunkStart) * (fromStrides[dim] as number)
  })
  const last = shape.length - 1
  const turn = (dim: number, source: number, target: number): void => {
    const extent = dim < 0 ? 1 : (part.end[dim] as number) - (part.start[dim] as number)
    const step = fromStrides[dim] ?? 0
    if (dim >= last || dim < 0) {
      copy(source, step, extent, target)
      return
    }
    for (let i = 0; i < extent; i++) turn(dim + 1, source + i * step, target + i * (toStrides[dim] as number))
  }
  const target = shape.reduce(
    (sum, _, dim) => sum + ((part.start[dim] as number) - (box.start[dim] as number)) * (toStrides[dim] as number),
    0,
  )
  turn(shape.length === 0 ? -1 : 0, origin, target)
}

/** Single cells: `indexes` per own dim, counted from the start of the box. */
function pickStored(
  column: Stored,
  box: Box,
  indexes: readonly Int32Array[],
  count: number,
  reader: ChunkReader,
): Vector {
  const { layout } = column
  const chunks = partsOf(column, box).map(({ chunk }) => chunk)
  const bases = Float64Array.from(chunks, (chunk) => reader.loaded(chunk) + (layout.offset ?? 0))
  const { part, offset } = placesOf(column, box, indexes, count)
  const { form } = layout
  if (form) {
    const objects = new Array<Value>(count).fill(null)
    const copies = chunks.map((chunk) => objectCopier(column, form, reader, chunk, objects))
    for (let i = 0; i < count; i++) {
      const at = part[i] as number
      ;(copies[at] as Copy)((bases[at] as number) + (offset[i] as number), 0, 1, i)
    }
    return vectorOf(column.type, objects)
  }
  const copy = copierOf(layout, reader.machine)
  const picked = allocateStored(layout.storage, count)
  for (let i = 0; i < count; i++) {
    copy((bases[part[i] as number] as number) + (offset[i] as number), 0, 1, i, picked)
  }
  return unpack(column.type, layout, picked)
}

/** For each cell the number of its chunk among those under the box, in C order, and its offset there in bytes. */
function placesOf(
  { dims, layout }: Stored,
  box: Box,
  indexes: readonly Int32Array[],
  count: number,
): { part: Int32Array; offset: Int32Array } {
  const part = new Int32Array(count)
  const offset = new Int32Array(count)
  dims.forEach((dim, axis) => {
    const along = indexes[axis] as Int32Array
    const size = layout.chunk[axis] as number
    const stride = layout.strides[axis] as number
    const start = box.start[dim] as number
    const first = Math.floor(start / size)
    const chunks = Math.floor(((box.end[dim] as number) - 1) / size) - first + 1
    for (let i = 0; i < count; i++) {
      const index = start + (along[i] as number)
      const chunk = Math.floor(index / size)
      part[i] = (part[i] as number) * chunks + chunk - first
      offset[i] = (offset[i] as number) + (index - chunk * size) * stride
    }
  })
  return { part, offset }
}
