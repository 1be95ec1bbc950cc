import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as zlib from 'node:zlib'
import type { Span } from '../../src/codec/codec.js'
import { nativeZstd } from '../../src/codec/native-zstd.js'
import type { Machine } from '../../src/kernel/machine.js'
import { chunks, encodedBytes, testMachine } from './chunks.js'
import { damage, randomOf } from './mutate.js'

const frames = chunks.filter(({ codec, decodedLength }) => codec === 'zstd' && decodedLength > 0)
const native = nativeZstd()
const hasZstd = 'zstdDecompressSync' in zlib

test('libzstd is used where Node has it', () => {
  assert.equal(native !== undefined, hasZstd)
})

test('libzstd leaves what the kernel does, frame after frame', { skip: !native }, () => {
  for (const chunk of frames) {
    const found = decodeBy(byNative, encodedBytes(chunk), chunk.decodedLength)
    assert.ok(found.isWhole, chunk.name)
    assert.deepEqual(found.bytes, decodeBy(byKernel, encodedBytes(chunk), chunk.decodedLength).bytes, chunk.name)
  }
})

test('libzstd refuses frames that are cut or of another length, and decodes the next one', { skip: !native }, () => {
  const random = randomOf(3)
  const decodes = (encoded: Uint8Array, length: number) => decodeBy(byNative, encoded, length).isWhole
  for (const chunk of frames.filter(({ decodedLength }) => decodedLength < 100_000)) {
    const { name, decodedLength } = chunk
    const encoded = encodedBytes(chunk)
    assert.equal(decodes(encoded, decodedLength + 1), false, `${name}: longer`)
    assert.equal(decodes(encoded, decodedLength - 1), false, `${name}: shorter`)
    assert.equal(decodes(encoded.subarray(0, -5), decodedLength), false, `${name}: cut`)
    for (let i = 0; i < 20; i++) decodes(damage(encoded, random), decodedLength)
    assert.equal(decodes(encoded, decodedLength), true, `${name}: after damage`)
  }
  assert.equal(decodes(Buffer.from('no frame at all'), 15), false)
})

type Decode = (source: Span, out: Span, machine: Machine) => boolean

const byNative: Decode = (source, out, machine) => native?.(source, out, machine) === true

const byKernel: Decode = (source, out, machine) => {
  const scratch = machine.allocate(machine.kernel.zstd_scratch())
  return machine.kernel.zstd_decode(source.address, source.length, out.address, out.length, scratch) === out.length
}

const machine = testMachine()

function decodeBy(decode: Decode, encoded: Uint8Array, length: number) {
  const mark = machine.mark()
  const source = { address: machine.allocate(encoded.length), length: encoded.length }
  const out = { address: machine.allocate(length), length }
  machine.bytes.set(encoded, source.address)
  const isWhole = decode(source, out, machine)
  const bytes = machine.bytes.slice(out.address, out.address + length)
  machine.release(mark)
  return { isWhole, bytes }
}
