/** Fingerprints of many chunks, and where what is kept of stores lies. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { hashText, noFingerprints, setFile, setMissing, setParts } from '../../src/model/fingerprint.js'
import { openLocation } from '../../src/source/registry.js'
import { gridFingerprints, settled, unchanged } from '../../src/statistics/fingerprint.js'
import { storeDirectory } from '../../src/statistics/location.js'
import { mapStore } from '../source/stores.js'

test('texts that differ little have hashes that share nothing, half by half', () => {
  const halves = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()]
  const count = 60_000
  for (let i = 0; i < count; i++) {
    for (const [k, word] of hashText(`"${i}" ${(i * 7) % 100}`).entries()) {
      halves[2 * k]?.add(Number(word >> 32n))
      halves[2 * k + 1]?.add(Number(word & 0xffffffffn))
    }
  }
  // Of 60,000 random numbers of 32 bits one in ten thousand or less meets another.
  for (const seen of halves) assert.ok(seen.size > count - 12, `${seen.size} of ${count}`)
})

test('a grid of chunks has a fingerprint for each, in C order', async () => {
  const chunks = { '0.0': Int32Array.of(1), '1.2': Int32Array.of(2) }
  const source = await openLocation(
    mapStore({ v: { shape: [2, 3], zarray: { chunks: [1, 1], fill_value: 0 }, chunks } }),
  )
  const column = await source.column(source.schema.tables[0]?.name as string, 'v')
  const found = await gridFingerprints(column, [2, 3])
  assert.equal(found.length, 12)
  const alone = await column.fingerprints?.([[1, 2]])
  assert.deepEqual(found.slice(10), alone)
  assert.equal(new Set(found.filter((_, i) => i % 2)).size, 3)
})

test('what is unknown is neither unchanged nor settled, nor is what is made of it', () => {
  const a = noFingerprints(4)
  setFile(a, 0, 1_000n, 5n, 1e6)
  setFile(a, 1, 1_000n, 5n, 0)
  setMissing(a, 2)
  assert.deepEqual([...unchanged(a, a)], [1, 0, 1, 0])
  const b = a.slice()
  setFile(b, 0, 1_001n, 5n, 1e6)
  assert.deepEqual([...unchanged(a, b)], [0, 0, 1, 0])
  assert.deepEqual([...settled(a, b)], [0n, 0n, 0n, 0n, a[4], a[5], 0n, 0n])
  const whole = noFingerprints(2)
  setParts(whole, 0, a.subarray(0, 2), 'x')
  setParts(whole, 1, a, 'x')
  assert.deepEqual([...unchanged(whole, whole)], [1, 0])
})

test('a store has a directory of its own that people can recognise', () => {
  const [a, b] = ['/data/a b/era.zarr', 'https://host/era.zarr'].map((each) =>
    storeDirectory('/cache', 'statistics', each),
  )
  assert.match(a as string, /^\/cache\/statistics\/era\.zarr-[0-9a-f]{16}$/)
  assert.notEqual(a, b)
  assert.match(storeDirectory('/cache', 'x', '/'), /^\/cache\/x\/store-/)
})
