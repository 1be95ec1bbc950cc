// The encoders of the samples, by the names of `--codec`, with their metadata in both versions of Zarr.
import { gzipSync } from 'node:zlib'
import { Blosc, Zstd } from 'numcodecs'

const codecs = {
  'blosc-lz4': blosc('lz4', 5),
  'blosc-zstd': blosc('zstd', 1),
  zstd: {
    v2: { id: 'zstd', level: 1 },
    v3: [{ name: 'zstd', configuration: { level: 1, checksum: false } }],
    encode: (bytes) => new Zstd(1).encode(bytes),
  },
  gzip: {
    v2: { id: 'gzip', level: 1 },
    v3: [{ name: 'gzip', configuration: { level: 1 } }],
    encode: (bytes) => gzipSync(bytes, { level: 1 }),
  },
  raw: { v2: null, v3: [], encode: (bytes) => bytes },
}

export const codecNames = Object.keys(codecs)

export function codecNamed(name) {
  const codec = codecs[name]
  if (!codec) throw new Error(`there is no codec ${name}, only ${codecNames.join(', ')}`)
  return codec
}

// The encoder of numcodecs takes all elements for 4 bytes long, so that is what the metadata say.
function blosc(cname, clevel) {
  const encoder = new Blosc(clevel, cname, Blosc.SHUFFLE, 0)
  return {
    v2: { id: 'blosc', cname, clevel, shuffle: 1, blocksize: 0 },
    v3: [{ name: 'blosc', configuration: { typesize: 4, cname, clevel, shuffle: 'shuffle', blocksize: 0 } }],
    encode: (bytes) => encoder.encode(bytes),
  }
}
