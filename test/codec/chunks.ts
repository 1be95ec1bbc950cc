/** The committed chunks of fixtures/make.py, and a place to decode them with guarded ends. For the tests of codecs. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Chain } from '../../src/codec/chain.js'
import { createMachine, type Machine } from '../../src/kernel/machine.js'

export interface Chunk {
  readonly name: string
  readonly codec: string
  readonly configuration: Readonly<Record<string, unknown>>
  readonly offset: number
  readonly length: number
  readonly decodedLength: number
  readonly sha256: string
}

const folder = fileURLToPath(new URL('../../../test/codec/fixtures/', import.meta.url))
const blob = readFileSync(`${folder}chunks.bin`)

export const chunks = JSON.parse(readFileSync(`${folder}chunks.json`, 'utf8')) as readonly Chunk[]

export function encodedBytes({ offset, length }: Chunk): Uint8Array {
  return blob.subarray(offset, offset + length)
}

const canary = 0xa5
const guardBytes = 64

/**
 * Decodes with canaries around the encoded bytes and the output, in a machine that may be used again.
 * The memory behind the output is exactly that: nothing is left of it for a codec to write.
 */
export function decodeGuarded(chain: Chain, encoded: Uint8Array, length: number, machine: Machine): Uint8Array {
  const mark = machine.mark()
  const guarded = (bytes: number) => machine.allocate(bytes + 2 * guardBytes) + guardBytes
  const source = { address: guarded(encoded.length), length: encoded.length }
  const out = { address: guarded(length), length }
  const edges = [source, out].flatMap(({ address, length }) => [address - guardBytes, address + length])
  for (const edge of edges) machine.bytes.fill(canary, edge, edge + guardBytes)
  machine.bytes.set(encoded, source.address)
  try {
    chain.decode(source, out, machine)
    return machine.bytes.slice(out.address, out.address + length)
  } finally {
    const kept = edges.every((edge) => machine.bytes.subarray(edge, edge + guardBytes).every((byte) => byte === canary))
    assert.ok(kept, 'bytes outside of the output were written')
    assert.ok(equal(machine.bytes.subarray(source.address, source.address + source.length), encoded), 'source changed')
    machine.release(mark)
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

export function testMachine(): Machine {
  return createMachine({ limit: 1 << 28 })
}
