import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { openChain } from '../../src/codec/chain.js'
import type { CodecConfig } from '../../src/codec/codec.js'
import { createMachine } from '../../src/kernel/machine.js'
import { isChunkQLError } from '../../src/model/error.js'
import { chunks, encodedBytes } from './chunks.js'

const bigEndian: CodecConfig = { name: 'bytes', configuration: { endian: 'big' } }
const littleEndian: CodecConfig = { name: 'bytes', configuration: { endian: 'little' } }

async function decode(configs: CodecConfig[], elementSize: number, encoded: Uint8Array, length: number) {
  const chain = await openChain(configs, { elementSize })
  const machine = createMachine({ limit: 1 << 24 })
  const source = { address: machine.allocate(encoded.length), length: encoded.length }
  const out = { address: machine.allocate(length), length }
  machine.bytes.set(encoded, source.address)
  const before = machine.mark()
  chain.decode(source, out, machine)
  assert.equal(machine.mark(), before)
  const kept = machine.bytes.slice(source.address, source.address + source.length)
  assert.deepEqual(kept, Uint8Array.from(encoded), 'source is kept')
  return machine.bytes.slice(out.address, out.address + length)
}

test('no codecs: the bytes as they are', async () => {
  const encoded = Uint8Array.from({ length: 100 }, (_, i) => i)
  assert.deepEqual(await decode([], 4, encoded, 100), encoded)
  assert.deepEqual(await decode([littleEndian], 4, encoded, 100), encoded)
})

for (const size of [2, 4, 8]) {
  test(`big-endian elements of ${size} bytes`, async () => {
    for (const count of [0, 1, 3, 7, 8, 9, 33]) {
      const encoded = Uint8Array.from({ length: size * count }, (_, i) => i * 7)
      const expected = encoded.map((_, i) => encoded[i - (i % size) + (size - 1 - (i % size))] as number)
      assert.deepEqual(await decode([bigEndian], size, encoded, encoded.length), expected)
    }
  })
}

test('a chunk of the wrong length is an error with both figures', async () => {
  const chunk = new Uint8Array(99)
  for (const configs of [[], [bigEndian]]) {
    await assert.rejects(decode(configs, 4, chunk, 100), (error) => {
      return isChunkQLError(error) && error.code === 'store' && /99.*100/.test(error.message)
    })
  }
})

test('an unknown codec is refused with what exists', async () => {
  await assert.rejects(openChain([{ name: 'byte' }], { elementSize: 4 }), (error) => {
    return isChunkQLError(error) && error.code === 'unsupported' && error.hint === 'did you mean bytes?'
  })
})

test('byte order must be told where it matters', async () => {
  await assert.rejects(openChain([{ name: 'bytes' }], { elementSize: 4 }), /endian is missing/)
  assert.deepEqual((await openChain([{ name: 'bytes' }], { elementSize: 1 })).names, [])
})

const content = Uint8Array.from({ length: 4000 }, (_, i) => (i * i) >> 7)
const swapped = content.map((_, i) => content[i ^ 3] as number)

function shuffled(bytes: Uint8Array, size: number): Uint8Array {
  const count = bytes.length / size
  return bytes.map((_, i) => bytes[(i % count) * size + Math.floor(i / count)] as number)
}

/** The checksum behind the bytes, by the definition: bit by bit. */
function withChecksum(bytes: Uint8Array, location: 'start' | 'end' = 'end'): Uint8Array {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  const checksum = new Uint8Array(Uint32Array.of(~crc).buffer)
  return location === 'end' ? Buffer.concat([bytes, checksum]) : Buffer.concat([checksum, bytes])
}

const checksum: CodecConfig = { name: 'crc32c' }
const gzip: CodecConfig = { name: 'gzip', configuration: { level: 5 } }
const zlib: CodecConfig = { name: 'zlib' }
const shuffle: CodecConfig = { name: 'shuffle', configuration: { elementsize: 4 } }

const chains: readonly [string, CodecConfig[], Uint8Array][] = [
  ['gzip', [littleEndian, gzip], gzipSync(content)],
  ['big-endian, gzip', [bigEndian, gzip], gzipSync(swapped)],
  ['gzip, checksum', [littleEndian, gzip, checksum], withChecksum(gzipSync(content))],
  ['checksum, gzip', [littleEndian, checksum, gzip], gzipSync(withChecksum(content))],
  ['checksum alone', [littleEndian, checksum], withChecksum(content)],
  ['big-endian, checksum', [bigEndian, checksum], withChecksum(swapped)],
  [
    'big-endian, checksum before',
    [bigEndian, { name: 'numcodecs.crc32c', configuration: { location: 'start' } }],
    withChecksum(swapped, 'start'),
  ],
  ['shuffle, zlib', [shuffle, zlib], deflateSync(shuffled(content, 4))],
  [
    'big-endian, shuffle, zlib, checksum',
    [bigEndian, shuffle, zlib, checksum],
    withChecksum(deflateSync(shuffled(swapped, 4))),
  ],
  ['gzip twice: a size that nobody tells', [gzip, gzip], gzipSync(gzipSync(content))],
  ['zlib, then gzip, then checksum', [zlib, gzip, checksum], withChecksum(gzipSync(deflateSync(content)))],
  [
    'checksums at every place',
    [checksum, gzip, checksum, zlib, checksum],
    withChecksum(deflateSync(withChecksum(gzipSync(withChecksum(content))))),
  ],
]

for (const [name, configs, encoded] of chains) {
  test(`chain: ${name}`, async () => {
    assert.deepEqual(await decode(configs, 4, encoded, content.length), content)
  })
}

test('compressors over compressors, of every kind', async () => {
  for (const codec of ['lz4', 'zstd', 'blosc', 'zlib', 'gzip']) {
    const chunk = chunks.find(
      (chunk) => chunk.codec === codec && chunk.decodedLength > 999 && !chunk.name.includes('level'),
    )
    assert.ok(chunk)
    const inner: CodecConfig = { name: codec }
    const alone = await decode([inner], 1, encodedBytes(chunk), chunk.decodedLength)
    const outer = gzipSync(encodedBytes(chunk))
    assert.deepEqual(await decode([inner, gzip], 1, outer, chunk.decodedLength), alone)
  }
})

/** A zstd frame of stored blocks that does not tell its length. */
function zstdStored(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38)]
  for (let first = 0; first < bytes.length; first += 1000) {
    const block = bytes.subarray(first, first + 1000)
    const head = (block.length << 3) | Number(first + 1000 >= bytes.length)
    blocks.push(Uint8Array.of(head & 255, (head >> 8) & 255, head >> 16), block)
  }
  return Buffer.concat(blocks)
}

test('compressors over frames that do not tell their length', async () => {
  const noise = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24)
  const zstd: CodecConfig = { name: 'zstd' }
  assert.deepEqual(await decode([zlib, zstd], 4, zstdStored(deflateSync(noise)), noise.length), noise)
  assert.deepEqual(await decode([zstd, zstd], 4, zstdStored(zstdStored(noise)), noise.length), noise)
})

test('a checksum that is there is verified', async () => {
  const encoded = withChecksum(content)
  for (const at of [0, 1, 1999, 3999, 4000, 4003]) {
    const wrong = Uint8Array.from(encoded)
    wrong[at] = (wrong[at] as number) ^ 16
    await assert.rejects(
      decode([checksum], 4, wrong, content.length),
      /crc32c: the checksum is 0x[0-9a-f]{8}, stored is 0x/,
    )
  }
  await assert.rejects(decode([checksum], 4, Uint8Array.of(1, 2, 3), 0), /crc32c: 3 bytes/)
})
