/** Copies boxes of cells from chunks of parts into one array, in one encoding. Called by column.ts. */
import type { Machine } from '../../kernel/machine.js'
import { identityOf } from '../../model/identity.js'
import { cellCount, type Encoding, encodingOf, type Layout, storageBytes } from '../../model/schema.js'
import { isMoment, type Type, type Value } from '../../model/type.js'
import type { NumericArray } from '../../model/vector.js'
import { objectReader } from '../objects.js'
import { allocateStored, storedCopier, unpack } from '../unpack.js'
import type { Piece } from './pieces.js'

/** In moments of the common encoding this stands for NULL. */
const noMoment = -(2n ** 63n)

/** Whether chunks of two layouts hold the same values as the same bits, wherever they lie. */
export function sameEncoding(a: Layout, b: Layout): boolean {
  return encodingText(a) === encodingText(b)
}

function encodingText(layout: Layout): string {
  return identityOf([encodingOf(layout), layout.form])
}

/** How values are kept where the parts encode them each in its own way: as values. undefined where a type has no NULL to spare. */
export function commonEncoding(type: Type): Encoding | undefined {
  const asFloat = { unpack: { kind: 'none' }, missing: [], nanIsNull: true } as const
  if (type.kind === 'float32') return { storage: 'f4', ...asFloat }
  if (type.kind === 'float64') return { storage: 'f8', ...asFloat }
  if (!isMoment(type)) return undefined
  return { storage: 'i8', unpack: { kind: 'time', step: 1, epoch: 0n }, missing: [noMoment], nanIsNull: false }
}

/** Cells in C order over `chunk`, encoded as `layout` says. */
export function emptyCells({ storage, chunk }: Layout): NumericArray {
  return allocateStored(storage, cellCount(chunk))
}

/** `address` is that of the decoded chunk of the part. */
export function copyPiece(
  piece: Piece,
  part: Layout,
  address: number,
  { memory }: Machine,
  type: Type,
  to: NumericArray,
  layout: Layout,
): void {
  const stored = allocateStored(part.storage, cellCount(piece.extent))
  const copy = storedCopier(part.storage, memory.buffer)
  const origin = piece.from.reduce(
    (sum, at, axis) => sum + at * (part.strides[axis] ?? 0),
    address + (part.offset ?? 0),
  )
  const inner = piece.extent.at(-1) ?? 1
  eachRow(piece.extent, (row, place) => {
    const start = place.reduce((sum, at, axis) => sum + at * (part.strides[axis] ?? 0), origin)
    copy(start, part.strides.at(-1) ?? storageBytes[part.storage], inner, row * inner, stored)
  })
  const values = sameEncoding(part, layout) ? stored : reencoded(type, part, stored)
  eachRow(piece.extent, (row, place) => {
    to.set(values.subarray(row * inner, (row + 1) * inner) as never, cellAt(piece.to, place, layout.chunk))
  })
}

/** The values of a piece that are no numbers, to their cells of the whole. `kept` is what the part keeps for its chunk. */
export function copyObjects(
  piece: Piece,
  part: Layout,
  address: number,
  { memory }: Machine,
  type: Type,
  to: Value[],
  chunk: readonly number[],
  kept: readonly Value[] | undefined,
): void {
  if (!part.form) return
  const read = objectReader(part.form, type, memory.buffer, kept)
  const step = part.strides.at(-1) ?? 1
  const inner = piece.extent.at(-1) ?? 1
  const origin = piece.from.reduce(
    (sum, at, axis) => sum + at * (part.strides[axis] ?? 0),
    address + (part.offset ?? 0),
  )
  eachRow(piece.extent, (_, place) => {
    const start = place.reduce((sum, at, axis) => sum + at * (part.strides[axis] ?? 0), origin)
    const cell = cellAt(piece.to, place, chunk)
    for (const [i, value] of read(start, step, inner).entries()) to[cell + i] = value
  })
}

/** Values of the common encoding. */
function reencoded(type: Type, part: Layout, stored: NumericArray): NumericArray {
  const { values, valid } = unpack(type, part, stored)
  const copy = (values as NumericArray).slice()
  if (!valid) return copy
  const missing = copy instanceof BigInt64Array ? noMoment : Number.NaN
  for (let i = 0; i < copy.length; i++) if (valid[i] === 0) copy[i] = missing as never
  return copy
}

/** Every row of the innermost axis: its number, and its place along the outer ones. */
function eachRow(extent: readonly number[], visit: (row: number, place: readonly number[]) => void): void {
  const outer = extent.slice(0, -1)
  const rows = cellCount(outer)
  const place = outer.map(() => 0)
  for (let row = 0; row < rows; row++) {
    visit(row, place)
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + 1
      if ((place[axis] as number) < (outer[axis] as number)) break
      place[axis] = 0
    }
  }
}

function cellAt(start: readonly number[], place: readonly number[], chunk: readonly number[]): number {
  return chunk.reduce((cell, size, axis) => cell * size + (start[axis] as number) + (place[axis] ?? 0), 0)
}
