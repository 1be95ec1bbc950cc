/** The numbers of a decoded chunk in JavaScript. Called by read.ts and dates.ts. */
import type { Machine } from '../../kernel/machine.js'
import { cellCount, type Layout } from '../../model/schema.js'
import type { NumericArray } from '../../model/vector.js'
import { allocateStored, storedCopier } from '../unpack.js'

/** All cells of a chunk, in the order in which they lie. */
export function storedCells(layout: Layout, { memory }: Machine, out: number): NumericArray {
  const { storage, offset = 0 } = layout
  const cells = cellCount(layout.chunk)
  const stored = allocateStored(storage, cells)
  storedCopier(storage, memory.buffer)(out + offset, cellStep(layout), cells, 0, stored)
  return stored
}

/** Bytes from one cell to the next as they lie. */
export function cellStep({ bytes, chunk }: Layout): number {
  return bytes / cellCount(chunk)
}
