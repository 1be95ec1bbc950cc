/** The numbers of texts that are keys, changed in records. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { renumber } from '../../src/operator/key-texts.js'

test('the numbers of one key change in place, those under a NULL stay', () => {
  // Records of two keys: NULL bits, then a word for each.
  const records = BigInt64Array.from([0n, 5n, 1n, 2n, 6n, 1n, 0n, 7n, 0n])
  renumber(records.buffer as ArrayBuffer, 3, 1, (old) => old + 10)
  assert.deepEqual([...records], [0n, 5n, 11n, 2n, 6n, 1n, 0n, 7n, 10n])
})
