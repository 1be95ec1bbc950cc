/** Arrays in blosc without an encoder: streams that are stored, shuffled, in blocks. For the tests of `execute`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const blockBytes = 4096

/** A blosc container of shuffled, stored streams: one a block, or one for each byte of a cell. */
export function container(cells: Uint8Array, typeSize: number, isSplit: boolean, block = blockBytes): Uint8Array {
  const blockLength = Math.floor(block / typeSize) * typeSize
  const blocks = Math.ceil(cells.length / blockLength)
  const parts: Uint8Array[] = []
  const starts = new Uint32Array(blocks)
  let at = 16 + 4 * blocks
  for (let block = 0; block < blocks; block++) {
    starts[block] = at
    const shuffled = shuffle(cells.subarray(block * blockLength, (block + 1) * blockLength), typeSize)
    const streams = isSplit && shuffled.length === blockLength ? typeSize : 1
    for (let i = 0; i < streams; i++) {
      const stream = shuffled.subarray((i * shuffled.length) / streams, ((i + 1) * shuffled.length) / streams)
      parts.push(new Uint8Array(Uint32Array.of(stream.length).buffer), stream)
      at += 4 + stream.length
    }
  }
  // Version 2, LZ4, bytes shuffled.
  const header = Uint8Array.of(2, 1, 0x21 | (isSplit ? 0 : 0x10), typeSize)
  const sizes = Uint32Array.of(cells.length, blockLength, at)
  return Buffer.concat([header, new Uint8Array(sizes.buffer), new Uint8Array(starts.buffer), ...parts])
}

function shuffle(bytes: Uint8Array, typeSize: number): Uint8Array {
  const count = bytes.length / typeSize
  return bytes.map((_, i) => bytes[(i % count) * typeSize + Math.floor(i / count)] as number)
}

/** An array of dimensions i, j and k, and its chunks by their keys. */
export function writeArray(path: string, metadata: object, chunks: Readonly<Record<string, Uint8Array>>): void {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, '..', '.zgroup'), JSON.stringify({ zarr_format: 2 }))
  const rest = { zarr_format: 2, compressor: { id: 'blosc' }, filters: null, order: 'C', fill_value: null }
  writeFileSync(join(path, '.zarray'), JSON.stringify({ ...rest, ...metadata }))
  writeFileSync(join(path, '.zattrs'), JSON.stringify({ _ARRAY_DIMENSIONS: ['i', 'j', 'k'] }))
  for (const [key, chunk] of Object.entries(chunks)) writeFileSync(join(path, key), chunk)
}
