import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openChain } from '../../src/codec/chain.js'
import { isChunkQLError } from '../../src/model/error.js'
import { type Chunk, chunks, decodeGuarded, encodedBytes, testMachine } from './chunks.js'
import { damage, randomOf } from './mutate.js'

/** `scripts/fuzz.mjs` asks for more, from other seeds. */
const mutations = Number(process.env.FUZZ_MUTATIONS ?? 10_000)
const seed = Number(process.env.FUZZ_SEED ?? 1)

const families: Readonly<Record<string, (chunk: Chunk) => boolean>> = {
  'blosc lz4': ({ name }) => name.startsWith('blosc lz4'),
  'blosc zstd': ({ name }) => name.startsWith('blosc zstd'),
  'blosc zlib': ({ name }) => name.startsWith('blosc zlib'),
  'blosc blosclz': ({ name }) => name.startsWith('blosc blosclz'),
  'blosc snappy': ({ name }) => name.startsWith('blosc snappy'),
  'blosc bit shuffle': ({ name }) => /^blosc .* shuffle=2/.test(name),
  lz4: ({ codec }) => codec === 'lz4',
  zstd: ({ codec }) => codec === 'zstd',
  zlib: ({ codec }) => codec === 'zlib',
  gzip: ({ codec }) => codec === 'gzip',
  // Slow decoders: small chunks.
  bz2: ({ codec, decodedLength }) => codec === 'bz2' && decodedLength < 3000,
  'lzma xz': ({ codec, configuration, decodedLength }) =>
    codec === 'lzma' && configuration.format === 1 && decodedLength < 5000,
  'lzma alone': ({ codec, configuration, decodedLength }) =>
    codec === 'lzma' && configuration.format === 2 && decodedLength < 5000,
  filters: ({ codec, decodedLength }) =>
    /^(delta|fixedscaleoffset|astype|quantize|packbits|shuffle|base64)$/.test(codec) && decodedLength < 3000,
  'filters of text': ({ codec }) => /^(categorize|json2|msgpack2)$/.test(codec),
  checksums: ({ codec }) => /^(adler32|crc32|fletcher32)$/.test(codec),
  'lzma raw': ({ codec, configuration }) => codec === 'lzma' && configuration.format === 3,
}

for (const [family, belongs] of Object.entries(families)) {
  test(`${family}: damaged chunks give an error or the right number of bytes, and touch nothing else`, async () => {
    const machine = testMachine()
    const random = randomOf(seed)
    const some = chunks.filter((chunk) => belongs(chunk) && chunk.length > 0 && chunk.decodedLength < 100_000)
    let errors = 0
    for (let i = 0; i < mutations; i++) {
      const chunk = some[i % some.length] as Chunk
      const chain = await openChain([{ name: chunk.codec, configuration: chunk.configuration }], { elementSize: 1 })
      try {
        const damaged = damage(encodedBytes(chunk), random)
        assert.equal(decodeGuarded(chain, damaged, chunk.decodedLength, machine).length, chunk.decodedLength)
      } catch (error) {
        assert.ok(isChunkQLError(error) && ['store', 'unsupported'].includes(error.code), `${chunk.name}: ${error}`)
        errors++
      }
    }
    assert.ok(errors > mutations / 10, `only ${errors} were noticed`)
  })
}
