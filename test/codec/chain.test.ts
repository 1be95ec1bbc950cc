import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openChain } from '../../src/codec/chain.js'
import type { CodecConfig } from '../../src/codec/codec.js'
import { createMachine } from '../../src/kernel/machine.js'
import { isChunkQLError } from '../../src/model/error.js'

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
  assert.deepEqual(machine.bytes.slice(source.address, source.address + source.length), encoded, 'source is kept')
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
