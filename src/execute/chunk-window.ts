/** A chunk that is decoded while a loop runs over it, a few blocks at a time, to memory that stays in the core's cache. Made by `chunk-reader.ts`. */
import type { Machine } from '../kernel/machine.js'
import type { Box, Dimension } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { Scratch } from '../operator/scratch.js'
import type { Window } from '../operator/window.js'
import type { ChunkedColumn } from '../source/source.js'

/** Shorter stretches are not decoded alone. */
const leastBytes = 131072

/** Smaller chunks are in the cache as a whole. */
const leastChunk = 1 << 20

export function mayHaveWindow({ layout, blockBytes, decodePart }: ChunkedColumn): boolean {
  return blockBytes !== undefined && decodePart !== undefined && layout.bytes >= leastChunk
}

/** Whether a box has all cells of the grid for which a column reads one chunk: no other box reads it again. */
export function hasWholeChunk(
  { dims, layout }: StoredColumn,
  { start, end }: Box,
  grid: readonly Dimension[],
): boolean {
  return grid.every(({ size }, dim) => {
    const axis = dims.indexOf(dim)
    if (axis < 0) return size <= 1
    const [from, chunk] = [start[dim] as number, layout.chunk[axis] as number]
    return from % chunk === 0 && end[dim] === Math.min(from + chunk, size)
  })
}

export interface Blocks {
  /** Decoded bytes of the chunk, of a block, and of a cell. */
  readonly bytes: number
  readonly block: number
  readonly cell: number
  /** Decodes [from, to), whole blocks or up to the end, as if place 0 were at `out`. */
  decode(out: number, from: number, to: number): void
}

/** `room`: for what is shown; nobody else may use it meanwhile. */
export function chunkWindow({ bytes, block, cell, decode }: Blocks, machine: Machine, room: Scratch): Window {
  const step = Math.max(1, Math.floor(leastBytes / block)) * block
  /** Places [from, to) are there, from an address on. */
  let [from, to, address] = [0, 0, 0]

  function bring(first: number, past: number): void {
    const kept = Math.max(0, to - first)
    // What is decoded next begins at a multiple of 16.
    const pad = (16 - (kept % 16)) % 16
    const start = kept > 0 ? to : Math.floor(first / block) * block
    const end = Math.min(bytes, Math.ceil(past / step) * step)
    const at = room.reserve(pad + kept + end - start)
    if (kept > 0) machine.bytes.copyWithin(at + pad, address + first - from, address + to - from)
    decode(at + pad + kept - start, start, end)
    from = start - kept
    to = end
    address = at + pad
  }

  return {
    show(first, last) {
      if (last + cell > to) bring(first, last + cell)
      return address - from
    },
  }
}
