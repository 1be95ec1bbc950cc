/** The `bytes` codec of Zarr v3, also asked for by readers of v2 big-endian types: byte order. */

import { ChunkQLError } from '../model/error.js'
import { jsonText } from '../model/json-text.js'
import type { CodecKind, InPlaceCodec } from './codec.js'

const swapped: ReadonlySet<number> = new Set([2, 4, 8])

export const bytes: CodecKind = {
  open(configuration, { elementSize }) {
    const { endian } = configuration
    if (endian === 'little' || elementSize === 1) return null
    if (endian !== 'big') throw badEndian(endian, elementSize)
    if (!swapped.has(elementSize)) {
      throw new ChunkQLError('unsupported', `bytes: big-endian elements of ${elementSize} bytes`)
    }
    return swap(elementSize)
  },
}

function swap(size: number): InPlaceCodec {
  return {
    kind: 'inPlace',
    name: 'bytes',
    apply: ({ address, length }, machine) => machine.kernel.swap(size, Math.floor(length / size), address),
  }
}

function badEndian(found: unknown, size: number): ChunkQLError {
  const what = found === undefined ? 'is missing' : `is ${jsonText(found)}`
  return new ChunkQLError('store', `bytes: endian ${what}, expected "little" or "big" for elements of ${size} bytes`)
}
