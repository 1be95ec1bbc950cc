/** One index along the last axis of a stored array as an array of its own: the lower and upper ends of bounds. Called by tables.ts and open.ts. */
import { digestText } from '../../model/fingerprint.js'
import { type Layout, storageBytes } from '../../model/schema.js'
import type { ChunkedColumn } from '../source.js'
import type { ZarrArray } from './array.js'
import type { Decoding } from './convention.js'

export interface Slice {
  /** What is stored. */
  readonly array: ZarrArray
  readonly decoding: Decoding
  readonly index: number
}

/** The slice as an array: its chunks are those of the stored one. */
export function slicedArray({ array, index }: Slice): ZarrArray {
  const { path, shape, chunk, dimensionNames } = array
  return {
    ...array,
    path: slicedPath(path, index),
    shape: shape.slice(0, -1),
    chunk: chunk.slice(0, -1),
    axes: chunk.slice(1).map((_, axis) => axis),
    dimensionNames: dimensionNames?.slice(0, -1),
  }
}

export function slicedPath(path: string, index: number): string {
  return `${path}[${index}]`
}

/** `whole` is the column of the stored array, `own` that of the slice but for where its bytes come from. */
export function slicedColumn(whole: ChunkedColumn, own: ChunkedColumn, index: number): ChunkedColumn {
  const size = whole.layout.chunk.at(-1) ?? 1
  const from = cellOffsets(whole.layout, index % size)
  const cell = storageBytes[own.layout.storage]
  const { read, fingerprints } = whole
  // A part of the slice would have to be told as parts of the whole.
  const { decodePart: _part, blockBytes: _blocks, ...same } = own
  const wholeIndex = (chunk: readonly number[]) => [...chunk, Math.floor(index / size)]
  return {
    ...same,
    locate: (chunk) => whole.locate(wholeIndex(chunk)),
    digest: digestText(`${own.digest} ${whole.digest} ${index}`),
    ...(fingerprints ? { fingerprints: (chunks, options) => fingerprints(chunks.map(wholeIndex), options) } : {}),
    // Not straight to where the slice belongs: the bytes are those of the whole.
    ...(read ? { read: (range, machine, _out, seen) => read(range, machine, undefined, seen) } : {}),
    ...(whole.fetch ? { fetch: whole.fetch } : {}),
    decode(fetched, machine, out, range) {
      const mark = machine.mark()
      try {
        const address = machine.allocate(whole.layout.bytes)
        whole.decode(fetched, machine, address, range)
        const { bytes } = machine
        from.forEach((offset, i) => {
          bytes.copyWithin(out + i * cell, address + offset, address + offset + cell)
        })
      } finally {
        machine.release(mark)
      }
    },
  }
}

/** Where in a whole chunk each cell of the slice lies, in C order. */
function cellOffsets({ chunk, strides }: Layout, index: number): Float64Array {
  let offsets = [index * (strides.at(-1) ?? 0)]
  for (const [axis, size] of chunk.slice(0, -1).entries()) {
    const stride = strides[axis] as number
    offsets = offsets.flatMap((offset) => Array.from({ length: size }, (_, i) => offset + i * stride))
  }
  return Float64Array.from(offsets)
}
