/** The sixteen bytes that begin every blosc container, checked. Called by blosc.ts. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Span } from './codec.js'
import { damaged } from './damage.js'

export interface BloscHeader {
  readonly compressor: 'blosclz' | 'lz4' | 'snappy' | 'zlib' | 'zstd'
  readonly shuffle: 'none' | 'byte' | 'bit'
  /** The bytes follow as they are. */
  readonly stored: boolean
  /** Blocks are cut into one stream per byte of an element. */
  readonly split: boolean
  readonly typeSize: number
  readonly decodedLength: number
  readonly blockLength: number
  readonly blocks: number
}

export const headerBytes = 16

const formatVersion = 2
/** Which bits of the flags mean what. */
const flag = { byteShuffle: 0x01, stored: 0x02, bitShuffle: 0x04, notSplit: 0x10 } as const
/** By the top three bits of the flags; lz4hc writes what lz4 writes. */
const compressors = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const

export function readHeader(source: Span, machine: Machine): BloscHeader {
  const view = viewOf(source, machine)
  const flags = view.getUint8(2)
  const typeSize = view.getUint8(3)
  const decodedLength = view.getUint32(4, true)
  const blockLength = view.getUint32(8, true)
  const compressor = compressors[flags >> 5]
  if (!compressor) throw damaged('blosc', `compressor ${flags >> 5} is not known`)
  if (typeSize === 0) throw damaged('blosc', 'the type size is 0')
  if (decodedLength > 0 && (blockLength === 0 || blockLength > decodedLength)) {
    throw damaged('blosc', `blocks of ${blockLength} bytes in ${decodedLength}`)
  }
  return {
    compressor,
    shuffle: shuffleOf(flags, typeSize),
    stored: (flags & flag.stored) !== 0,
    split: (flags & flag.notSplit) === 0,
    typeSize,
    decodedLength,
    blockLength,
    blocks: decodedLength === 0 ? 0 : Math.ceil(decodedLength / blockLength),
  }
}

/** The container is as long as it says, and of the version that we read. */
function viewOf({ address, length }: Span, machine: Machine): DataView {
  if (length < headerBytes) throw damaged('blosc', `${length} bytes, a header has ${headerBytes}`)
  const view = new DataView(machine.memory.buffer, address, length)
  const version = view.getUint8(0)
  if (version !== formatVersion) {
    throw new ChunkQLError('unsupported', `blosc: format version ${version}, expected ${formatVersion}`)
  }
  const stated = view.getUint32(12, true)
  if (stated !== length) throw damaged('blosc', `${length} bytes, the header tells ${stated}`)
  return view
}

/** Bytes of single-byte elements have no planes; their bits do. */
function shuffleOf(flags: number, typeSize: number): BloscHeader['shuffle'] {
  if ((flags & flag.byteShuffle) !== 0 && typeSize > 1) return 'byte'
  return (flags & flag.bitShuffle) !== 0 ? 'bit' : 'none'
}
