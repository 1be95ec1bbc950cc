import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { openChain } from '../../src/codec/chain.js'
import { isChunkQLError } from '../../src/model/error.js'
import { type Chunk, chunks, decodeGuarded, encodedBytes, testMachine } from './chunks.js'

const machine = testMachine()

function open(chunk: Chunk) {
  return openChain([{ name: chunk.codec, configuration: chunk.configuration }], { elementSize: 1 })
}

for (const codec of new Set(chunks.map((chunk) => chunk.codec))) {
  test(`${codec}: chunks that other implementations wrote`, async (t) => {
    for (const chunk of chunks.filter((chunk) => chunk.codec === codec)) {
      await t.test(chunk.name, async () => decodes(chunk))
    }
  })
}

async function decodes(chunk: Chunk): Promise<void> {
  const chain = await open(chunk)
  const decoded = decodeGuarded(chain, encodedBytes(chunk), chunk.decodedLength, machine)
  assert.equal(createHash('sha256').update(decoded).digest('hex'), chunk.sha256)
}

test('a chunk of another length than the array tells is an error with both figures', async () => {
  for (const chunk of chunks.filter(({ length }) => length < 5000)) {
    const chain = await open(chunk)
    for (const expected of [chunk.decodedLength - 1, chunk.decodedLength + 1, 0, 2 * chunk.decodedLength + 100]) {
      if (expected < 0 || expected === chunk.decodedLength) continue
      assert.throws(
        () => decodeGuarded(chain, encodedBytes(chunk), expected, machine),
        (error) => isChunkQLError(error) && error.code === 'store' && error.message.includes(String(expected)),
        `${chunk.name} as ${expected}`,
      )
    }
  }
})

test('a truncated chunk is an error', async () => {
  for (const chunk of chunks.filter(({ length }) => length > 0 && length < 400)) {
    const chain = await open(chunk)
    const encoded = encodedBytes(chunk)
    for (let length = 0; length < encoded.length; length++) {
      if (isWhole(chunk, length)) continue
      assert.throws(
        () => decodeGuarded(chain, encoded.subarray(0, length), chunk.decodedLength, machine),
        (error) =>
          isChunkQLError(error) && error.code === 'store' && error.message.startsWith(`${chain.names[0] ?? 'raw'}: `),
        `${chunk.name} cut to ${length}`,
      )
    }
  }
})

/** Padding may be cut off. */
function isWhole(chunk: Chunk, length: number): boolean {
  return chunk.name === 'gzip padded' && length >= chunk.length - 100
}

test('bytes after the end are an error', async () => {
  for (const chunk of chunks.filter(({ length }) => length < 2000)) {
    const chain = await open(chunk)
    const encoded = Uint8Array.of(...encodedBytes(chunk), 1, 2, 3)
    assert.throws(
      () => decodeGuarded(chain, encoded, chunk.decodedLength, machine),
      (error) => isChunkQLError(error) && error.code === 'store',
      chunk.name,
    )
  }
})
